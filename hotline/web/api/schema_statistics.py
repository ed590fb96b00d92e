"""Response times as the API gives them."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel, Field, model_validator

from hotline.web.api.schema import Place
from hotline.web.api.schema_roster import PartAsked

LONGEST = timedelta(days=3 * 366)


class DaysAsked(PartAsked):
    """Days of a part of the tree, both included."""

    since: date = Field(description="First day, in Asia/Shanghai.")
    until: date = Field(description="Last day; three years later at most.")

    @model_validator(mode="after")
    def _in_order(self) -> DaysAsked:
        if not timedelta(0) <= self.until - self.since < LONGEST:
            raise ValueError("until must not be before since, nor three years later")
        if not (self.since.year >= 2000 and self.until.year <= 2200):
            raise ValueError("days must lie between 2000 and 2200")
        return self


class Said(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class Definition(BaseModel):
    """What is measured, and where the definition comes from."""

    code: str
    kind: str = Field(description="share: part of a whole; time: whole seconds.")
    counted: str = Field(description="calls or tickets of the period.")
    name: Said
    definition: Said
    source: Said
    norm: float | None = Field(description="Share that should be reached, or seconds it should take at most.")


class ShareOut(BaseModel):
    """A share with what it was counted from."""

    part: int
    whole: int
    share: float | None = Field(description="Between 0 and 1; null: nothing to count.")


class TimeOut(BaseModel):
    """Seconds that half, nine tenths and nineteen twentieths needed at most; null: nothing to count."""

    count: int
    median: int | None
    p90: int | None
    p95: int | None


class Measured(BaseModel):
    """All measures of one row, by code."""

    shares: dict[str, ShareOut]
    times: dict[str, TimeOut]


class StationMeasured(Measured):
    """A station with all below it; the top's own row is what belongs to the top itself."""

    station: Place


class NeedMeasured(Measured):
    """A need or domain; empty: no key was pressed."""

    need: str


class DayOut(BaseModel):
    """Calls of a day that are over or answered, and those that a human took."""

    day: date
    calls: int
    reached: int


class StatisticsOut(BaseModel):
    """The response times of a period, as the console's page shows them."""

    tenant: str
    station: Place
    since: date
    until: date
    definitions: list[Definition]
    all: Measured
    before: Measured = Field(description="The period of the same length just before.")
    stations: list[StationMeasured]
    needs: list[NeedMeasured]
    days: list[DayOut]
    answered_by: dict[str, int] = Field(description="Calls by kind of tier that took them, or how they were lost.")
