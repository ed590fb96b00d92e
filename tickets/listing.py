"""Tickets for other systems: those opened within a time, newest first, place after place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from hotline.reach import Reach
from tickets.models import Ticket
from tickets.queries import Cursor
from tickets.states import State


def opened(
    session: Session, reach: Reach, *, since: datetime | None = None, until: datetime | None = None,
    state: State | None = None, before: Cursor | None = None, limit: int = 50,
) -> tuple[Sequence[Ticket], Cursor | None]:  # fmt: skip
    """Return up to ``limit`` tickets opened within [since, until) and where to go on; None: that was all."""
    query = select(Ticket).where(reach.covers(Ticket.tenant_id, Ticket.station_id))
    if since:
        query = query.where(Ticket.opened_at >= since)
    if until:
        query = query.where(Ticket.opened_at < until)
    if state:
        query = query.where(Ticket.state == state.value)
    if before:
        query = query.where(tuple_(Ticket.opened_at, Ticket.id) < (before.opened_at, before.id))
    found = session.scalars(query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(limit + 1)).all()
    rows = found[:limit]
    return rows, Cursor(rows[-1].opened_at, rows[-1].id) if len(found) > limit else None
