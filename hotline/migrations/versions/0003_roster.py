"""The roster: patterns, shifts, overrides, swaps, handovers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("concerned", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_roster_change_station_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_change")),
    )
    op.create_index(op.f("ix_roster_change_station_id_at"), "roster_change", ["station_id", "at"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("from_staff_id", sa.Uuid(), nullable=True),
        sa.Column("to_staff_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("open_tickets", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_staff_id"], ["staff.id"], name=op.f("fk_handover_from_staff_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_handover_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["to_staff_id"], ["staff.id"], name=op.f("fk_handover_to_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_station_id_made_at"), "handover", ["station_id", "made_at"], unique=False)
    op.create_table(
        "override",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="override", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("station_id"), "="),
            (sa.column("role"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_override_no_overlap",
        ),
        sa.CheckConstraint("kind IN ('override', 'takeover')", name=op.f("ck_override_kind")),
        sa.CheckConstraint("role IN ('first', 'backup')", name=op.f("ck_override_role")),
        sa.CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name=op.f("ck_override_during")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_override_staff_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_override_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_override_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.create_table(
        "pattern",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("staff_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column(
            "valid", postgresql.DATERANGE(), sa.Computed("daterange(starts, until)", persisted=True), nullable=False
        ),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("every", sa.BigInteger(), nullable=False),
        sa.Column("week", postgresql.INT4MULTIRANGE(), nullable=False),
        sa.Column("handset_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("station_id"), "="),
            (sa.column("role"), "="),
            (sa.column("valid"), "&&"),
            (sa.column("week"), "&&"),
            using="gist",
            name="ex_pattern_no_overlap",
        ),
        sa.CheckConstraint("role IN ('first', 'backup')", name=op.f("ck_pattern_role")),
        sa.CheckConstraint("cardinality(staff_ids) > 0", name=op.f("ck_pattern_staff")),
        sa.CheckConstraint("hours BETWEEN 1 AND 168 AND every BETWEEN hours AND 672", name=op.f("ck_pattern_hours")),
        sa.ForeignKeyConstraint(
            ["handset_id"], ["handset.id"], name=op.f("fk_pattern_handset_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_pattern_station_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_pattern_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pattern")),
    )
    op.create_index("uq_pattern_code", "pattern", ["tenant_id", "code"], unique=True)
    op.create_table(
        "shift",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "during", postgresql.TSTZRANGE(), sa.Computed("tstzrange(starts, ends)", persisted=True), nullable=False
        ),
        sa.Column("handset_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("station_id"), "="),
            (sa.column("role"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_shift_no_overlap",
        ),
        sa.CheckConstraint("role IN ('first', 'backup')", name=op.f("ck_shift_role")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_shift_times")),
        sa.ForeignKeyConstraint(["handset_id"], ["handset.id"], name=op.f("fk_shift_handset_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shift_staff_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_shift_station_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shift_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index("uq_shift_code", "shift", ["tenant_id", "code"], unique=True)
    op.create_table(
        "swap",
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("taker_id", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("in_return", postgresql.TSTZRANGE(), nullable=True),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('first', 'backup')", name=op.f("ck_swap_role")),
        sa.CheckConstraint("state IN ('asked', 'agreed', 'refused')", name=op.f("ck_swap_state")),
        sa.ForeignKeyConstraint(["giver_id"], ["staff.id"], name=op.f("fk_swap_giver_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_swap_station_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["taker_id"], ["staff.id"], name=op.f("fk_swap_taker_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_swap_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    op.create_index(op.f("ix_swap_station_id"), "swap", ["station_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_swap_station_id"), table_name="swap")
    op.drop_table("swap")
    op.drop_index("uq_shift_code", table_name="shift")
    op.drop_table("shift")
    op.drop_index("uq_pattern_code", table_name="pattern")
    op.drop_table("pattern")
    op.drop_table("override")
    op.drop_index(op.f("ix_handover_station_id_made_at"), table_name="handover")
    op.drop_table("handover")
    op.drop_index(op.f("ix_roster_change_station_id_at"), table_name="roster_change")
    op.drop_table("roster_change")
