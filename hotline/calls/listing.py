"""Calls for other systems: those that began within a time, newest first, place after place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg
from hotline.reach import Reach
from tickets.models import Ticket
from tickets.queries import Cursor

Found = tuple[Call, Ticket, Leg | None]
"""A call, its ticket, and the leg on which a human pressed the key."""


def began(
    session: Session, reach: Reach, *, since: datetime | None = None, until: datetime | None = None,
    outcome: str | None = None, ticket_id: UUID | None = None, before: Cursor | None = None, limit: int = 50,
) -> tuple[Sequence[Found], Cursor | None]:  # fmt: skip
    """Return up to ``limit`` calls that began within [since, until) and where to go on; None: that was all."""
    query = _within(reach)
    if since:
        query = query.where(Call.started_at >= since)
    if until:
        query = query.where(Call.started_at < until)
    if outcome is not None:
        query = query.where(Call.outcome == outcome)
    if ticket_id:
        query = query.where(Call.ticket_id == ticket_id)
    if before:
        query = query.where(tuple_(Call.started_at, Call.id) < (before.opened_at, before.id))
    ordered = query.order_by(Call.started_at.desc(), Call.id.desc()).limit(limit + 1)
    found: list[Found] = [(row[0], row[1], row[2]) for row in session.execute(ordered)]
    rows = found[:limit]
    return rows, Cursor(rows[-1][0].started_at, rows[-1][0].id) if len(found) > limit else None


def find(session: Session, reach: Reach, call_id: UUID) -> Found | None:
    """Return a call, or None where there is none whose ticket is within reach."""
    row = session.execute(_within(reach).where(Call.id == call_id)).first()
    return (row[0], row[1], row[2]) if row else None


def seconds_to_human(call: Call) -> int | None:
    """Return the whole seconds from the call's start to the accept key, as the statistics count them."""
    if call.accepted_at is None:
        return None
    return max(0, -int((call.started_at - call.accepted_at).total_seconds() // 1))


def _within(reach: Reach) -> Select[Call, Ticket, Leg]:
    return (
        select(Call, Ticket, Leg)
        .join(Ticket, Ticket.id == Call.ticket_id)
        .outerjoin(Leg, Leg.id == Call.accepted_leg_id)
        .where(reach.covers(Ticket.tenant_id, Ticket.station_id), reach.covers_tenant(Call.tenant_id))
    )
