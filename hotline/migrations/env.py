"""Alembic's way in: one connection, one transaction, one process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from hotline.migrations.schema import metadata

_ONE_AT_A_TIME = 0x1_0000_0001
"""Key of the advisory lock under which migrations run: several servers may start at once."""

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata(), compare_type=True, compare_server_default=True)
with context.begin_transaction():
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    context.run_migrations()
