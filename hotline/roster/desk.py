"""What may be done to a roster. Each change is checked, kept with who and when, and names those to be told.

``by`` says who did it, as the history shows it. The caller commits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from hotline.roster.changes import LONGEST, RosterError, change, check_staff, check_times, lock, note, snapshot
from hotline.roster.duty import covering, segments, turn_end
from hotline.roster.models import Handover, Override, Shift
from hotline.roster.queries import load_rosters
from hotline.roster.swaps import follow

__all__ = [
    "RosterError",
    "acknowledge",
    "add_shift",
    "edit_shift",
    "end_override",
    "hand_over",
    "override",
    "remove_shift",
    "take_over_now",
]

_DAY = timedelta(days=1)


def add_shift(session: Session, shift: Shift, now: datetime, by: str) -> None:
    """Put a piece of duty on the roster. Raises RosterError when it overlaps another of the same role."""
    times = Range(shift.starts, shift.ends)
    check_times(times)
    check_staff(session, shift.station_id, shift.staff_id)
    with change(session, shift.station_id, shift.role, "shift_added", [times], now, by) as data:
        session.add(shift)
        session.flush()
        data["after"] = snapshot(shift)


def edit_shift(
    session: Session,
    shift: Shift,
    now: datetime,
    by: str,
    *,
    starts: datetime | None = None,
    ends: datetime | None = None,
    staff_id: UUID | None = None,
) -> None:
    """Move a shift or give it to somebody else; what is left out stays. Raises RosterError.

    A swap of the whole shift follows it; one of a part of it keeps its times (oncall#4182). Where a pattern stands
    behind the shift, it fills what the shift leaves.
    """
    old, new = Range(shift.starts, shift.ends), Range(starts or shift.starts, ends or shift.ends)
    check_times(new)
    check_staff(session, shift.station_id, staff_id or shift.staff_id)
    with change(session, shift.station_id, shift.role, "shift_edited", [old, new], now, by) as data:
        data["before"] = snapshot(shift)
        follow(session, shift, old, new)
        shift.starts, shift.ends = starts or shift.starts, ends or shift.ends
        shift.staff_id = staff_id or shift.staff_id
        session.flush()
        data["after"] = snapshot(shift)


def remove_shift(session: Session, shift: Shift, now: datetime, by: str) -> None:
    """Take a shift off the roster; the pattern behind it, if any, holds again. Raises RosterError when it has begun."""
    if shift.starts <= now:
        raise RosterError("班次已经开始，请改用临时接班或修改结束时间 (it has begun: take over, or move its end)")
    times = Range(shift.starts, shift.ends)
    with change(session, shift.station_id, shift.role, "shift_removed", [times], now, by) as data:
        data["before"] = snapshot(shift)
        session.delete(shift)
        session.flush()


def override(session: Session, piece: Override, now: datetime, by: str) -> None:
    """Let somebody else be on duty for a while. Raises RosterError when another override is in the way."""
    check_times(piece.during)
    check_staff(session, piece.station_id, piece.staff_id)
    with change(session, piece.station_id, piece.role, "override", [piece.during], now, by) as data:
        session.add(piece)
        session.flush()
        data["after"] = snapshot(piece)


def end_override(session: Session, piece: Override, now: datetime, by: str) -> None:
    """End an override now, or cancel one that has not begun: shift or pattern hold again. Raises RosterError."""
    if piece.during.upper is not None and piece.during.upper <= now:
        raise RosterError("这次调班已经结束 (this override is over)")
    with change(session, piece.station_id, piece.role, "override_ended", [piece.during], now, by) as data:
        data["before"] = snapshot(piece)
        _cut(session, piece, now)


def take_over_now(
    session: Session,
    tenant_id: UUID,
    station_id: UUID,
    staff_id: UUID,
    now: datetime,
    by: str,
    role: str = "first",
    until: datetime | None = None,
) -> Override | None:
    """Be on duty from this moment until the running turn would have ended; None when that person already is.

    A running override is cut short, so that taking over now is always possible (oncall#2787); one that is planned for
    later stays, and an explicit ``until`` beyond its beginning is refused. In a gap it lasts until the gap ends, a day
    at most. Raises RosterError.
    """
    lock(session, station_id)
    check_staff(session, station_id, staff_id)
    roster = load_rosters(session, [station_id], now, now + LONGEST)[station_id].role(role)
    running = covering(roster, now)
    if running and running.staff_id == staff_id:
        return None
    end = turn_end(roster, running, now) if running else min(segments(roster, now, now + LONGEST)[0].end, now + _DAY)
    during = Range(now, until or end)
    check_times(during)
    with change(session, station_id, role, "takeover", [during], now, by) as data:
        if current := _running_override(session, station_id, role, now):
            data["before"] = snapshot(current)
            _cut(session, current, now)
        piece = Override(
            tenant_id=tenant_id, station_id=station_id, role=role, staff_id=staff_id, kind="takeover", during=during
        )
        session.add(piece)
        session.flush()
        data["after"] = snapshot(piece)
    return piece


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
    """Record that a shift changes hands, with what is open (Q21 s.2); it stands open until acknowledged."""
    check_staff(session, station_id, to_staff_id)
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
    """Whoever takes the shift has heard what is open; the first time counts."""
    handover = session.get_one(Handover, handover_id, with_for_update=True)
    handover.acknowledged_at = handover.acknowledged_at or now


_note = note  # hand_over has an argument of that name


def _running_override(session: Session, station_id: UUID, role: str, now: datetime) -> Override | None:
    return session.scalars(
        select(Override).where(Override.station_id == station_id, Override.role == role, Override.during.contains(now))
    ).one_or_none()


def _cut(session: Session, piece: Override, now: datetime) -> None:
    """End an override now; one that began this very moment never was."""
    if piece.during.lower is not None and piece.during.lower < now:
        piece.during = Range(piece.during.lower, now)
    else:
        session.delete(piece)
    session.flush()
