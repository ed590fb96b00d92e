"""Changes of a roster that are not published yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    during = sa.Computed("tstzrange(starts, ends)", persisted=True)
    op.create_table(
        "draft_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("seen", sa.Text(), server_default="", nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), during, nullable=False),
        sa.Column("handset_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("station_id"), "="),
            (sa.column("role"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_draft_shift_no_overlap",
            where=sa.text("staff_id IS NOT NULL"),
        ),
        sa.CheckConstraint("role IN ('first', 'backup')", name=op.f("ck_draft_shift_role")),
        sa.CheckConstraint("num_nulls(staff_id, starts, ends) IN (0, 3)", name=op.f("ck_draft_shift_piece")),
        sa.CheckConstraint("shift_id IS NOT NULL OR staff_id IS NOT NULL", name=op.f("ck_draft_shift_something")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_draft_shift_times")),
        sa.ForeignKeyConstraint(
            ["handset_id"], ["handset.id"], name=op.f("fk_draft_shift_handset_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_draft_shift_staff_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_draft_shift_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_draft_shift_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_shift")),
        sa.UniqueConstraint("shift_id", name=op.f("uq_draft_shift_shift_id")),
    )


def downgrade() -> None:
    op.drop_table("draft_shift")
