"""Many shifts of a station changed in one step: all of it or nothing, tried first without leaving a trace."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.roster.changes import RosterError, change, check_staff, check_times, lock, snapshot, span
from hotline.roster.duty import ROLES
from hotline.roster.models import RosterChange, Shift
from hotline.roster.pieces import Edit, Piece
from hotline.roster.swaps import follow

_TRIED = "tried"
"""What a change is called that is taken back at once."""


def seen(shift: Shift) -> str:
    """Return what a form or a draft was made from."""
    return f"{shift.staff_id} {shift.starts.timestamp()} {shift.ends.timestamp()}"


def piece_of(shift: Shift) -> Piece:
    """Return what a shift says."""
    return Piece(shift.starts, shift.ends, shift.role, shift.staff_id, shift.handset_id)


def replacing(shift: Shift, piece: Piece | None) -> Edit:
    """Return the edit that makes something else of a shift as it stands now."""
    return Edit(piece, shift.id, seen(shift))


def apply(session: Session, place: tuple[UUID, UUID], edits: Sequence[Edit], what: str, now: datetime, by: str) -> None:
    """Make all edits of a station's roster in one step; ``place``: tenant and station.

    Shifts that change are taken off and put on again under their own identifiers, so that two may trade places without
    ever overlapping. Raises RosterError, in a sentence, and nothing is written then.
    """
    tenant_id, station_id = place
    lock(session, station_id)
    standing = _standing(session, station_id, edits)
    _check(session, station_id, edits, standing, now)
    with session.begin_nested():
        for role in ROLES:
            if mine := [one for one in edits if _role(one, standing) == role]:
                _apply(session, tenant_id, station_id, role, mine, standing, what, now, by)


@contextmanager
def tried(
    session: Session, place: tuple[UUID, UUID], edits: Sequence[Edit], now: datetime
) -> Iterator[Sequence[Mapping[str, str]]]:
    """Let the roster be read as it would be after the edits; afterwards nothing has happened. Raises RosterError.

    Yields what each person would gain and lose, as the history keeps it (see changes.told).
    """
    with session.begin_nested() as savepoint:
        apply(session, place, edits, _TRIED, now, "")
        session.flush()
        rows = session.scalars(select(RosterChange).where(RosterChange.what == _TRIED)).all()
        yield [move for row in rows for move in row.data["moves"]]
        savepoint.rollback()
    session.expire_all()


def _standing(session: Session, station_id: UUID, edits: Collection[Edit]) -> Mapping[UUID, Shift]:
    wanted = {one.shift_id for one in edits if one.shift_id}
    rows = session.scalars(select(Shift).where(Shift.station_id == station_id, Shift.id.in_(wanted)).with_for_update())
    found = {shift.id: shift for shift in rows}
    for one in edits:
        if one.shift_id is None:
            continue
        shift = found.get(one.shift_id)
        if shift is None:
            raise RosterError("这个班次刚刚被别人撤销 (somebody else has just removed it)")
        if one.seen != seen(shift):
            when = span(Range(shift.starts, shift.ends))
            raise RosterError(
                f"{when['from']} 的班次刚刚被别人改过，请看清后再改 (somebody else has just changed it: look again)"
            )
    return found


def _check(
    session: Session, station_id: UUID, edits: Collection[Edit], standing: Mapping[UUID, Shift], now: datetime
) -> None:
    for one in edits:
        shift = standing[one.shift_id] if one.shift_id else None
        if shift and (shift.ends <= now or (shift.starts <= now and one.piece is None)):
            raise RosterError(
                f"{span(Range(shift.starts, shift.ends))['from']} 的班次已经开始，不能撤销或重排"
                " (it has begun: take over, or move its end)"
            )
        if one.piece:
            check_times(Range(one.piece.starts, one.piece.ends))
            if one.piece.ends <= now:
                raise RosterError("这段时间已经过去 (that time is over)")
            if shift and shift.role != one.piece.role:
                raise RosterError("班次不能换岗位：请撤销后另排 (a shift keeps its role: remove it and make another)")
    if staff := {one.piece.staff_id for one in edits if one.piece}:
        check_staff(session, station_id, *staff)


def _role(edit: Edit, standing: Mapping[UUID, Shift]) -> str:
    return edit.piece.role if edit.piece else standing[edit.shift_id].role if edit.shift_id else ""


def _apply(
    session: Session, tenant_id: UUID, station_id: UUID, role: str, edits: Sequence[Edit],
    standing: Mapping[UUID, Shift], what: str, now: datetime, by: str,
) -> None:  # fmt: skip
    shifts = [standing[one.shift_id] for one in edits if one.shift_id]
    pieces = [one.piece for one in edits if one.piece]
    times = [Range(one.starts, one.ends) for one in [*map(piece_of, shifts), *pieces]]
    try:
        _change(session, (tenant_id, station_id), role, edits, standing, times, (what, now, by))
    except RosterError as error:
        if isinstance(error.__cause__, IntegrityError):
            raise RosterError(_clash(session, station_id, pieces, [one.id for one in shifts])) from error
        raise


def _change(
    session: Session, place: tuple[UUID, UUID], role: str, edits: Sequence[Edit], standing: Mapping[UUID, Shift],
    times: Collection[Range[datetime]], done: tuple[str, datetime, str],
) -> None:  # fmt: skip
    tenant_id, station_id = place
    shifts = [standing[one.shift_id] for one in edits if one.shift_id]
    with change(session, station_id, role, done[0], times, *done[1:]) as data:
        kept = {shift.id: snapshot(shift) for shift in shifts}
        _follow(session, edits, standing)
        for shift in shifts:
            session.delete(shift)
        session.flush()
        made = [(one, _made(tenant_id, station_id, one, kept)) for one in edits if one.piece]
        session.add_all(shift for _one, shift in made)
        session.flush()
        after = {one: snapshot(shift) for one, shift in made}
        data["edits"] = [_kept(kept.get(one.shift_id) if one.shift_id else None, after.get(one)) for one in edits]


_IN_THE_WAY = text("""
SELECT staff.name, shift.starts, shift.ends FROM shift JOIN staff ON staff.id = shift.staff_id
 WHERE shift.station_id = :station AND shift.role = :role AND shift.during && tstzrange(:starts, :ends)
   AND shift.id <> ALL(:ours) ORDER BY shift.starts LIMIT 1
