"""Timers that are with workers are counted at each tick: an index of the few that are leased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_index(
        "ix_timer_leased", "timer", ["leased_until"],
        postgresql_where=sa.text("state = 'pending' AND leased_until IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_timer_leased", table_name="timer")
