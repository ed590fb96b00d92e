"""Duty confirmations, and marks of what was done once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keeping_mark",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_keeping_mark")),
    )
    op.create_table(
        "duty_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), server_default="first", nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("telephone_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("telephone_id", sa.Uuid(), nullable=True),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('first', 'backup')", name=op.f("ck_duty_confirmation_role")),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'unable', 'missed', 'relieved')", name=op.f("ck_duty_confirmation_state")
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_duty_confirmation_handover_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_confirmation_staff_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_duty_confirmation_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_duty_confirmation_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_confirmation")),
        sa.UniqueConstraint("station_id", "role", "starts", name=op.f("uq_duty_confirmation_station_id_role_starts")),
    )
    op.create_index(
        "ix_duty_confirmation_open",
        "duty_confirmation",
        ["tenant_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'missed')"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_duty_confirmation_open",
        table_name="duty_confirmation",
        postgresql_where=sa.text("state IN ('asked', 'missed')"),
    )
    op.drop_table("duty_confirmation")
    op.drop_table("keeping_mark")
