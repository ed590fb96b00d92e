"""Tickets with their history, referrals, feedback and timers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("survivor_id", sa.Uuid(), nullable=True),
        sa.Column("caller_hash", sa.LargeBinary(), nullable=True),
        sa.Column("caller_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("need", sa.Text(), server_default="", nullable=False),
        sa.Column("domain", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.Text(), server_default="normal", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("wrapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("call_back_tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waited_seconds", sa.BigInteger(), nullable=True),
        sa.Column("message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_back_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("priority IN ('normal', 'urgent')", name=op.f("ck_ticket_priority")),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'following_up', 'waiting', 'resolved', 'feedback_asked', 'closed', 'reopened', 'cancelled')",
            name=op.f("ck_ticket_state"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_ticket_line_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_ticket_station_id")),
        sa.ForeignKeyConstraint(["survivor_id"], ["survivor.id"], name=op.f("fk_ticket_survivor_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_ticket_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    op.create_index(op.f("ix_ticket_caller_hash_opened_at"), "ticket", ["caller_hash", "opened_at"], unique=False)
    op.create_index(
        op.f("ix_ticket_station_id_opened_at"),
        "ticket",
        ["station_id", "opened_at"],
        unique=False,
        postgresql_include=["waited_seconds"],
    )
    op.create_index(op.f("ix_ticket_survivor_id_opened_at"), "ticket", ["survivor_id", "opened_at"], unique=False)
    op.create_index(op.f("ix_ticket_tenant_id_opened_at"), "ticket", ["tenant_id", "opened_at"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rating", sa.Text(), server_default="", nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("how", sa.Text(), server_default="call", nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("how IN ('call', 'in_person')", name=op.f("ck_feedback_how")),
        sa.CheckConstraint("rating IN ('satisfied', 'mostly', 'not', '')", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_feedback_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_ticket_id"), "feedback", ["ticket_id"], unique=False)
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="offered", nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('team', 'partner', 'fund')", name=op.f("ck_referral_kind")),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'refused', 'done', 'failed', 'withdrawn')", name=op.f("ck_referral_state")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_referral_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_ticket_id"), "referral", ["ticket_id"], unique=False)
    op.create_index(
        "uq_referral_one_open",
        "referral",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('offered', 'accepted')"),
    )
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="system", nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_event_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
    )
    op.create_index(op.f("ix_ticket_event_ticket_id_id"), "ticket_event", ["ticket_id", "id"], unique=False)
    op.create_table(
        "timer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('pending', 'done', 'cancelled', 'failed')", name=op.f("ck_timer_state")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_timer_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    op.create_index("ix_timer_due", "timer", ["due_at"], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index(op.f("ix_timer_ticket_id"), "timer", ["ticket_id"], unique=False)
    op.create_index(
        "uq_timer_pending_key", "timer", ["key"], unique=True, postgresql_where=sa.text("state = 'pending'")
    )


def downgrade() -> None:
    op.drop_index("uq_timer_pending_key", table_name="timer", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index(op.f("ix_timer_ticket_id"), table_name="timer")
    op.drop_index("ix_timer_due", table_name="timer", postgresql_where=sa.text("state = 'pending'"))
    op.drop_table("timer")
    op.drop_index(op.f("ix_ticket_event_ticket_id_id"), table_name="ticket_event")
    op.drop_table("ticket_event")
    op.drop_index(
        "uq_referral_one_open", table_name="referral", postgresql_where=sa.text("state IN ('offered', 'accepted')")
    )
    op.drop_index(op.f("ix_referral_ticket_id"), table_name="referral")
    op.drop_table("referral")
    op.drop_index(op.f("ix_feedback_ticket_id"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_ticket_tenant_id_opened_at"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_survivor_id_opened_at"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_station_id_opened_at"), table_name="ticket", postgresql_include=["waited_seconds"])
    op.drop_index(op.f("ix_ticket_caller_hash_opened_at"), table_name="ticket")
    op.drop_table("ticket")
