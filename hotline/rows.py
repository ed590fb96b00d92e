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
from sqlalchemy.orm import Session

from hotline.db import Base

Row = Mapping[str, Any]
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Rows:
    """Rows of a table, all with the same columns; ``conflict`` is an ON CONFLICT clause, ``returning`` a column."""

    model: type[Base]
    rows: Sequence[Row]
    conflict: str = ""
    returning: str = ""


def write(session: Session, *parts: Rows, **values: Any) -> list[Any]:
    """Insert all rows at once; return what the one part with ``returning`` gives back. ``values`` are of its clause.

    Objects of the session are not flushed before and know nothing of it. Raises sqlalchemy.exc.DBAPIError.
    """
    given = [part for part in parts if part.rows]
    shape = tuple((part.model.__table__, tuple(part.rows[0]), part.conflict, part.returning) for part in given)
    told = {f"rows{n}": json.dumps(part.rows, default=_written) for n, part in enumerate(given)}
    found = session.connection().exec_driver_sql(_statement(shape), {**told, **values})
    return [row[0] for row in found if row[0] is not None]


@lru_cache
def _statement(shape: tuple[tuple[Table, tuple[str, ...], str, str], ...]) -> str:
    parts = []
    for n, (table, columns, conflict, returning) in enumerate(shape):
        names = ", ".join(columns)
        types = ", ".join(f"{name} {table.c[name].type.compile(_DIALECT)}" for name in columns)
        back = f" RETURNING {returning}" if returning else ""
        given = f"SELECT {names} FROM json_to_recordset(%(rows{n})s) AS r({types})"  # noqa: S608  (our own names)
        parts.append(f"w{n} AS (INSERT INTO {table.name} ({names}) {given} {conflict}{back})")
    asked = [f"SELECT {returning} FROM w{n}" for n, (*_, returning) in enumerate(shape) if returning]  # noqa: S608
    return f"WITH {', '.join(parts)} {asked[0] if asked else 'SELECT NULL'}"


def _written(value: object) -> str:
    """Return a value as PostgreSQL reads it out of JSON."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a row")
