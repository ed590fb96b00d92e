"""Calls, their legs and recordings, and errands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_call_id"), "hold", ["call_id"], unique=False)
    op.create_index(op.f("ix_hold_holder_id"), "hold", ["holder_id"], unique=False)
    op.create_table(
        "reply",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "step", name=op.f("pk_reply")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), server_default="in", nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=True),
        sa.Column("from_hash", sa.LargeBinary(), nullable=True),
        sa.Column("from_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("need", sa.Text(), server_default="", nullable=False),
        sa.Column("domain", sa.Text(), server_default="", nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("station_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("plan", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tier", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_leg_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_call_direction")),
        sa.ForeignKeyConstraint(["home_id"], ["station.id"], name=op.f("fk_call_home_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_call_line_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_call_station_id")),
        sa.ForeignKeyConstraint(["survivor_id"], ["survivor.id"], name=op.f("fk_call_survivor_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_call_tenant_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("sid", name=op.f("uq_call_sid")),
    )
    op.create_index(op.f("ix_call_from_hash_started_at"), "call", ["from_hash", "started_at"], unique=False)
    op.create_index("ix_call_live", "call", ["seen_at"], unique=False, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index(op.f("ix_call_tenant_id_started_at"), "call", ["tenant_id", "started_at"], unique=False)
    op.create_index(op.f("ix_call_ticket_id"), "call", ["ticket_id"], unique=False)
    op.create_table(
        "errand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("step", sa.BigInteger(), server_default="-1", nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'placing', 'ringing', 'talking', 'done', 'missed', 'failed', 'cancelled')",
            name=op.f("ck_errand_state"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_errand_line_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_errand_station_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_errand_tenant_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_errand_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint("sid", name=op.f("uq_errand_sid")),
    )
    op.create_index("ix_errand_live", "errand", ["kind"], unique=False, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index(op.f("ix_errand_ticket_id"), "errand", ["ticket_id"], unique=False)
    op.create_table(
        "leg",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("tier_kind", sa.Text(), nullable=False),
        sa.Column("tier_name", sa.Text(), server_default="", nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("own_queue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ring_seconds", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'passed_over', 'superseded', 'dialling', 'ringing', 'picked_up', 'accepted', 'declined', 'silent', 'no_answer', 'busy', 'failed', 'stopped', 'ended')",
            name=op.f("ck_leg_state"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_leg_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
    )
    op.create_index(op.f("ix_leg_call_id_plan_tier"), "leg", ["call_id", "plan", "tier"], unique=False)
    op.create_index(op.f("ix_leg_sid"), "leg", ["sid"], unique=False, postgresql_where=sa.text("sid IS NOT NULL"))
    op.create_index(
        "uq_leg_one_accepted", "leg", ["call_id"], unique=True, postgresql_where=sa.text("state = 'accepted'")
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("errand_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="message", nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_recording_call_id")),
        sa.ForeignKeyConstraint(["errand_id"], ["errand.id"], name=op.f("fk_recording_errand_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_recording_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("sid", name=op.f("uq_recording_sid")),
    )
    op.create_index(op.f("ix_recording_ticket_id"), "recording", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_recording_ticket_id"), table_name="recording")
    op.drop_table("recording")
    op.drop_index("uq_leg_one_accepted", table_name="leg", postgresql_where=sa.text("state = 'accepted'"))
    op.drop_index(op.f("ix_leg_sid"), table_name="leg", postgresql_where=sa.text("sid IS NOT NULL"))
    op.drop_index(op.f("ix_leg_call_id_plan_tier"), table_name="leg")
    op.drop_table("leg")
    op.drop_index(op.f("ix_errand_ticket_id"), table_name="errand")
    op.drop_index("ix_errand_live", table_name="errand", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("errand")
    op.drop_index(op.f("ix_call_ticket_id"), table_name="call")
    op.drop_index(op.f("ix_call_tenant_id_started_at"), table_name="call")
    op.drop_index("ix_call_live", table_name="call", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_call_from_hash_started_at"), table_name="call")
    op.drop_table("call")
    op.drop_table("reply")
    op.drop_index(op.f("ix_hold_holder_id"), table_name="hold")
    op.drop_index(op.f("ix_hold_call_id"), table_name="hold")
    op.drop_table("hold")
