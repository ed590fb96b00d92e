"""At which revision a database is, told without Alembic: web servers and commands ask, few ever migrate."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

VERSIONS = Path(__file__).parent / "versions"


@cache
def known() -> tuple[str, ...]:
    """Return the revisions that this program knows, oldest first: a migration's file begins with its number."""
    return tuple(sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py")))


def found(connection: Connection) -> str | None:
    """Return the revision a database is at; None for an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def is_enough(connection: Connection) -> bool:
    """Return whether a database has what this program needs: our newest revision, or one that we do not know yet."""
    at = found(connection)
    return at is not None and at not in known()[:-1]
