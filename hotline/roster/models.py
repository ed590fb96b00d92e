"""The roster in the database. Overlap in one station and role is refused by exclusion constraints."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Computed, ForeignKey, Index, TextClause, Uuid, event, text
from sqlalchemy.dialects.postgresql import (
    DATERANGE,
    INT4MULTIRANGE,
    TSTZRANGE,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


def _no_overlap(name: str, *columns: str, where: TextClause | None = None) -> ExcludeConstraint:
    """Refuse two rows of one station and role whose ranges overlap (needs the extension btree_gist)."""
    pairs = (("station_id", "="), ("role", "="), *((column, "&&") for column in columns))
    return ExcludeConstraint(*pairs, name=name, using="gist", where=where)


class _Role:
    """A place on a station's roster: ``first`` carries the duty handset, ``backup`` stands behind."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    role: Mapped[str]


class Pattern(Base, _Role):
    """A repeating rotation: from a date, at a wall time, one of the staff after the other."""

    __tablename__ = "pattern"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        CheckConstraint("hours BETWEEN 1 AND 168 AND every BETWEEN hours AND 672", name="hours"),
        CheckConstraint("cardinality(staff_ids) > 0", name="staff"),
        _no_overlap("ex_pattern_no_overlap", "valid", "week"),
        Index("uq_pattern_code", "tenant_id", "code", unique=True),
    )

    code: Mapped[str]
    staff_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    starts: Mapped[date]
    """Date on which the first shift begins."""
    until: Mapped[date | None]
    """First date on which no shift begins any more; none: for ever."""
    valid: Mapped[Range[date]] = mapped_column(DATERANGE, Computed("daterange(starts, until)", persisted=True))
    at: Mapped[time]
    """Wall time in Asia/Shanghai at which each shift begins."""
    hours: Mapped[int]
    """Length of a shift in hours."""
    every: Mapped[int]
    """Hours from the beginning of one shift to that of the next."""
    week: Mapped[Any] = mapped_column(INT4MULTIRANGE)
    """Minutes of the week it covers (all of them when it does not repeat weekly), for the constraint."""
    handset_id: Mapped[UUID | None] = mapped_column(ForeignKey("handset.id", ondelete="SET NULL"))


class Shift(Base, _Role):
    """A single piece of duty; goes before a pattern."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        CheckConstraint("starts < ends", name="times"),
        _no_overlap("ex_shift_no_overlap", "during"),
        Index("uq_shift_code", "tenant_id", "code", unique=True),
    )

    code: Mapped[str] = mapped_column(default=lambda: f"m{new_id().hex[-12:]}")
    """Its name in a file; one made by hand gets one of its own."""
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE, Computed("tstzrange(starts, ends)", persisted=True))
    handset_id: Mapped[UUID | None] = mapped_column(ForeignKey("handset.id", ondelete="SET NULL"))


class Override(Base, _Role):
    """Somebody else for a while, whatever shift or pattern says; ``takeover`` began with a key or a click."""

    __tablename__ = "override"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        CheckConstraint("kind IN ('override', 'takeover')", name="kind"),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name="during"),
        _no_overlap("ex_override_no_overlap", "during"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    kind: Mapped[str] = mapped_column(default="override", server_default="override")
    reason: Mapped[str] = mapped_column(default="", server_default="")


class Swap(Base, _Role):
    """One person stands in for another for a time, and perhaps the other way round for another time.

    It names people and times, not shifts: when a shift is edited, the swap follows what is left of it.
    """

    __tablename__ = "swap"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        CheckConstraint("state IN ('asked', 'agreed', 'refused', 'expired')", name="state"),
        _no_overlap("ex_swap_asked_no_overlap", "during", where=text("state = 'asked'")),
        Index(None, "station_id"),
    )

    giver_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    taker_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """When the taker stands in for the giver."""
    in_return: Mapped[Range[datetime] | None] = mapped_column(TSTZRANGE)
    """When the giver stands in for the taker."""
    state: Mapped[str] = mapped_column(default="asked", server_default="asked")
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Handover(Base):
    """A shift changes hands: a note, the open tickets, and that the next one has taken note (工作交接制度, Q21 s.2)."""

    __tablename__ = "handover"
    __table_args__ = (Index(None, "station_id", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    from_staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="", server_default="")
    open_tickets: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    acknowledged_at: Mapped[datetime | None]


class RosterChange(Base):
    """What was changed on a roster, by whom: the history, and the source of notices to those concerned."""

    __tablename__ = "roster_change"
    __table_args__ = (Index(None, "station_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by: Mapped[str]
    what: Mapped[str]
    concerned: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    """Staff who have to be told."""
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))


WEEK = 7 * 24 * 60
"""Minutes of a week."""


def minutes_of_week(starts: date, at: time, hours: int, every: int) -> list[Range[int]]:
    """Return the minutes of the week that a pattern covers; all of them when it does not repeat weekly."""
    if WEEK % (every * 60) or hours == every:
        return [Range(0, WEEK)]
    first = starts.weekday() * 1440 + at.hour * 60 + at.minute
    found: list[Range[int]] = []
    for number in range(WEEK // (every * 60)):
        begin = (first + number * every * 60) % WEEK
        end = begin + hours * 60
        found.append(Range(begin, min(end, WEEK)))
        if end > WEEK:
            found.append(Range(0, end - WEEK))
    return found


@event.listens_for(Pattern, "before_insert")
@event.listens_for(Pattern, "before_update")
def _derive_week(_mapper: object, _connection: object, pattern: Pattern) -> None:
    pattern.week = MultiRange(minutes_of_week(pattern.starts, pattern.at, pattern.hours, pattern.every))
