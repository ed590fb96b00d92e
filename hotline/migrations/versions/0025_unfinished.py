"""Tickets in which somebody has something left to do are found by their station."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_unfinished",
        "ticket",
        ["station_id"],
        postgresql_where=sa.text("state IN ('open', 'answered', 'following_up', 'waiting', 'reopened')"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_unfinished", "ticket")
