"""A turn on the board moved to another day, given to somebody else, or traded for another turn: the edits it takes.

A shift is changed; what comes from a rotation stays behind, and a shift is put before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.clock import SHANGHAI, local
from hotline.roster.batch import piece_of, replacing
from hotline.roster.changes import LONGEST, RosterError
from hotline.roster.duty import ROLES
from hotline.roster.models import Shift
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import load_rosters
from hotline.roster.slots import Slot, slots

_DAY = timedelta(days=1)
_CHANGED = "这里刚刚有变动，请看清后再改 (this has just changed: look again)"


@dataclass(frozen=True)
class Held:
    """A turn as it stands, and the edit of its shift as far as it is one."""

    turn: Slot
    shift: tuple[Piece, Edit] | None = None
    """What the shift says, and the edit that takes it away."""


def find(session: Session, station_id: UUID, key: str, now: datetime) -> Held:
    """Return the turn that a board means (see Slot.key). Raises RosterError when it is there no more."""
    role, moment, holder = _read(key)
    roster = load_rosters(session, [station_id], moment - LONGEST, moment + LONGEST)[station_id]
    found = slots(roster.role(role), role, moment - LONGEST, moment + LONGEST)
    turn = next(one for one in found if one.start <= moment < one.end)
    if turn.staff_id != holder:
        raise RosterError(_CHANGED)
    if turn.staff_id is None:
        turn = _gap_of_day(turn, moment)
    if turn.source in ("swap", "override", "takeover"):
        raise RosterError("这是换班或替班，请先撤销它 (this is a swap or an override: end it first)")
    if not turn.movable(now):
        raise RosterError("已经开始的班不能挪动，请用替班 (it has begun: let somebody take over)")
    query = select(Shift).where(Shift.station_id == station_id, Shift.role == role, Shift.starts <= moment)
    shift = session.scalars(query.where(Shift.ends > moment)).first() if turn.source == "shift" else None
    return Held(turn, (piece_of(shift), replacing(shift, None)) if shift else None)


def to_day(held: Held, day: date) -> list[Edit]:
    """Return the edits that put a shift on another day at the same hour. Raises RosterError."""
    if held.shift is None:
        raise RosterError(
            "轮值排出的班不能挪到别的日子：请与另一个班对调，或换人"
            " (a turn of a rotation stays on its day: trade it for another, or give it to somebody)"
        )
    piece, taken = held.shift
    days = day - local(piece.starts).date()
    if not days:
        raise RosterError("它就在这一天 (it is on that day already)")
    return [replace(taken, piece=replace(piece, starts=piece.starts + days, ends=piece.ends + days))]


def to_person(held: Held, staff_id: UUID, now: datetime) -> list[Edit]:
    """Return the edits that give a turn, or a gap, to somebody. Raises RosterError."""
    if held.turn.staff_id == staff_id:
        raise RosterError("本来就是这个人 (it is theirs already)")
    return [_given(held, staff_id, now)]


def trade(one: Held, other: Held, now: datetime) -> list[Edit]:
    """Return the edits by which two people trade their turns. Raises RosterError."""
    first, second = one.turn.staff_id, other.turn.staff_id
    if first is None or second is None:
        raise RosterError("空缺没有人可以对调，请安排人员 (a gap has nobody to trade with: put somebody there)")
    if first == second:
        raise RosterError("两个班是同一个人的 (both are the same person's)")
    return [_given(one, second, now), _given(other, first, now)]


def _given(held: Held, staff_id: UUID, now: datetime) -> Edit:
    if held.shift:
        piece, taken = held.shift
        return replace(taken, piece=replace(piece, staff_id=staff_id))
    turn = held.turn
    return Edit(Piece(max(turn.start, now), turn.end, turn.role, staff_id, turn.handset_id))


def _gap_of_day(gap: Slot, moment: datetime) -> Slot:
    """A gap of more than a day is mended day by day."""
    if gap.end - gap.start <= _DAY:
        return gap
    midnight = datetime.combine(local(moment).date(), time(), SHANGHAI).astimezone(UTC)
    return replace(gap, start=max(gap.start, midnight), end=min(gap.end, midnight + _DAY))


def _read(key: str) -> tuple[str, datetime, UUID | None]:
    role, _between, rest = key.partition(".")
    moment, _between, holder = rest.partition(".")
    try:
        at = datetime.fromtimestamp(int(moment), UTC)
        found = role, at, None if holder == "0" else UUID(holder)
    except (ValueError, OverflowError, OSError):
        raise RosterError(_CHANGED) from None
    if role not in ROLES or not 2000 <= at.year <= 2099:
        raise RosterError(_CHANGED)
    return found


def choices(session: Session, station_id: UUID, held: Held, now: datetime) -> Sequence[Slot]:
    """Return the turns that one may be traded for: other people's, within two weeks, in the order of time."""
    since, until = max(now, held.turn.start - 14 * _DAY), held.turn.end + 14 * _DAY
    roster = load_rosters(session, [station_id], since, until)[station_id]
    found = [one for role in ROLES for one in slots(roster.role(role), role, since, until)]
    mine = held.turn.staff_id
    return sorted(
        (one for one in found if one.movable(now) and one.staff_id not in (None, mine)), key=lambda one: one.start
    )
