"""Reads of calls and their legs for pages: a day's numbers, what is live now, everything about one ticket's calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg, Recording
from hotline.reach import Reach
from tickets.models import Ticket

NORM_SECONDS = 15
"""A human answers within this (GB/T 33358-2016)."""


@dataclass(frozen=True)
class DayNumbers:
    """What happened to the calls of a day. ``over`` counts those that a human took or that have ended."""

    calls: int
    over: int
    reached: int
    within_norm: int
    median_seconds: float | None
    """Median wait from the first webhook to the accept key, in seconds."""


@dataclass(frozen=True)
class CallSummary:
    """The calls of a ticket in a line: how many, and the last one."""

    calls: int
    last: Call


def day_numbers(session: Session, reach: Reach, tenant_id: UUID, span: tuple[datetime, datetime]) -> DayNumbers:
    """Return the numbers of the calls that came in within ``span`` (start included, end not)."""
    reached = Call.accepted_leg_id.is_not(None)
    within = reached & (Call.accepted_at <= Call.started_at + timedelta(seconds=NORM_SECONDS))
    median = func.percentile_cont(0.5).within_group(Call.accepted_at - Call.started_at).filter(reached)
    row = session.execute(
        select(
            func.count(),
            func.count().filter(reached | Call.ended_at.is_not(None)),
            func.count().filter(reached),
            func.count().filter(within),
            median,
        ).where(
            Call.tenant_id == tenant_id,
            reach.covers(Call.tenant_id, Call.station_id),
            Call.direction == "in",
            Call.started_at >= span[0],
            Call.started_at < span[1],
        )
    ).one()
    return DayNumbers(row[0], row[1], row[2], row[3], row[4].total_seconds() if row[4] is not None else None)


def live_calls(session: Session, reach: Reach, tenant_id: UUID, limit: int = 50) -> Sequence[Call]:
    """Return the calls that have not ended, the oldest first; those whose ticket is within reach."""
    mine = select(Call).join(Ticket, Ticket.id == Call.ticket_id)
    mine = mine.where(Call.tenant_id == tenant_id, reach.covers(Ticket.tenant_id, Ticket.station_id))
    return session.scalars(mine.where(Call.ended_at.is_(None)).order_by(Call.started_at).limit(limit)).all()


def summaries(session: Session, ticket_ids: Iterable[UUID]) -> Mapping[UUID, CallSummary]:
    """Return for each ticket how many calls it has and the last of them."""
    count = func.count().over(partition_by=Call.ticket_id)
    rows = session.execute(
        select(Call, count)
        .where(Call.ticket_id.in_(list(ticket_ids)))
        .ext(distinct_on(Call.ticket_id))
        .order_by(Call.ticket_id, Call.started_at.desc())
    ).all()
    return {call.ticket_id: CallSummary(calls, call) for call, calls in rows}


def calls_of(session: Session, *ticket_ids: UUID) -> Sequence[Call]:
    """Return the calls of a ticket, or of several that were merged, the newest first."""
    return session.scalars(select(Call).where(Call.ticket_id.in_(ticket_ids)).order_by(Call.started_at.desc())).all()


def legs_of(session: Session, call_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Leg]]:
    """Return the legs of each call in the order of plan, tier and place."""
    found: dict[UUID, list[Leg]] = {}
    query = select(Leg).where(Leg.call_id.in_(list(call_ids))).order_by(Leg.plan, Leg.tier, Leg.position, Leg.id)
    for leg in session.scalars(query):
        found.setdefault(leg.call_id, []).append(leg)
    return found


def recordings_of(session: Session, *ticket_ids: UUID) -> Sequence[Recording]:
    """Return what was spoken on the calls of a ticket, or of several that were merged, the oldest first."""
    return session.scalars(select(Recording).where(Recording.ticket_id.in_(ticket_ids)).order_by(Recording.at)).all()


def recording(session: Session, ticket_id: UUID, recording_id: UUID) -> Recording | None:
    """Return one recording of a ticket, or None."""
    return session.scalars(
        select(Recording).where(Recording.id == recording_id, Recording.ticket_id == ticket_id)
    ).first()
