"""Pages ask every two seconds which call backs are owed; without an index that reads every ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_owed",
        "ticket",
        ["tenant_id", "call_back_by"],
        postgresql_where=sa.text("call_back_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_owed", "ticket")
