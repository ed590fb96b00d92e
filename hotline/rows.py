"""Rows of several tables written by one statement: one round trip, and all of it or nothing.

Each table is a part of one ``WITH``; its rows travel as JSON, whose types the models say. Foreign keys between the
parts are checked at the statement's end, so their order is free.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from hotline.db import Base

Row = Mapping[str, Any]
_DIVISION_BY_ZERO = "22012"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Rows:
    """Rows of a table, all with the same columns; ``conflict`` is an ON CONFLICT clause, ``returning`` a column.

    ``whole``: where not all of these rows can be written, nothing of the statement is.
    """

    model: type[Base]
    rows: Sequence[Row]
    conflict: str = ""
    returning: str = ""
    whole: bool = False


class NotWholeError(Exception):
    """Not all rows of a part that must be whole could be written: nothing is."""


def write(session: Session, *parts: Rows, also: str = "", **values: Any) -> list[Any]:
    """Insert all rows at once; return what the one part with ``returning`` gives back.

    ``also`` is another change that the same statement makes; ``values`` are of its and the parts' clauses. Objects of
    the session are not flushed before and know nothing of it. Raises NotWholeError, sqlalchemy.exc.DBAPIError.
    """
    given = [part for part in parts if part.rows]
    if not given and not also:
        return []
    shape = tuple((p.model.__table__, tuple(p.rows[0]), p.conflict, p.returning, p.whole) for p in given)
    told = {f"rows{n}": json.dumps(part.rows, default=_written) for n, part in enumerate(given)}
    counts = {f"count{n}": len(part.rows) for n, part in enumerate(given) if part.whole}
    try:
        found = session.connection().exec_driver_sql(_statement(shape, also), {**told, **counts, **values})
    except DataError as error:
        if counts and getattr(error.orig, "sqlstate", None) == _DIVISION_BY_ZERO:
            raise NotWholeError from error
        raise
    return [row[0] for row in found if row[0] is not None]


_Shape = tuple[tuple[Table, tuple[str, ...], str, str, bool], ...]


@lru_cache
def _statement(shape: _Shape, also: str) -> str:
    parts = [f"also AS ({also})"] if also else []
    asked = "SELECT NULL"
    for n, (table, columns, conflict, returning, whole) in enumerate(shape):
        names = ", ".join(columns)
        types = ", ".join(f"{name} {table.c[name].type.compile(_DIALECT)}" for name in columns)
        back = f" RETURNING {returning}" if returning else ""
        given = f"SELECT {names} FROM json_to_recordset(%(rows{n})s) AS r({types})"  # noqa: S608  (our own names)
        parts.append(f"w{n} AS (INSERT INTO {table.name} ({names}) {given} {conflict}{back})")
        if whole:  # divides by zero where rows are missing: the one way to undo a statement from within
            asked = f"SELECT 1 / (count(*) = %(count{n})s)::int FROM w{n}"  # noqa: S608
        elif returning:
            asked = f"SELECT {returning} FROM w{n}"  # noqa: S608
    return f"WITH {', '.join(parts)} {asked}"


def _written(value: object) -> str:
    """Return a value as PostgreSQL reads it out of JSON."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a row")
