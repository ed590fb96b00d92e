"""The database: declarative base, identifiers, engine and session factory. PostgreSQL only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import DeadlockDetected
from sqlalchemy import BigInteger, DateTime, Engine, LargeBinary, MetaData, Text, Uuid, create_engine, make_url
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, mapped_column, sessionmaker
from uuid_utils.compat import uuid7

__all__ = ["Base", "MappedAsDataclass", "Session", "SessionFactory", "create", "is_clash", "mapped_column", "new_id"]

SessionFactory = sessionmaker[Session]


def new_id() -> UUID:
    """Return a fresh time-ordered identifier (UUID version 7), made here so that a write needs no RETURNING."""
    return uuid7()


class Base(DeclarativeBase):
    """Parent of every table: aware timestamps, text, named constraints, our own identifiers."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it off the class)
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        UUID: Uuid,
        dict[str, Any]: JSONB,
        Mapping[str, Any]: JSONB,
    }


_GONE_AFTER = {"tcp_user_timeout": 15_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
"""A machine that is gone says no farewell: by itself TCP would wait a quarter of an hour for it, or two hours."""


def create(
    url: str, *, pool_size: int = 8, statement_timeout_ms: int = 5_000, pool_timeout_seconds: float = 3
) -> Engine:
    """Return an engine on ``url`` whose sessions speak UTC and never wait longer than the timeout.

    ``statement_timeout_ms`` is in milliseconds; the carrier gives up on us after 15 s, so 5 s leaves room to speak.
    """
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),  # people write postgres:// and postgresql://
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=pool_timeout_seconds,
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": 3,
            **_GONE_AFTER,
            "options": f"-c timezone=UTC -c statement_timeout={statement_timeout_ms} -c lock_timeout=4000",
        },
    )


def is_clash(error: BaseException) -> bool:
    """Return whether two transactions waited for each other and ours was the one to give way: it may be tried again."""
    original = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(original, DeadlockDetected)