""")


def _clash(session: Session, station_id: UUID, pieces: Sequence[Piece], ours: Sequence[UUID]) -> str:
    """Say which two pieces of duty overlap."""
    for one in pieces:
        asked = {"station": station_id, "role": one.role, "starts": one.starts, "ends": one.ends, "ours": list(ours)}
        if other := session.execute(_IN_THE_WAY, asked).first():
            return _overlap(one, other.name, other.starts, other.ends)
    found = sorted(pieces, key=lambda piece: piece.starts)
    one, other_ = next((a, b) for a, b in pairwise(found) if b.starts < a.ends)
    name = session.scalar(text("SELECT name FROM staff WHERE id = :id"), {"id": one.staff_id}) or ""
    return _overlap(other_, name, one.starts, one.ends)


def _overlap(piece: Piece, name: str, starts: datetime, ends: datetime) -> str:
    here, there = span(Range(piece.starts, piece.ends)), span(Range(starts, ends))
    return (
        f"{here['from']} 至 {here['to']} 与 {name} 的班（{there['from']} 至 {there['to']}）重叠"
        f" (overlaps the duty of {name}, {there['from']} to {there['to']})"
    )


def _made(tenant_id: UUID, station_id: UUID, edit: Edit, kept: Mapping[UUID, Mapping[str, str | None]]) -> Shift:
    piece = edit.piece
    assert piece is not None  # noqa: S101  (the caller leaves out what is taken away)
    same = {"id": edit.shift_id, "code": kept[edit.shift_id]["code"]} if edit.shift_id else {}
    if edit.as_id and not edit.shift_id:
        same = {"id": edit.as_id}
    return Shift(
        tenant_id=tenant_id, station_id=station_id, role=piece.role, staff_id=piece.staff_id, starts=piece.starts,
        ends=piece.ends, handset_id=piece.handset_id, **same,
    )  # fmt: skip


def _follow(session: Session, edits: Collection[Edit], standing: Mapping[UUID, Shift]) -> None:
    for one in edits:
        if one.shift_id and one.piece:
            shift = standing[one.shift_id]
            follow(session, shift, Range(shift.starts, shift.ends), Range(one.piece.starts, one.piece.ends))


def _kept(before: Mapping[str, str | None] | None, after: Mapping[str, str | None] | None) -> dict[str, Any]:
    return {name: value for name, value in (("before", before), ("after", after)) if value}
