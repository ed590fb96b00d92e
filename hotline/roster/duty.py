"""Who is on duty at a moment: a pure function of the roster. Nights, several days and years ahead need no job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from hotline.clock import SHANGHAI, local

Source = Literal["takeover", "override", "swap", "shift", "pattern"]
HORIZON = timedelta(days=8)
"""How far ahead the end of a duty is looked for."""
ROLES = ("first", "backup")
"""``first`` carries the duty handset, ``backup`` stands behind."""


@dataclass(frozen=True)
class ShiftFact:
    """A piece of duty in aware UTC, end excluded; ``source`` says from which layer."""

    staff_id: UUID
    start: datetime
    end: datetime
    source: Source = "shift"
    handset_id: UUID | None = None


@dataclass(frozen=True)
class PatternFact:
    """A repeating rotation; see hotline.roster.models.Pattern."""

    staff_ids: tuple[UUID | None, ...]
    """Who takes turns; None in the place of somebody who has left, so that the others' turns stay."""
    start: date
    until: date | None
    """First date on which no shift of it begins any more; None: for ever."""
    at: time
    hours: int
    every: int
    handset_id: UUID | None = None

    def shift(self, number: int) -> ShiftFact | None:
        """Return the ``number``-th shift, None outside the pattern's dates and for somebody who has left."""
        first = datetime.combine(self.start, self.at, SHANGHAI).astimezone(UTC)
        start = first + timedelta(hours=number * self.every)
        if number < 0 or (self.until is not None and local(start).date() >= self.until):
            return None
        staff = self.staff_ids[number % len(self.staff_ids)]
        if staff is None:
            return None
        return ShiftFact(staff, start, start + timedelta(hours=self.hours), "pattern", self.handset_id)

    def at_moment(self, moment: datetime) -> ShiftFact | None:
        """Return the shift that covers ``moment``."""
        first = datetime.combine(self.start, self.at, SHANGHAI).astimezone(UTC)
        shift = self.shift((moment - first) // timedelta(hours=self.every))
        return shift if shift and shift.start <= moment < shift.end else None

    def between(self, since: datetime, until: datetime) -> Iterator[ShiftFact]:
        """Yield the shifts that touch ``[since, until)``."""
        first = datetime.combine(self.start, self.at, SHANGHAI).astimezone(UTC)
        step = timedelta(hours=self.every)
        for number in range(max(0, (since - first) // step), max(0, (until - first) // step + 1)):
            shift = self.shift(number)
            if shift and shift.end > since and shift.start < until:
                yield shift


@dataclass(frozen=True)
class SwapFact:
    """``taker`` stands in whenever ``giver`` would be on duty between start and end."""

    giver: UUID
    taker: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True)
class RoleRoster:
    """All layers of one role at one station."""

    patterns: tuple[PatternFact, ...] = ()
    shifts: tuple[ShiftFact, ...] = ()
    overrides: tuple[ShiftFact, ...] = ()
    swaps: tuple[SwapFact, ...] = ()

    @property
    def is_kept(self) -> bool:
        """True where there is any roster at all; without one the station's handset stands in by intent."""
        return bool(self.patterns or self.shifts)

    def edges(self, since: datetime, until: datetime) -> list[datetime]:
        """Return all moments in the period at which the answer may change, the ends of the period included."""
        shifts = [*self.shifts, *self.overrides, *(s for p in self.patterns for s in p.between(since, until))]
        spans = [(s.start, s.end) for s in shifts] + [(s.start, s.end) for s in self.swaps]
        moments = {moment for span in spans for moment in span}
        return sorted({since, until} | {m for m in moments if since < m < until})


@dataclass(frozen=True)
class Roster:
    """A station's roster with the names of its people."""

    station_id: UUID
    first: RoleRoster = field(default_factory=RoleRoster)
    backup: RoleRoster = field(default_factory=RoleRoster)
    names: Mapping[UUID, str] = field(default_factory=dict)

    def role(self, name: str) -> RoleRoster:
        """Return the roster of ``first`` or ``backup``."""
        return self.first if name == "first" else self.backup


@dataclass(frozen=True)
class OnDuty:
    """The person on duty and why; ``until`` is when this turn ends (the next may be the same person's)."""

    staff_id: UUID
    name: str
    handset_id: UUID | None
    source: Source
    until: datetime


@dataclass(frozen=True)
class StationDuty:
    """Who is on duty at a station; None: nobody, the station's handset stands in."""

    station_id: UUID
    first: OnDuty | None
    backup: OnDuty | None


@dataclass(frozen=True)
class Segment:
    """A stretch of one person's duty, or (``staff_id`` None) of nobody's."""

    start: datetime
    end: datetime
    staff_id: UUID | None
    source: Source | None
    handset_id: UUID | None = None


@dataclass(frozen=True)
class Gap:
    """Minutes that nobody covers."""

    station_id: UUID
    role: str
    start: datetime
    end: datetime


def on_duty(roster: Roster, at: datetime) -> StationDuty:
    """Return who is on duty at a station at ``at`` (aware)."""
    return StationDuty(roster.station_id, _holder(roster, "first", at), _holder(roster, "backup", at))


def _holder(roster: Roster, role: str, at: datetime) -> OnDuty | None:
    piece = covering(roster.role(role), at)
    if piece is None:
        return None
    until = turn_end(roster.role(role), piece, at)
    return OnDuty(piece.staff_id, roster.names.get(piece.staff_id, ""), piece.handset_id, piece.source, until)


def covering(roster: RoleRoster, at: datetime) -> ShiftFact | None:
    """Return the piece of duty in force at a moment: override before shift before pattern, then the swaps."""
    layers: tuple[Sequence[ShiftFact], ...] = (
        roster.overrides,
        roster.shifts,
        tuple(shift for pattern in roster.patterns if (shift := pattern.at_moment(at))),
    )
    for layer in layers:
        covers = [piece for piece in layer if piece.start <= at < piece.end]
        if covers:
            return _swapped(max(covers, key=lambda p: (p.start, str(p.staff_id))), roster.swaps, at)
    return None


def turn_end(roster: RoleRoster, piece: ShiftFact, at: datetime) -> datetime:
    """Return when the turn that covers ``at`` ends: with its shift, or before, when somebody else steps in."""
    return min(piece.end, segments(roster, at, at + HORIZON)[0].end)


def _swapped(piece: ShiftFact, swaps: Sequence[SwapFact], at: datetime) -> ShiftFact:
    if piece.source in ("override", "takeover"):
        return piece
    for swap in sorted(swaps, key=lambda s: (s.start, str(s.giver), str(s.taker))):
        if swap.giver == piece.staff_id and swap.start <= at < swap.end:
            return ShiftFact(swap.taker, piece.start, piece.end, "swap", piece.handset_id)
    return piece


def segments(roster: RoleRoster, since: datetime, until: datetime) -> list[Segment]:
    """Return who is on duty from when to when; the stretches tile ``[since, until)`` without overlap."""
    found: list[Segment] = []
    edges = roster.edges(since, until)
    for start, end in pairwise(edges):
        piece = covering(roster, start)
        one = Segment(
            start,
            end,
            piece.staff_id if piece else None,
            piece.source if piece else None,
            piece.handset_id if piece else None,
        )
        last = found[-1] if found else None
        if last and (last.staff_id, last.source, last.handset_id) == (one.staff_id, one.source, one.handset_id):
            found[-1] = Segment(last.start, one.end, one.staff_id, one.source, one.handset_id)
        else:
            found.append(one)
    return found


def gaps(roster: Roster, since: datetime, until: datetime, roles: Sequence[str] = ("first",)) -> list[Gap]:
    """Return the stretches of the period in which nobody is on duty."""
    return [
        Gap(roster.station_id, role, s.start, s.end)
        for role in roles
        for s in segments(roster.role(role), since, until)
        if s.staff_id is None
    ]
