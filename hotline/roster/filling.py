"""Shifts from a plan put on the roster: only where nobody stands, or instead of what stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.roster.batch import piece_of, replacing
from hotline.roster.duty import segments
from hotline.roster.models import Shift
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import load_rosters

Why = Literal["past", "taken", "running", "same"]


@dataclass(frozen=True)
class Skipped:
    """A piece that is left out: its time has come, somebody stands there, a shift there runs, or it stands already."""

    piece: Piece
    why: Why


@dataclass(frozen=True)
class Filling:
    """What filling in would do."""

    edits: Sequence[Edit] = ()
    skipped: Sequence[Skipped] = ()
    removed: Sequence[Piece] = ()
    """Shifts that give way."""

    @property
    def made(self) -> int:
        """How many shifts are put on the roster."""
        return sum(1 for one in self.edits if one.piece)


def fill(session: Session, station_id: UUID, wanted: Iterable[Piece], now: datetime, *, replace: bool) -> Filling:
    """Return the edits that put pieces of one role on a station's roster.

    Without ``replace`` a piece is left out where anybody is on duty for any of its time, rotation included. With it
    shifts in the way are taken off, rotations stand behind; a shift that has begun always stays.
    """
    pieces = sorted(wanted, key=_by_time)
    if not pieces:
        return Filling()
    shifts = _standing(session, station_id, pieces)
    free = set(pieces) if replace else _nobody(session, station_id, pieces)
    edits: list[Edit] = []
    skipped: list[Skipped] = []
    gone: dict[UUID, Shift] = {}
    for piece in pieces:
        meets = [one for one in shifts if one.starts < piece.ends and piece.starts < one.ends]
        if why := _why_not(piece, meets, piece in free, now):
            skipped.append(Skipped(piece, why))
            continue
        same = next((one for one in meets if (one.starts, one.ends) == (piece.starts, piece.ends)), None)
        edits.append(replacing(same, piece) if same else Edit(piece))
        gone |= {one.id: one for one in meets if one is not same}
    edits += [replacing(one, None) for one in gone.values()]
    return Filling(edits, skipped, sorted(map(piece_of, gone.values()), key=_by_time))


def _by_time(piece: Piece) -> datetime:
    return piece.starts


def _why_not(piece: Piece, meets: Sequence[Shift], free: bool, now: datetime) -> Why | None:
    if piece.starts <= now:
        return "past"
    if len(meets) == 1 and _as_wanted(meets[0], piece):
        return "same"
    if any(one.starts <= now for one in meets):
        return "running"
    return None if free else "taken"


def _as_wanted(shift: Shift, piece: Piece) -> bool:
    return (shift.starts, shift.ends, shift.staff_id, shift.handset_id) == (
        piece.starts, piece.ends, piece.staff_id, piece.handset_id,
    )  # fmt: skip


def _standing(session: Session, station_id: UUID, pieces: Sequence[Piece]) -> Sequence[Shift]:
    since, until = pieces[0].starts, max(one.ends for one in pieces)
    query = select(Shift).where(
        Shift.station_id == station_id, Shift.role == pieces[0].role, Shift.starts < until, Shift.ends > since
    )
    return session.scalars(query.order_by(Shift.starts)).all()


def _nobody(session: Session, station_id: UUID, pieces: Sequence[Piece]) -> set[Piece]:
    """Return the pieces during which nobody at all is on duty."""
    since, until = pieces[0].starts, max(one.ends for one in pieces)
    roster = load_rosters(session, [station_id], since, until)[station_id].role(pieces[0].role)
    busy = [one for one in segments(roster, since, until) if one.staff_id]
    return {one for one in pieces if not any(b.start < one.ends and one.starts < b.end for b in busy)}
