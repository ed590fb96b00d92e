"""Timers as rows: set, cancel, claim with SKIP LOCKED, finish. Any number of workers, no double firing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.db import new_id
from tickets.models import Timer

LEASE = timedelta(minutes=2)
"""How long a worker may hold a claimed timer before another may take it."""


def set_timer(
    session: Session,
    kind: str,
    key: str,
    due_at: datetime,
    *,
    ticket_id: UUID | None = None,
    sooner: bool = False,
    **data: Any,
) -> None:
    """Set the one pending timer of ``key``; an existing one is moved (``sooner``: only to an earlier time)."""
    row = {"id": new_id(), "kind": kind, "key": key, "due_at": due_at, "ticket_id": ticket_id, "data": data}
    statement = insert(Timer).values(row)
    due = func.least(Timer.due_at, statement.excluded.due_at) if sooner else statement.excluded.due_at
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            index_where=text("state = 'pending'"),
            set_={"due_at": due, "data": statement.excluded.data},
        )
    )


def cancel(session: Session, key: str, now: datetime) -> bool:
    """Cancel the pending timer of ``key``; return whether there was one."""
    result = session.execute(
        update(Timer)
        .where(Timer.key == key, Timer.state == "pending")
        .values(state="cancelled", done_at=now)
        .returning(Timer.id)
    )
    return result.first() is not None


def claim(session: Session, now: datetime, limit: int = 100) -> Sequence[UUID]:
    """Lease up to ``limit`` due timers to the caller and return their ids; the caller commits at once."""
    free = or_(Timer.leased_until.is_(None), Timer.leased_until < now)
    due = (
        select(Timer.id)
        .where(Timer.state == "pending", Timer.due_at <= now, free)
        .order_by(Timer.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(
        update(Timer)
        .where(Timer.id.in_(due.scalar_subquery()))
        .values(leased_until=now + LEASE, attempts=Timer.attempts + 1)
        .returning(Timer.id)
        .execution_options(synchronize_session=False)
    ).all()


def take(session: Session, timer_id: UUID) -> Timer | None:
    """Lock a leased timer for the time of the transaction; None when it is gone, done or cancelled meanwhile."""
    return session.scalars(
        select(Timer).where(Timer.id == timer_id, Timer.state == "pending").with_for_update(skip_locked=True)
    ).first()


def finish(timer: Timer, now: datetime) -> None:
    """Mark a taken timer as done."""
    timer.state, timer.done_at, timer.leased_until = "done", now, None
