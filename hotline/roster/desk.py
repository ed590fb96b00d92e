"""What may be done to a roster; each change is checked, kept with who and when, and told to those concerned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.roster.duty import covering
from hotline.roster.models import Handover, Override, RosterChange, Shift, Swap
from hotline.roster.queries import load_rosters

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=31)
"""Longest piece of duty; more is a typing error."""


class RosterError(ValueError):
    """A change of the roster is not possible; the message says why in Chinese and English."""


def add_shift(session: Session, shift: Shift, now: datetime, by: str) -> None:
    """Put a piece of duty on the roster. Raises RosterError when it overlaps another of the same role."""
    during = Range(shift.starts, shift.ends)
    _check_times(during)
    _insert(session, shift)
    _note(session, shift.station_id, "shift_added", [shift.staff_id], now, by, role=shift.role, **_span(during))


def override(session: Session, piece: Override, now: datetime, by: str) -> None:
    """Let somebody else be on duty for a while. Raises RosterError when another override is in the way."""
    _check_times(piece.during)
    concerned = _on_duty_during(session, piece.station_id, piece.role, piece.during)
    _insert(session, piece)
    _note(
        session, piece.station_id, "override", {*concerned, piece.staff_id}, now, by,
        role=piece.role, reason=piece.reason, **_span(piece.during),
    )  # fmt: skip


def take_over_now(
    session: Session,
    tenant_id: UUID,
    station_id: UUID,
    staff_id: UUID,
    now: datetime,
    by: str,
    role: str = "first",
) -> Override | None:
    """Be on duty from this moment until the running duty would have ended; None when that person already is.

    A running override is cut short, so that taking over now is always possible (oncall#2787).
    """
    roster = load_rosters(session, [station_id], now, now + _LONGEST)[station_id].role(role)
    running = covering(roster, now)
    if running and running.staff_id == staff_id:
        return None
    until = running.end if running else _next_start(roster.edges(now, now + _LONGEST), now)
    for current in session.scalars(
        select(Override)
        .where(Override.station_id == station_id, Override.role == role)
        .where(Override.during.overlaps(Range(now, until)))
        .with_for_update()
    ):
        if current.during.lower is not None and current.during.lower < now:
            current.during = Range(current.during.lower, now)
        else:
            session.delete(current)
    session.flush()
    piece = Override(
        tenant_id=tenant_id, station_id=station_id, role=role, staff_id=staff_id, kind="takeover",
        during=Range(now, until),
    )  # fmt: skip
    _insert(session, piece)
    concerned = {staff_id} | ({running.staff_id} if running else set())
    _note(session, station_id, "takeover", concerned, now, by, role=role, **_span(piece.during))
    return piece


def ask_swap(session: Session, swap: Swap, now: datetime, by: str) -> None:
    """Ask a colleague to stand in. Raises RosterError when the giver is not on duty then at all."""
    _check_times(swap.during)
    if swap.giver_id not in _on_duty_during(session, swap.station_id, swap.role, swap.during):
        raise RosterError("这段时间本来就不是您值班 (you are not on duty in that time)")
    session.add(swap)
    session.flush()
    _note(session, swap.station_id, "swap_asked", [swap.taker_id], now, by, role=swap.role, **_span(swap.during))


def settle_swap(session: Session, swap_id: UUID, agreed: bool, now: datetime, by: str) -> None:
    """The colleague agrees or refuses. Raises RosterError when that was settled before."""
    swap = session.get(Swap, swap_id, with_for_update=True)
    if swap is None or swap.state != "asked":
        raise RosterError("这个换班申请已经处理过了 (this swap has been settled already)")
    swap.state, swap.settled_at = "agreed" if agreed else "refused", now
    concerned = [swap.giver_id, swap.taker_id]
    _note(session, swap.station_id, f"swap_{swap.state}", concerned, now, by, role=swap.role, **_span(swap.during))


def hand_over(
    session: Session,
    station_id: UUID,
    to_staff_id: UUID,
    now: datetime,
    by: str,
    *,
    from_staff_id: UUID | None = None,
    note: str = "",
    open_tickets: Collection[UUID] = (),
) -> Handover:
    """Record that a shift changes hands, with what is open; it stands open until acknowledged."""
    handover = Handover(
        station_id=station_id,
        from_staff_id=from_staff_id,
        to_staff_id=to_staff_id,
        made_at=now,
        note=note,
        open_tickets=list(open_tickets),
    )
    session.add(handover)
    session.flush()
    _note(session, station_id, "handover", [to_staff_id], now, by, tickets=len(open_tickets))
    return handover


def acknowledge(session: Session, handover_id: UUID, now: datetime) -> None:
    """Whoever takes the shift has heard what is open."""
    handover = session.get_one(Handover, handover_id, with_for_update=True)
    handover.acknowledged_at = handover.acknowledged_at or now


def _on_duty_during(session: Session, station_id: UUID, role: str, during: Range[datetime]) -> set[UUID]:
    assert during.lower is not None and during.upper is not None  # noqa: S101  (checked before)
    roster = load_rosters(session, [station_id], during.lower, during.upper)[station_id].role(role)
    edges = roster.edges(during.lower, during.upper)[:-1]
    return {piece.staff_id for edge in edges if (piece := covering(roster, edge))}


def _check_times(during: Range[datetime]) -> None:
    if during.lower is None or during.upper is None or during.lower >= during.upper:
        raise RosterError("结束时间必须晚于开始时间 (the end must be later than the beginning)")
    if during.upper - during.lower > _LONGEST:
        raise RosterError("一个班次不能超过 31 天 (no piece of duty is longer than 31 days)")


def _insert(session: Session, row: Shift | Override) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if "no_overlap" not in str(error.orig):
            raise
        span = _span(Range(row.starts, row.ends) if isinstance(row, Shift) else row.during)
        raise RosterError(
            f"{span['from']} 至 {span['to']} 与已有班次重叠 (overlaps a piece of duty that is on the roster already)"
        ) from error


def _next_start(edges: list[datetime], now: datetime) -> datetime:
    """Nobody is on duty: the next change, at the latest in a day."""
    return min(next(edge for edge in edges if edge > now), now + _DAY)


def _note(
    session: Session, station_id: UUID, what: str, concerned: Collection[UUID], now: datetime, by: str, **data: Any
) -> None:
    session.add(
        RosterChange(station_id=station_id, at=now, by=by, what=what, concerned=sorted(set(concerned)), data=data)
    )


def _span(during: Range[datetime]) -> dict[str, str]:
    lower, upper = during.lower, during.upper
    return {
        "from": f"{local(lower):%Y-%m-%d %H:%M}" if lower else "",
        "to": f"{local(upper):%Y-%m-%d %H:%M}" if upper else "",
    }
