"""Swap requests between colleagues: who may be asked, asked once, answered by whom was asked, over when it begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from hotline.roster import changes, swaps
from hotline.roster.changes import RosterError, Times, snapshot, span
from hotline.roster.duty import segments
from hotline.roster.models import Swap
from hotline.roster.queries import load_rosters
from hotline.roster.turns import read_turns

EXPIRED = "swap_expired"
"""What the history says of a request that nobody answered before the duty began."""

_STAND_INS = text("""
WITH place AS (SELECT id, parent_id FROM station WHERE id = :station),
     near AS (SELECT id FROM place UNION SELECT parent_id FROM place
              UNION SELECT station.id FROM station JOIN place ON station.parent_id = place.id),
     serving AS (SELECT unnest(staff_ids) AS id FROM pattern WHERE station_id = :station
                 UNION SELECT staff_id FROM shift WHERE station_id = :station AND ends > :now)
SELECT staff.id, staff.name, staff.station_id FROM staff
 WHERE staff.active AND (staff.station_id IN (SELECT id FROM near) OR staff.id IN (SELECT id FROM serving))
 ORDER BY staff.station_id <> :station, staff.id NOT IN (SELECT id FROM serving), staff.code
""")
"""Whoever serves at the station already, or belongs to it, to the one above it or to one below it (Q21 s.12)."""


class StandIn(NamedTuple):
    """Somebody who may be asked."""

    id: UUID
    name: str
    station_id: UUID


def stand_ins(session: Session, station_id: UUID, now: datetime) -> Sequence[StandIn]:
    """Return who may be asked to stand in at a station: its own people first."""
    return [StandIn(*row) for row in session.execute(_STAND_INS, {"station": station_id, "now": now})]


def ask(session: Session, swap: Swap, now: datetime, by: str) -> None:
    """Ask a colleague for a whole turn of one's own, perhaps in return for one of theirs.

    Raises RosterError for a turn that has begun, is asked for already or is not one's own, for a colleague who may not
    stand in there, and where one of the two would be on duty twice at a time.
    """
    _check(session, swap, now)
    if swap.taker_id not in {one.id for one in stand_ins(session, swap.station_id, now)}:
        raise RosterError(
            "这位同事不在本站，也不在本站排班里，不能替班 (that colleague may not stand in at this station)"
        )
    changes.lock(session, swap.station_id)
    open_ = select(Swap.id).where(
        Swap.station_id == swap.station_id, Swap.role == swap.role, Swap.state == "asked",
        Swap.during.overlaps(swap.during),
    )  # fmt: skip
    if session.scalar(open_.limit(1)) is not None:
        raise RosterError("这个班已经有一个申请在等答复 (somebody has been asked for this turn already)")
    swaps.ask_swap(session, swap, now, by)


def answer(session: Session, swap_id: UUID, staff_id: UUID, agreed: bool, now: datetime, by: str) -> None:
    """Whom was asked agrees or declines; the roster and its history change together. Raises RosterError."""
    swap = _mine(session, swap_id, now)
    if swap.taker_id != staff_id:
        raise RosterError("这个申请不是给您的 (you are not the one who was asked)")
    if agreed:
        _check(session, swap, now)
    swaps.settle_swap(session, swap.id, agreed, now, by)


def withdraw(session: Session, swap_id: UUID, staff_id: UUID, now: datetime, by: str) -> None:
    """Whoever asked asks no longer. Raises RosterError when it was answered, or somebody else asked."""
    swap = _mine(session, swap_id, now)
    if swap.giver_id != staff_id:
        raise RosterError("这个申请不是您提的 (somebody else has asked)")
    swaps.cancel_swap(session, swap.id, now, by)


def expire(session: Session, tenant_id: UUID, now: datetime) -> int:
    """End the requests whose duty begins without an answer; whoever asked is told. Returns how many. Safe to repeat."""
    begun = or_(func.lower(Swap.during) <= now, func.lower(Swap.in_return) <= now)
    late = select(Swap).where(Swap.tenant_id == tenant_id, Swap.state == "asked", begun)
    found = session.scalars(late.with_for_update(skip_locked=True)).all()
    for swap in found:
        swap.state, swap.settled_at = "expired", now
        session.flush()
        kept = {"role": swap.role, "after": snapshot(swap), **span(swap.during)}
        changes.note(session, swap.station_id, EXPIRED, [swap.giver_id], now, "系统", **kept)
    return len(found)


def _mine(session: Session, swap_id: UUID, now: datetime) -> Swap:
    """Return a request that waits for its answer, locked."""
    swap = session.get(Swap, swap_id, with_for_update=True, populate_existing=True)
    if swap is None or swap.state != "asked":
        raise RosterError("这个换班申请已经处理过了 (this swap has been settled already)")
    if any(times.lower is not None and times.lower <= now for times in _both(swap)):
        raise RosterError("这个班已经开始，申请作废 (the turn has begun: the request is void)")
    return swap


def _check(session: Session, swap: Swap, now: datetime) -> None:
    """Each gives a whole turn of their own that has not begun, and neither is on duty elsewhere when they stand in."""
    pairs = zip(_both(swap), (swap.giver_id, swap.taker_id), (swap.taker_id, swap.giver_id), strict=False)
    for times, giver, taker in pairs:
        changes.check_times(times)
        assert times.lower is not None and times.upper is not None  # noqa: S101  (checked before)
        said = f"{span(times)['from']} 至 {span(times)['to']}"
        if times.lower <= now:
            raise RosterError("这个班已经开始，只能临时接班 (the turn has begun: take over instead)")
        roster = load_rosters(session, [swap.station_id], times.lower, times.upper)[swap.station_id].role(swap.role)
        served = segments(roster, times.lower, times.upper)
        if {one.staff_id for one in served} != {giver}:
            raise RosterError(f"{said} 不是该人员值班 (that person is not on duty then)")
        if {one.source for one in served} - {"shift", "pattern"}:
            raise RosterError(f"{said} 已经是换来或替来的班，请找站长 (swapped or overridden already: ask the head)")
        if read_turns(session, taker, times.lower, times.upper):
            raise RosterError(f"{said} 替班的人自己有班 (whoever is to stand in is on duty then)")


def _both(swap: Swap) -> tuple[Times, ...]:
    return (swap.during, swap.in_return) if swap.in_return else (swap.during,)
