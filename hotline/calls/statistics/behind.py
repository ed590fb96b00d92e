"""The tickets behind a number: found by the very condition that counted it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, not_, select, tuple_
from sqlalchemy.orm import Session

from hotline.calls.models import Leg
from hotline.calls.statistics.facts import CALLS, FACTS, TICKETS
from hotline.calls.statistics.measures import SHARES, SPANS
from hotline.calls.statistics.scope import Scope
from hotline.directory.models import BranchLine
from tickets.models import Referral, Ticket
from tickets.queries import Cursor

Side = Literal["part", "rest", "whole"]
"""The tickets that count for a share, those of its whole that do not, or all of its whole."""


@dataclass(frozen=True)
class Asked:
    """Which number is asked about: a measure's code and side, narrowed to a row of one of the tables."""

    measure: str
    side: Side = "whole"
    station: UUID | None = None
    need: str | None = None
    depth: str | None = None
    day: date | None = None
    weekday: int | None = None
    hour: int | None = None
    helper: UUID | None = None
    """A volunteer team or a partner that was rung or was handed the ticket."""


@dataclass(frozen=True)
class Found:
    """A page of the tickets, newest first, how many there are in all, and where to go on."""

    tickets: Sequence[Ticket]
    count: int
    older: Cursor | None


def tickets_behind(
    session: Session, scope: Scope, asked: Asked, before: Cursor | None = None, limit: int = 50
) -> Found:
    """Return the tickets behind a number; ``measure`` is a code of SHARES or SPANS. Two queries."""
    mine = Ticket.id.in_(_ids(asked))
    count = session.scalar(select(func.count()).select_from(Ticket).where(mine), scope.values()) or 0
    query = select(Ticket).where(mine)
    if before:
        query = query.where(tuple_(Ticket.opened_at, Ticket.id) < (before.opened_at, before.id))
    query = query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(limit + 1)
    found = list(session.scalars(query, scope.values()))
    rows = found[:limit]
    older = Cursor(rows[-1].opened_at, rows[-1].id) if len(found) > limit else None
    return Found(rows, count, older)


def ids_behind(session: Session, scope: Scope, asked: Asked) -> Sequence[UUID]:
    """Return the identifiers of all tickets behind a number."""
    return session.scalars(_ids(asked).distinct(), scope.values()).all()


def _ids(asked: Asked) -> Select[Any]:
    facts = _subject(asked)
    found = select(facts.c.ticket_id).where(_condition(asked), *_narrowed(asked))
    return found.add_cte(FACTS[Scope, facts])


def _subject(asked: Asked) -> Any:
    measure = SHARES.get(asked.measure) or SPANS[asked.measure]
    return CALLS if measure.subject == "calls" else TICKETS


def _condition(asked: Asked) -> ColumnElement[bool]:
    span = SPANS.get(asked.measure)
    if span:
        return span.seconds.is_not(None)
    share = SHARES[asked.measure]
    sides: dict[str, ColumnElement[bool]] = {
        "part": share.part,
        "rest": and_(share.whole, not_(func.coalesce(share.part, False))),
        "whole": share.whole,
    }
    return sides[asked.side]


def _narrowed(asked: Asked) -> Sequence[ColumnElement[bool]]:
    facts = _subject(asked).c
    found: list[ColumnElement[bool]] = []
    if asked.station:
        found.append(facts.group_id == asked.station)
    if asked.need is not None:
        found.append(facts.need == asked.need)
    if asked.helper:
        lines = select(BranchLine.id).where(
            (BranchLine.team_id == asked.helper) | (BranchLine.partner_id == asked.helper)
        )
        rung = select(Leg.call_id).where(
            Leg.target_kind == "branch", Leg.target_id.in_(lines), Leg.rung_at.is_not(None)
        )
        handed = select(Referral.ticket_id).where(Referral.target_id == asked.helper)
        found.append(CALLS.c.id.in_(rung) | CALLS.c.ticket_id.in_(handed))
    if facts is CALLS.c:
        found += _of_call(asked)
    return found


def _of_call(asked: Asked) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.depth is not None:
        found.append(CALLS.c.depth == asked.depth)
    if asked.day:
        found.append(cast(CALLS.c.wall, Date) == asked.day)
    if asked.weekday is not None:
        found.append(func.extract("isodow", CALLS.c.wall) == asked.weekday)
    if asked.hour is not None:
        found.append(func.extract("hour", CALLS.c.wall) == asked.hour)
    return found
