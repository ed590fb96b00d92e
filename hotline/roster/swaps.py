"""Swaps: a colleague stands in, perhaps in return for another time. Asked, then agreed or refused."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from hotline.roster.changes import RosterError, Times, change, check_staff, check_times, lock, note, snapshot, span
from hotline.roster.duty import segments
from hotline.roster.models import Shift, Swap
from hotline.roster.queries import load_rosters


def ask_swap(session: Session, swap: Swap, now: datetime, by: str) -> None:
    """Ask a colleague to stand in. Raises RosterError when it could not be agreed to as the roster stands."""
    check_staff(session, swap.station_id, swap.giver_id, swap.taker_id)
    lock(session, swap.station_id)
    _check(session, swap, now)
    session.add(swap)
    session.flush()
    concerned = [swap.taker_id]
    note(session, swap.station_id, "swap_asked", concerned, now, by, role=swap.role, **span(swap.during))


def settle_swap(session: Session, swap_id: UUID, agreed: bool, now: datetime, by: str) -> None:
    """The colleague agrees or refuses. Raises RosterError when it is settled, or the roster has changed meanwhile."""
    swap = session.get(Swap, swap_id, with_for_update=True)
    if swap is None or swap.state != "asked":
        raise RosterError("这个换班申请已经处理过了 (this swap has been settled already)")
    state = "agreed" if agreed else "refused"
    if agreed:
        lock(session, swap.station_id)
        _check(session, swap, now)
    with change(session, swap.station_id, swap.role, f"swap_{state}", list(_times(swap)), now, by) as data:
        swap.state, swap.settled_at = state, now
        session.flush()
        data |= {"after": snapshot(swap), "concerned": [swap.giver_id, swap.taker_id]}


def agree_swap(session: Session, swap_id: UUID, now: datetime, by: str) -> None:
    """The colleague agrees; from now on the swap holds. Raises RosterError (see settle_swap)."""
    settle_swap(session, swap_id, True, now, by)


def refuse_swap(session: Session, swap_id: UUID, now: datetime, by: str) -> None:
    """The colleague refuses. Raises RosterError (see settle_swap)."""
    settle_swap(session, swap_id, False, now, by)


def cancel_swap(session: Session, swap_id: UUID, now: datetime, by: str) -> None:
    """Undo a swap, asked or agreed: everybody serves their own time again. Raises RosterError when it was refused."""
    swap = session.get(Swap, swap_id, with_for_update=True)
    if swap is None or swap.state == "refused":
        raise RosterError("没有这个换班 (there is no such swap)")
    with change(session, swap.station_id, swap.role, "swap_cancelled", list(_times(swap)), now, by) as data:
        data |= {"before": snapshot(swap), "concerned": [swap.giver_id, swap.taker_id]}
        swap.state, swap.settled_at = "refused", now
        session.flush()


def follow(session: Session, shift: Shift, old: Times, new: Times) -> None:
    """Move the swaps of a whole shift with it: a swap names the person and the time, not a copy of the shift."""
    live = select(Swap).where(
        Swap.station_id == shift.station_id, Swap.role == shift.role, Swap.state.in_(("asked", "agreed"))
    )
    for swap in session.scalars(live.where(or_(Swap.during == old, Swap.in_return == old))):
        if swap.giver_id == shift.staff_id and swap.during == old:
            swap.during = new
        if swap.taker_id == shift.staff_id and swap.in_return == old:
            swap.in_return = new


def _check(session: Session, swap: Swap, now: datetime) -> None:
    """Both are on duty when they give their time away, and no swap that holds already touches it (oncall#4538)."""
    if swap.giver_id == swap.taker_id:
        raise RosterError("不能和自己换班 (nobody swaps with themselves)")
    givers = zip(_times(swap), (swap.giver_id, swap.taker_id), strict=False)
    for times, giver in givers:
        check_times(times)
        if times.upper is not None and times.upper <= now:
            raise RosterError("这段时间已经过去 (that time is over)")
        if giver not in _on_duty(session, swap, times):
            raise RosterError(
                f"{span(times)['from']} 至 {span(times)['to']} 不是该人员值班 (that person is not on duty then)"
            )
        if _taken(session, swap, times):
            raise RosterError("这段时间已有换班，请先撤销 (that time has been swapped already)")


def _times(swap: Swap) -> tuple[Times, ...]:
    return (swap.during, swap.in_return) if swap.in_return else (swap.during,)


def _on_duty(session: Session, swap: Swap, times: Times) -> set[UUID | None]:
    assert times.lower is not None and times.upper is not None  # noqa: S101  (checked before)
    roster = load_rosters(session, [swap.station_id], times.lower, times.upper)[swap.station_id].role(swap.role)
    return {one.staff_id for one in segments(roster, times.lower, times.upper)}


def _taken(session: Session, swap: Swap, times: Times) -> bool:
    period = Range(times.lower, times.upper)
    query = select(Swap.id).where(
        Swap.station_id == swap.station_id,
        Swap.role == swap.role,
        Swap.state == "agreed",
        or_(Swap.during.overlaps(period), Swap.in_return.overlaps(period)),
    )
    return session.scalars(query.limit(1)).first() is not None
