"""One person's turns of duty, wherever they serve: what their own page shows, and what they may give away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.roster.duty import HORIZON, ROLES, Roster, ShiftFact, Source, covering, segments
from hotline.roster.queries import load_rosters

_WHERE = text("""
SELECT station_id FROM shift WHERE staff_id = :staff AND during && tstzrange(:since, :until)
UNION
SELECT station_id FROM override WHERE staff_id = :staff AND during && tstzrange(:since, :until)
UNION
SELECT station_id FROM swap WHERE state = 'agreed' AND :staff IN (giver_id, taker_id)
   AND (during && tstzrange(:since, :until) OR in_return && tstzrange(:since, :until))
UNION
SELECT station_id FROM pattern WHERE :staff = ANY(staff_ids)
   AND valid && daterange((:since AT TIME ZONE 'Asia/Shanghai')::date - 8,
                          (:until AT TIME ZONE 'Asia/Shanghai')::date + 1)
""")


@dataclass(frozen=True)
class Turn:
    """A stretch of somebody's duty: at which station, as what, from when to when (aware UTC, end excluded)."""

    staff_id: UUID
    station_id: UUID
    role: str
    start: datetime
    end: datetime
    source: Source
    handset_id: UUID | None

    def covers(self, moment: datetime) -> bool:
        """Return whether the turn is running at ``moment``."""
        return self.start <= moment < self.end

    @property
    def piece(self) -> ShiftFact:
        """The turn as a piece of duty: what decides which telephone is carried."""
        return ShiftFact(self.staff_id, self.start, self.end, self.source, self.handset_id)


def read_turns(session: Session, staff_id: UUID, since: datetime, until: datetime) -> list[Turn]:
    """Return a person's turns that touch ``[since, until)`` at all stations, whole, the earliest first."""
    where = session.scalars(_WHERE, {"staff": staff_id, "since": since, "until": until}).all()
    first, last = since - HORIZON, until + HORIZON
    found = turns_of(load_rosters(session, where, first, last).values(), staff_id, first, last)
    return [turn for turn in found if turn.start < until and turn.end > since]


def turns_of(rosters: Iterable[Roster], staff_id: UUID, since: datetime, until: datetime) -> list[Turn]:
    """Return a person's turns in rosters that are complete for ``[since, until)``; two shifts in a row are two."""
    found = [turn for roster in rosters for role in ROLES for turn in _turns(roster, role, staff_id, since, until)]
    return sorted(found, key=lambda turn: (turn.start, ROLES.index(turn.role)))


def running(turns: Sequence[Turn], moment: datetime) -> Turn | None:
    """Return the turn that runs at ``moment``: as the first, else as backup."""
    return min((t for t in turns if t.covers(moment)), key=lambda t: ROLES.index(t.role), default=None)


def _turns(roster: Roster, role: str, staff_id: UUID, since: datetime, until: datetime) -> Iterator[Turn]:
    layers = roster.role(role)
    for segment in segments(layers, since, until):
        start = segment.start
        while segment.staff_id == staff_id and start < segment.end:
            piece = covering(layers, start)
            end = min(piece.end, segment.end) if piece else segment.end
            yield Turn(staff_id, roster.station_id, role, start, end, segment.source or "shift", segment.handset_id)
            start = end
