"""Whom a roster calls upon: whose shift begins, who is to be reminded, whose duty a change moved. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from hotline.roster.duty import ROLES, Roster, Segment, Source, covering, turn_end

DAY_BEFORE = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Beginning:
    """Somebody's duty begins, or goes on after somebody else's ended."""

    station_id: UUID
    role: str
    staff_id: UUID
    name: str
    handset_id: UUID | None
    source: Source
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Move:
    """Duty that a change of the roster gave to a person or took from them."""

    staff_id: UUID
    kind: Literal["gained", "lost"]
    start: datetime
    end: datetime


def beginnings(roster: Roster, since: datetime, until: datetime) -> list[Beginning]:
    """Return the duties that begin after ``since`` and not after ``until``, in the order of time.

    Sweeps that hand on their ``until`` as the next ``since`` see each beginning once.
    """
    found = [
        begun
        for role in ROLES
        for moment in roster.role(role).edges(since, until + _MOMENT)
        if since < moment <= until and (begun := _beginning(roster, role, moment))
    ]
    return sorted(found, key=lambda b: (b.start, b.role))


def due_confirmations(roster: Roster, since: datetime, now: datetime) -> list[Beginning]:
    """Return the duties that began after ``since`` and ask for a confirmation call ("press 1: you are on duty").

    Whoever took over by key is there already and is not rung.
    """
    return [begun for begun in beginnings(roster, since, now) if begun.source != "takeover"]


def due_reminders(roster: Roster, since: datetime, now: datetime, ahead: timedelta = DAY_BEFORE) -> list[Beginning]:
    """Return the duties of which people are to be reminded: those that begin ``ahead`` of the sweep."""
    return beginnings(roster, since + ahead, now + ahead)


def moves(before: Sequence[Segment], after: Sequence[Segment]) -> list[Move]:
    """Return what a change took from whom and gave to whom; both lists tile the same period (see duty.segments)."""
    found: dict[tuple[UUID, str], list[tuple[datetime, datetime]]] = {}
    for one in before:
        for other in after:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start >= end or one.staff_id == other.staff_id:
                continue
            for staff, kind in ((one.staff_id, "lost"), (other.staff_id, "gained")):
                if staff is not None:
                    _extend(found.setdefault((staff, kind), []), start, end)
    listed = [
        Move(staff, "lost" if kind == "lost" else "gained", start, end)
        for (staff, kind), spans in found.items()
        for start, end in spans
    ]
    return sorted(listed, key=lambda m: (m.start, m.kind, str(m.staff_id)))


def _beginning(roster: Roster, role: str, moment: datetime) -> Beginning | None:
    layers = roster.role(role)
    piece, last = covering(layers, moment), covering(layers, moment - _MOMENT)
    if piece is None or (last is not None and last.staff_id == piece.staff_id and piece.start != moment):
        return None
    return Beginning(
        roster.station_id, role, piece.staff_id, roster.names.get(piece.staff_id, ""), piece.handset_id, piece.source,
        moment, turn_end(layers, piece, moment),
    )  # fmt: skip


def _extend(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> None:
    if spans and spans[-1][1] == start:
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))
