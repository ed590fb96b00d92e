"""What a board is made of: each turn of a role for itself, whoever holds it, and the gaps between. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from hotline.roster.duty import RoleRoster, Roster, ShiftFact, Source, covering


@dataclass(frozen=True)
class Slot:
    """A stretch of one turn, or (``staff_id`` None) a gap; ``begins`` is when the whole shift or turn begins."""

    role: str
    start: datetime
    end: datetime
    staff_id: UUID | None = None
    source: Source | None = None
    handset_id: UUID | None = None
    begins: datetime | None = None

    def key(self, at: datetime) -> str:
        """Return the name by which a page means this turn: its role, a moment of it, and who holds it."""
        return f"{self.role}.{int(at.timestamp())}.{self.staff_id.hex if self.staff_id else 0}"

    def movable(self, now: datetime) -> bool:
        """Return whether it may be moved or given away: not what has begun, nor what stands for a time only."""
        if self.staff_id is None:
            return self.end > now
        return self.source in ("shift", "pattern") and self.start > now


def slots(roster: RoleRoster, role: str, since: datetime, until: datetime) -> Sequence[Slot]:
    """Return the turns of a role; they tile ``[since, until)`` without overlap."""
    found: list[tuple[datetime, datetime, ShiftFact | None]] = []
    for start, end in pairwise(roster.edges(since, until)):
        piece = covering(roster, start)
        if found and found[-1][2] == piece:
            found[-1] = (found[-1][0], end, piece)
        else:
            found.append((start, end, piece))
    return [
        Slot(role, start, end, piece.staff_id, piece.source, piece.handset_id, piece.start)
        if piece
        else Slot(role, start, end)
        for start, end, piece in found
    ]


def doubles(roster: Roster, since: datetime, until: datetime) -> Sequence[tuple[UUID, datetime]]:
    """Return who would be first and backup at the same time, and since when: behind them stands nobody."""
    moments = sorted({*roster.first.edges(since, until), *roster.backup.edges(since, until)})
    found: list[tuple[UUID, datetime]] = []
    last: UUID | None = None
    for moment in moments[:-1]:
        first, backup = covering(roster.first, moment), covering(roster.backup, moment)
        both = first.staff_id if first and backup and first.staff_id == backup.staff_id else None
        if both and both != last:
            found.append((both, moment))
        last = both
    return found
