"""Rosters as the API gives them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from hotline.web.api.schema import TEXT, Place, Strict

LONGEST = timedelta(days=62)
"""The longest period that is answered at once."""


class PartAsked(Strict):
    """Which part of the tree is asked for."""

    tenant: str | None = Field(
        None, max_length=64, pattern=TEXT, description="Code of the tenant, where there are several."
    )
    station: str | None = Field(
        None, max_length=64, pattern=TEXT, description="Code of a station: it and all below; left out: all in reach."
    )


class DutyAsked(PartAsked):
    """Who is on duty at a moment."""

    at: AwareDatetime | None = Field(None, description="With its zone; left out: now.")


class PeriodAsked(PartAsked):
    """A period of a part of the tree."""

    since: AwareDatetime = Field(description="With its zone.")
    until: AwareDatetime = Field(description="With its zone; at most 62 days later.")

    @model_validator(mode="after")
    def _long_enough(self) -> PeriodAsked:
        if not timedelta(0) < self.until - self.since <= LONGEST:
            raise ValueError("until must be later than since, by 62 days at most")
        if not 2000 <= self.since.year <= 2099:
            raise ValueError("since must lie between 2000 and 2099")
        return self


class Person(BaseModel):
    """Somebody of the staff."""

    code: str
    name: str


class OnDutyOut(BaseModel):
    """Who is on duty, from which layer of the roster, until when."""

    staff: Person
    source: str = Field(description="takeover, override, swap, shift or pattern.")
    until: datetime


class StationDutyOut(BaseModel):
    """Who is on duty at a station; null: nobody, the station's handset stands in."""

    station: Place
    first: OnDutyOut | None
    backup: OnDutyOut | None


class DutyOut(BaseModel):
    """Who is on duty at a moment."""

    at: datetime
    stations: list[StationDutyOut]


class TurnOut(BaseModel):
    """A stretch of one person's duty, all layers of the roster taken together."""

    station: Place
    role: str = Field(description="first or backup.")
    staff: Person
    source: str = Field(description="takeover, override, swap, shift or pattern.")
    starts: datetime
    ends: datetime


class Turns(BaseModel):
    """Who is on duty from when to when, cut to the period."""

    turns: list[TurnOut]


class GapOut(BaseModel):
    """A stretch in which nobody is on duty at a station that keeps a roster."""

    station: Place
    starts: datetime
    ends: datetime


class Gaps(BaseModel):
    """The gaps of a period, the soonest first, and the stations that keep no roster."""

    gaps: list[GapOut]
    without_roster: list[Place]


class ShiftOut(BaseModel):
    """A single piece of duty as it stands in the roster; goes before the pattern."""

    id: UUID
    code: str
    station: Place
    role: str
    staff: Person
    starts: datetime
    ends: datetime


class Shifts(BaseModel):
    """Pieces of duty that touch the period."""

    shifts: list[ShiftOut]
