"""Which lines of the machines' journals were brought in after the database was away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brought_in",
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_brought_in_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("journal_id", "seq", name=op.f("pk_brought_in")),
    )
    op.create_index(op.f("ix_brought_in_call_id"), "brought_in", ["call_id"])
    op.create_index(op.f("ix_brought_in_happened_at"), "brought_in", ["happened_at"])


def downgrade() -> None:
    op.drop_table("brought_in")
