"""A call, its legs to handsets, what was answered to the carrier, and who is being rung right now."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.calls.states import LegState
from hotline.db import Base, new_id
from hotline.directory.models import Line, Station, Survivor

_LEG_STATES = ", ".join(f"'{state.value}'" for state in LegState)


class Call(Base):
    """One telephone call with a survivor, from the first webhook to the end."""

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        Index("ix_call_live", "started_at", postgresql_where=text("ended_at IS NULL")),
        Index(None, "ticket_id"),
        Index(None, "from_hash", "started_at"),
        Index(None, "tenant_id", "started_at"),
        Index(None, "station_id", "started_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sid: Mapped[str] = mapped_column(unique=True)
    """The carrier's name for it."""
    direction: Mapped[str] = mapped_column(default="in", server_default="in")
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("line.id"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id"))
    """The station whose duty handset rings first; another after the caller chose one."""
    home_id: Mapped[UUID] = mapped_column(ForeignKey("station.id"))
    """The caller's own station, a village's where there is one; rings together with the backup."""
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    survivor_id: Mapped[UUID | None] = mapped_column(ForeignKey("survivor.id"))
    from_hash: Mapped[bytes | None]
    from_sealed: Mapped[bytes | None]
    flow: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")
    need: Mapped[str] = mapped_column(default="", server_default="")
    domain: Mapped[str] = mapped_column(default="", server_default="")
    urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    station_chosen: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """True once the caller asked for another township: then the file's station no longer decides."""
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of the last answer given to the carrier; each is given once (see Reply)."""
    plan: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of the plan in force; a choice of the caller makes a new one."""
    tier: Mapped[int] = mapped_column(default=0, server_default="0")
    """The tier being rung, counted from 1; 0 before the first."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When the carrier last said anything about it; the sweep asks after calls it fell silent on."""
    accepted_leg_id: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="", server_default="")
    """answered, message, abandoned or unconfirmed; empty while it lasts."""

    legs: Mapped[list[Leg]] = relationship(viewonly=True, order_by="(Leg.plan, Leg.tier, Leg.position, Leg.id)")
    """All attempts, as they stood when first asked for; whoever writes new rows expires it."""
    line: Mapped[Line] = relationship(viewonly=True)
    station: Mapped[Station] = relationship(viewonly=True, foreign_keys=[station_id])
    survivor: Mapped[Survivor | None] = relationship(viewonly=True)


class Leg(Base):
    """One target of a call's plan: why it is rung or passed over, and what came of it."""

    __tablename__ = "leg"
    __table_args__ = (
        CheckConstraint(f"state IN ({_LEG_STATES})", name="state"),
        Index(None, "call_id", "plan", "tier"),
        Index("uq_leg_one_accepted", "call_id", unique=True, postgresql_where=text("state = 'accepted'")),
        Index(None, "sid", postgresql_where=text("sid IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    plan: Mapped[int]
    tier: Mapped[int]
    position: Mapped[int]
    tier_kind: Mapped[str]
    tier_name: Mapped[str] = mapped_column(default="", server_default="")
    """What the caller is told is being tried."""
    target_kind: Mapped[str]
    """handset, staff or branch."""
    target_id: Mapped[UUID]
    station_id: Mapped[UUID | None]
    label: Mapped[str]
    number_hash: Mapped[bytes]
    number_sealed: Mapped[bytes]
    own_queue: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    ring_seconds: Mapped[int]
    reason: Mapped[str]
    """Code of why it is rung or passed over (see hotline.calls.reasons)."""
    detail: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str]
    sid: Mapped[str | None]
    rung_at: Mapped[datetime | None]
    picked_up_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    key: Mapped[str] = mapped_column(default="", server_default="")
    """The key the person pressed."""


class Reply(Base):
    """An answer given to the carrier, kept word for word: the same webhook again gets the same answer again."""

    __tablename__ = "reply"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The call or errand it was given to."""
    step: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    asked: Mapped[str]
    """What the webhook said: kind and keys."""
    reply: Mapped[str]


class Hold(Base):
    """A telephone that is being rung or talked on; one call at a time, enforced by the primary key."""

    __tablename__ = "hold"

    number_hash: Mapped[bytes] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(index=True)
    """The leg or errand that uses it."""
    call_id: Mapped[UUID | None] = mapped_column(index=True)
    until: Mapped[datetime]
    """Free again from here on, should the release never come."""


class Recording(Base):
    """Something that was spoken to us: a message of a survivor or a memo of the duty staff."""

    __tablename__ = "recording"
    __table_args__ = (Index(None, "ticket_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sid: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    errand_id: Mapped[UUID | None] = mapped_column(ForeignKey("errand.id"))
    kind: Mapped[str] = mapped_column(default="message", server_default="message")
    """message (of a survivor), memo (of the duty staff) or feedback."""
    url: Mapped[str]
    seconds: Mapped[int]
    at: Mapped[datetime]
    file: Mapped[str] = mapped_column(default="", server_default="")
    """Name in the recordings folder once fetched from the carrier."""


class Errand(Base):
    """A telephone call with one person that is not a survivor's call for help: one that the system places
    (wrap-up, call back, feedback, duty check, reminder, referral) or the staff's own call to the staff menu."""

    __tablename__ = "errand"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'placing', 'ringing', 'talking', 'done', 'missed', 'failed', 'cancelled')",
            name="state",
        ),
        Index(None, "ticket_id"),
        Index("ix_errand_live", "kind", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("line.id"))
    """The published line whose number is shown: staff and survivors pick up a number they know."""
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    target_kind: Mapped[str]
    """handset, staff, branch or survivor."""
    target_id: Mapped[UUID]
    label: Mapped[str]
    number_hash: Mapped[bytes]
    number_sealed: Mapped[bytes]
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    sid: Mapped[str | None] = mapped_column(unique=True)
    step: Mapped[int] = mapped_column(default=-1, server_default="-1")
    attempt: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime]
    placed_at: Mapped[datetime | None]
    picked_up_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(default="", server_default="")
    """What came of it, as its kind says."""
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
