"""What becomes of a call: the ticket, its append-only history and its timers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id
from tickets import pairs as pairs  # the indexes below need its function
from tickets.states import State

UNFINISHED = "state IN ('open', 'answered', 'following_up', 'waiting', 'reopened')"
"""In these states somebody has something left to do: as the index and what reads by it say it, word for word."""
_STATES = ", ".join(f"'{state.value}'" for state in State)


class Ticket(Base):
    """One contact of a survivor, from the first ring to the feedback on its effect (Q21 s.12)."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("priority IN ('normal', 'urgent')", name="priority"),
        Index(None, "tenant_id", "opened_at"),
        Index(None, "station_id", "opened_at", postgresql_include=["waited_seconds"]),
        Index(None, "caller_hash", "opened_at"),
        Index(None, "survivor_id", "opened_at"),
        Index(
            "ix_ticket_to_do",
            "station_id",
            postgresql_include=["id", "state", "call_back_by", "late_from", "answered_at", "wrapped_at"],
            postgresql_where=text(UNFINISHED),
        ),
        Index(
            "ix_ticket_answer_pairs",
            text("text_pairs(answer)"),
            postgresql_using="gin",
            postgresql_where=text("answer <> ''"),
        ),
        Index(None, "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        CheckConstraint("(state = 'cancelled') = (merged_into_id IS NOT NULL)", name="merged"),
        CheckConstraint("merged_into_id <> id", name="merged_into_itself"),
        Index(None, "staff_id", postgresql_where=text("staff_id IS NOT NULL")),
        Index("ix_ticket_owed", "tenant_id", "call_back_by", postgresql_where=text("call_back_by IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(Identity(start=1001))
    """The number people say aloud."""
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id"))
    """The station that answers for it."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who of that station works on it; none: whoever is on duty."""
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey("line.id"))
    survivor_id: Mapped[UUID | None] = mapped_column(ForeignKey("survivor.id"))
    caller_hash: Mapped[bytes | None]
    caller_sealed: Mapped[bytes | None]
    need: Mapped[str] = mapped_column(default="", server_default="")
    domain: Mapped[str] = mapped_column(default="", server_default="")
    priority: Mapped[str] = mapped_column(default="normal", server_default="normal")
    state: Mapped[str] = mapped_column(default=State.OPEN.value, server_default=State.OPEN.value)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    """The older ticket of the same matter that goes on instead of this one."""
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(default="", server_default="")
    """Label of who took the call."""
    outcome: Mapped[str] = mapped_column(default="", server_default="")
    """What the wrap-up says came of it: a code of tickets.desk.OUTCOMES."""
    wrapped_at: Mapped[datetime | None]
    """When the duty person finished the ticket after the call."""
    raised: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many levels above its station the ticket has been raised to."""
    call_back_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the survivor was rung back in vain."""
    waited_seconds: Mapped[int | None]
    """Whole seconds from the first ring to the accept key."""
    message_at: Mapped[datetime | None]
    """When the survivor left a message."""
    call_back_by: Mapped[datetime | None]
    """By when a missed call is promised to be rung back."""
    late_from: Mapped[datetime | None]
    """By when first feedback or resolution is owed: known from the half of the time on, kept by tickets.clocks."""
    answer: Mapped[str] = mapped_column(default="", server_default="")
    """答疑解惑: what was asked and answered."""
    found_at: Mapped[datetime | None]
    """找得到人: someone was found."""
    came_at: Mapped[datetime | None]
    """上得了门: someone came to the door."""
    helped_at: Mapped[datetime | None]
    """帮得上忙: the help helped."""
    solved_at: Mapped[datetime | None]
    """解得了困: the problem is solved."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts changes, so that two people editing notice each other."""

    @property
    def label(self) -> str:
        """The ticket's number as people say and write it."""
        return f"No.{self.number}"


class TicketEvent(Base):
    """One line of a ticket's history; never changed, never deleted (a database trigger refuses it)."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        Index(None, "ticket_id", "id"),
        Index(
            "ix_ticket_event_said_pairs",
            text("text_pairs(data ->> 'said')"),
            postgresql_using="gin",
            postgresql_where=text("kind = 'comment'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str] = mapped_column(default="system", server_default="system")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))


KEEP = (
    """
CREATE OR REPLACE FUNCTION ticket_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a ticket is only added to';
END $$
""",
    """
CREATE TRIGGER ticket_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION ticket_event_is_kept()
""",
)
"""What makes the history append-only."""

for _statement in KEEP:
    event.listen(TicketEvent.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]


class Referral(Base):
    """A ticket handed to a partner or a volunteer team with a deadline (1+N, Q21 s.13-14; Q8 s.9, 11)."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("kind IN ('team', 'partner', 'fund')", name="kind"),
        CheckConstraint("state IN ('offered', 'accepted', 'refused', 'done', 'failed', 'withdrawn')", name="state"),
        Index(None, "ticket_id"),
        Index(
            "uq_referral_one_open", "ticket_id", unique=True, postgresql_where=text("state IN ('offered', 'accepted')")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[str]
    target_id: Mapped[UUID | None]
    label: Mapped[str]
    state: Mapped[str] = mapped_column(default="offered", server_default="offered")
    offered_by: Mapped[str]
    offered_at: Mapped[datetime]
    deadline: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(default="", server_default="")


class Feedback(Base):
    """What the survivor says of the help (效果反馈, Q21 s.12), asked by somebody other than who answered."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("rating IN ('satisfied', 'mostly', 'not', '')", name="rating"),
        CheckConstraint("how IN ('call', 'in_person')", name="how"),
        Index(None, "ticket_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    rating: Mapped[str] = mapped_column(default="", server_default="")
    solved: Mapped[bool | None]
    how: Mapped[str] = mapped_column(default="call", server_default="call")
    asked_by: Mapped[str]
    words: Mapped[str] = mapped_column(default="", server_default="")
    """What was said besides, or the recording that holds it."""


class Timer(Base):
    """Something to be done at a time: claimed by any worker with SKIP LOCKED, never kept in the broker."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "due_at", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_timer_leased",
            "leased_until",
            postgresql_where=text("state = 'pending' AND leased_until IS NOT NULL"),
        ),
        Index("ix_timer_failed", "due_at", postgresql_where=text("state = 'failed'")),
        Index("uq_timer_pending_key", "key", unique=True, postgresql_where=text("state = 'pending'")),
        Index(None, "ticket_id"),
        CheckConstraint("state IN ('pending', 'done', 'cancelled', 'failed')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    key: Mapped[str]
    """What it is about; one pending timer a key."""
    due_at: Mapped[datetime]
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    leased_until: Mapped[datetime | None]
    """A worker that claimed it and died gives it back at this moment."""
    done_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="", server_default="")
