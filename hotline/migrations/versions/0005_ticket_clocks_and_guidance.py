"""Service levels and the guidance given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_level_setting",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_service_level_setting_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_service_level_setting")),
    )
    op.create_table(
        "guidance_given",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("through", sa.Text(), nullable=False),
        sa.Column("helped", sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
        sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(helped = 'unknown') = (helped_at IS NULL)", name=op.f("ck_guidance_given_helped_when")),
        sa.CheckConstraint("advice <> ''", name=op.f("ck_guidance_given_said")),
        sa.CheckConstraint("helped IN ('unknown', 'yes', 'no')", name=op.f("ck_guidance_given_helped")),
        sa.CheckConstraint("through IN ('call', 'wrap_up', 'console')", name=op.f("ck_guidance_given_through")),
        sa.ForeignKeyConstraint(["entry_id"], ["catalogue_entry.id"], name=op.f("fk_guidance_given_entry_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_guidance_given_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance_given")),
    )
    op.create_index(op.f("ix_guidance_given_entry_id"), "guidance_given", ["entry_id"], unique=False)
    op.create_index("uq_guidance_given_entry", "guidance_given", ["ticket_id", "entry_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_guidance_given_entry", table_name="guidance_given")
    op.drop_index(op.f("ix_guidance_given_entry_id"), table_name="guidance_given")
    op.drop_table("guidance_given")
    op.drop_table("service_level_setting")
