"""One-time links to the wrap-up form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrap_up_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("errand_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["errand_id"], ["errand.id"], name=op.f("fk_wrap_up_link_errand_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_wrap_up_link_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrap_up_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_wrap_up_link_token_hash")),
    )
    op.create_index(op.f("ix_wrap_up_link_ticket_id"), "wrap_up_link", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("wrap_up_link")
