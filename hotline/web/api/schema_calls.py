"""Calls and their legs as the API gives them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from hotline.web.api.schema import CURSOR, Place, Strict


class CallsAsked(Strict):
    """Which calls are asked for."""

    since: AwareDatetime | None = Field(None, description="Begun at or after this moment, with its zone.")
    until: AwareDatetime | None = Field(None, description="Begun before this moment, with its zone.")
    outcome: str | None = Field(
        None, pattern="^(answered|message|abandoned|unconfirmed)$", description="How it ended; left out: all."
    )
    ticket: UUID | None = Field(None, description="Calls of this ticket only.")
    cursor: str | None = Field(None, pattern=CURSOR, description="What the page before gave as `next`.")
    limit: int = Field(50, ge=1, le=100)


class TicketNamed(BaseModel):
    """The ticket that a call belongs to."""

    id: UUID
    number: int = Field(description="The number people say aloud.")


class CallOut(BaseModel):
    """A call with a survivor; moments are UTC, the caller's number is masked."""

    id: UUID
    ticket: TicketNamed
    direction: str = Field(description="in, or out where a missed survivor was rung back.")
    line: str = Field(description="Name of the published number.")
    station: Place = Field(description="The station whose duty handset rings first.")
    caller: str = Field(description="Masked telephone number.")
    need: str
    domain: str
    urgent: bool
    started_at: datetime
    accepted_at: datetime | None = Field(description="When a human pressed the accept key.")
    ended_at: datetime | None = Field(description="null: it still goes on.")
    outcome: str = Field(description="answered, message, abandoned or unconfirmed; empty while it lasts.")
    seconds_to_human: int | None = Field(description="Start to accept key, begun seconds counted; null: no human.")
    answered_tier: int | None = Field(description="Tier that took it, counted from 1; null: none did.")
    answered_by: str | None = Field(description="Kind of that tier: duty, backup, neighbour, county, volunteer, …")


class LegOut(BaseModel):
    """One telephone of a call's plan: why it was rung or passed over, and what came of it."""

    plan: int = Field(description="A choice of the caller makes a new plan; the last one holds.")
    tier: int
    tier_kind: str
    label: str
    number: str = Field(description="Masked telephone number.")
    reason: str = Field(description="Code of why it is rung or passed over.")
    state: str
    rung_at: datetime | None
    picked_up_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None


class CallStory(CallOut):
    """A call with its legs, in the order of plan and tier."""

    legs: list[LegOut]


class CallPage(BaseModel):
    """Some calls, newest first."""

    calls: list[CallOut]
    next: str | None = Field(description="The `cursor` of the next page; null: that was all.")
