"""Rows of several tables written by one statement: one round trip, and all of it or nothing.

Each table is a part of one ``WITH``; its rows travel as JSON, whose types the models say, bytes as hexadecimal digits.
Foreign keys between the parts are checked at the statement's end, so their order is free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, LargeBinary, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError

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


def write(connection: Connection, *parts: Rows, also: str = "", **values: Any) -> list[Any]:
    """Insert all rows at once; return what the one part with ``returning`` gives back.

    ``also`` is another change that the same statement makes; ``values`` are of its and the parts' clauses. A session's
    objects are not flushed before and know nothing of it. Raises NotWholeError, sqlalchemy.exc.DBAPIError.
    """
    given = [part for part in parts if part.rows]
    if not given and not also:
        return []
    shape = tuple((p.model.__table__, tuple(p.rows[0]), p.conflict, p.returning, p.whole) for p in given)
    told = {f"rows{n}": to_json(part.rows, bytes_mode="hex").decode() for n, part in enumerate(given)}
    counts = {f"count{n}": len(part.rows) for n, part in enumerate(given) if part.whole}
    try:
        found = connection.exec_driver_sql(_statement(shape, also), {**told, **counts, **values})
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
        binary = {name for name in columns if isinstance(table.c[name].type, LargeBinary)}
        kinds = {name: "text" if name in binary else table.c[name].type.compile(_DIALECT) for name in columns}
        types = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        read = ", ".join(f"decode({name}, 'hex')" if name in binary else name for name in columns)
        back = f" RETURNING {returning}" if returning else ""
        given = f"SELECT {read} FROM json_to_recordset(%(rows{n})s) AS r({types})"  # noqa: S608  (our own names)
        parts.append(f"w{n} AS (INSERT INTO {table.name} ({names}) {given} {conflict}{back})")
        if whole:  # divides by zero where rows are missing: the one way to undo a statement from within
            asked = f"SELECT 1 / (count(*) = %(count{n})s)::int FROM w{n}"  # noqa: S608
        elif returning:
            asked = f"SELECT {returning} FROM w{n}"  # noqa: S608
    return f"WITH {', '.join(parts)} {asked}"
