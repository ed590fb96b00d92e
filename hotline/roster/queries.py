"""Reads rosters: one round trip a layer for any number of stations."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, Range
from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.roster.duty import HORIZON, PatternFact, RoleRoster, Roster, ShiftFact, StationDuty, SwapFact, on_duty
from hotline.roster.models import Override, Pattern, Shift, Swap

# Read as text, so that roster needs nothing of directory (they are siblings).
_NAMES = text("SELECT id, name FROM staff WHERE station_id = ANY(:stations) OR id = ANY(:staff)")


def duty_at(session: Session, station_ids: Collection[UUID], at: datetime) -> dict[UUID, StationDuty]:
    """Return who is on duty at each of the stations at ``at``."""
    rosters = load_rosters(session, station_ids, at, at + HORIZON)
    return {id_: on_duty(roster, at) for id_, roster in rosters.items()}


def load_rosters(
    session: Session, station_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, Roster]:
    """Return the rosters of stations, complete for ``[since, until)``."""
    ids = list(station_ids)
    period = func.tstzrange(since, until, type_=TSTZRANGE)
    days = Range(local(since).date() - timedelta(days=8), local(until).date() + timedelta(days=1))
    patterns = session.scalars(
        select(Pattern).where(
            Pattern.station_id.in_(ids), Pattern.valid.overlaps(func.daterange(days.lower, days.upper, type_=DATERANGE))
        )
    ).all()
    shifts = session.scalars(select(Shift).where(Shift.station_id.in_(ids), Shift.during.overlaps(period))).all()
    overrides = session.scalars(
        select(Override).where(Override.station_id.in_(ids), Override.during.overlaps(period))
    ).all()
    swaps = session.scalars(
        select(Swap).where(
            Swap.station_id.in_(ids),
            Swap.state == "agreed",
            or_(Swap.during.overlaps(period), Swap.in_return.overlaps(period)),
        )
    ).all()
    staff = {s.staff_id for s in shifts} | {o.staff_id for o in overrides} | {i for p in patterns for i in p.staff_ids}
    staff |= {i for s in swaps for i in (s.giver_id, s.taker_id)}
    names = {row.id: row.name for row in session.execute(_NAMES, {"stations": ids, "staff": list(staff)})}

    def of(rows: Collection[Any], station: UUID, role: str) -> list[Any]:
        return [row for row in rows if row.station_id == station and row.role == role]

    def role_roster(station: UUID, role: str) -> RoleRoster:
        return RoleRoster(
            tuple(_pattern(p) for p in of(patterns, station, role)),
            tuple(_piece(s, "shift") for s in of(shifts, station, role)),
            tuple(_piece(o, o.kind) for o in of(overrides, station, role)),
            tuple(fact for s in of(swaps, station, role) for fact in _swap(s)),
        )

    return {id_: Roster(id_, role_roster(id_, "first"), role_roster(id_, "backup"), names) for id_ in ids}


def _pattern(row: Pattern) -> PatternFact:
    return PatternFact(tuple(row.staff_ids), row.starts, row.until, row.at, row.hours, row.every, row.handset_id)


def _piece(row: Any, source: Any) -> ShiftFact:
    return ShiftFact(row.staff_id, row.during.lower, row.during.upper, source, getattr(row, "handset_id", None))


def _swap(row: Swap) -> list[SwapFact]:
    both = [(row.giver_id, row.taker_id, row.during), (row.taker_id, row.giver_id, row.in_return)]
    return [SwapFact(giver, taker, r.lower, r.upper) for giver, taker, r in both if r and r.lower and r.upper]
