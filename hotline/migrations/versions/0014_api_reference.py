"""Tickets that other systems sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_reference",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_api_reference_ticket_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_api_reference_token_id")),
        sa.PrimaryKeyConstraint("token_id", "reference", name=op.f("pk_api_reference")),
    )
    op.create_index(op.f("ix_api_reference_ticket_id"), "api_reference", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("api_reference")
