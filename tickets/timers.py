"""Timers as rows: set, cancel, claim with SKIP LOCKED, take, finish or fail. Any number of workers, none fires twice.

A worker claims ids (and commits), then takes one after the other: ``take`` locks the row, ``finish`` marks it, the
work is done, all in one transaction. Finish comes before the work, so that the work may set the same key anew.
A worker that dies leaves a lease that runs out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session

from hotline import rows
from hotline.db import new_id
from hotline.rows import Row, Rows
from tickets.models import Ticket, Timer

LEASE = timedelta(minutes=2)
"""How long a worker may hold a claimed timer before another may take it."""
MOST_OUT = 250
"""How many timers may be with workers at once.

Three workers that wait 6 s for the carrier with each of them take four leases to get through; with many more, leases
would run out in the queue so often that timers are given up which nobody has ever tried.
"""
MOST_ATTEMPTS = 8
"""After so many failures, or workers that died over it, a timer is failed and shown (``hotline.calls.given_up``)."""
FIRST_WAIT = timedelta(seconds=15)
"""Wait after a first failure; doubled with each further one."""
LONGEST_WAIT = timedelta(minutes=30)
GRACE = timedelta(minutes=1)
"""A pending timer this much past its time is late: no worker runs, or too few."""
_LONGEST_ERROR = 500

_CLAIM = text("""
UPDATE timer
   SET state = CASE WHEN attempts < :attempts THEN state ELSE 'failed' END,
       leased_until = CASE WHEN attempts < :attempts THEN CAST(:until AS timestamptz) END,
       attempts = LEAST(attempts + 1, :attempts)
 WHERE id = ANY(ARRAY(
       SELECT id FROM timer
        WHERE state = 'pending' AND due_at <= :now AND (leased_until IS NULL OR leased_until < :now)
        ORDER BY due_at
        LIMIT LEAST(:limit, GREATEST(0, :out - (
              SELECT count(*) FROM timer WHERE state = 'pending' AND leased_until >= :now)))
          FOR UPDATE SKIP LOCKED))
RETURNING id, state, due_at
""")
"""One round trip; ARRAY, so that the rows are looked for once."""
_MOVED_TO = """
ON CONFLICT (key) WHERE state = 'pending' DO UPDATE
   SET due_at = {due}, data = excluded.data,
       leased_until = CASE WHEN {due} = timer.due_at THEN timer.leased_until END,
       attempts = CASE WHEN {due} = timer.due_at THEN timer.attempts ELSE 0 END
"""
_MOVED, _SOONER = (_MOVED_TO.format(due=due) for due in ("excluded.due_at", "LEAST(timer.due_at, excluded.due_at)"))
_CANCEL = (
    "UPDATE timer SET state = 'cancelled', done_at = %(now)s WHERE key = %(key)s AND state = 'pending' RETURNING id"
)
_CANCEL_OTHERS = """
UPDATE timer SET state = 'cancelled', done_at = %(now)s
 WHERE ticket_id = %(ticket)s AND kind = ANY(%(kinds)s) AND state = 'pending' AND key <> ALL(%(keep)s::text[])
"""
_OWNER = select(Timer.ticket_id).where(Timer.id == bindparam("timer"))
_LOCK_OWNER = select(Ticket.id).where(Ticket.id == bindparam("ticket")).with_for_update(key_share=True)
_TAKE = (
    select(Timer)
    .where(Timer.id == bindparam("timer"), Timer.state == "pending", Timer.leased_until.is_not(None))
    .with_for_update()
    .execution_options(populate_existing=True)
)
"""Waits and never skips: a claim that came too late locks a row of ours until it commits (EvalPlanQual), and a timer
that is skipped for that would lie idle for a whole lease."""
_FINISH = (
    update(Timer)
    .where(Timer.id == bindparam("timer"), Timer.state == "pending", Timer.leased_until.is_not(None))
    .values(state="done", done_at=bindparam("now"), leased_until=None, last_error="")
    .execution_options(synchronize_session=False)
)
"""Built once: hundreds a second are done after an outage."""


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
    """Set the one pending timer of ``key``; an existing one is moved (``sooner``: only to an earlier time).

    A moved timer starts afresh: whoever had claimed it has it no longer.
    """
    set_timers(session, [row(kind, key, due_at, ticket_id, data)], sooner=sooner)


def set_timers(session: Session, given: Sequence[Row], *, sooner: bool = False) -> None:
    """Set several timers (see ``row``) of different keys in one statement, as ``set_timer`` does each.

    Their tickets are in the database already.
    """
    rows.write(session.connection(), Rows(Timer, given, _SOONER if sooner else _MOVED))


def arrange(session: Session, ticket_id: UUID, kinds: Sequence[str], given: Sequence[Row], now: datetime) -> None:
    """Let a ticket have exactly these pending timers of ``kinds``: set or moved, all others cancelled."""
    keep = [one["key"] for one in given]
    values = {"ticket": ticket_id, "kinds": list(kinds), "keep": keep, "now": now}
    rows.write(session.connection(), Rows(Timer, given, _MOVED), also=_CANCEL_OTHERS, **values)


def row(kind: str, key: str, due_at: datetime, ticket_id: UUID | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pending timer as a row."""
    return {"id": new_id(), "kind": kind, "key": key, "due_at": due_at, "ticket_id": ticket_id, "data": data}


def cancel(session: Session, key: str, now: datetime) -> bool:
    """Cancel the pending timer of ``key``; return whether there was one."""
    return session.connection().exec_driver_sql(_CANCEL, {"key": key, "now": now}).first() is not None


def claim(session: Session, now: datetime, limit: int = MOST_OUT) -> Sequence[UUID]:
    """Lease due timers to the caller and return their ids, the longest due first; commit at once.

    At most ``limit`` at once, and never more than MOST_OUT are out: what nobody has time for is not leased in vain.
    """
    given = {"now": now, "until": now + LEASE, "limit": limit, "out": MOST_OUT, "attempts": MOST_ATTEMPTS}
    claimed = session.execute(_CLAIM, given).all()
    return [one.id for one in sorted(claimed, key=lambda one: one.due_at) if one.state == "pending"]


def take(session: Session, timer_id: UUID) -> Timer | None:
    """Lock a claimed timer for the time of the transaction; None when it is gone, done, cancelled or moved meanwhile.

    Its ticket is locked before it, as the desk does, so that the two never wait for each other in a circle.
    """
    ticket_id = session.scalar(_OWNER, {"timer": timer_id})
    if ticket_id is not None:
        session.execute(_LOCK_OWNER, {"ticket": ticket_id})
    return session.scalars(_TAKE, {"timer": timer_id}).first()


def finish(timer: Timer, now: datetime) -> None:
    """Mark a taken timer as done; what its work sets under the same key is a new one. Safe to repeat."""
    session = object_session(timer)
    if session is None:
        raise ValueError("a timer is finished in the transaction that took it")
    session.execute(_FINISH, {"timer": timer.id, "now": now})


def fail(session: Session, timer_id: UUID, error: str, now: datetime) -> None:
    """Record that a claimed timer's work failed (in a transaction of its own): again later, or given up for good."""
    timer = session.get(Timer, timer_id, with_for_update=True, populate_existing=True)
    if timer is None or timer.state != "pending" or timer.leased_until is None:
        return
    timer.last_error, timer.leased_until = error[:_LONGEST_ERROR], None
    if timer.attempts >= MOST_ATTEMPTS:
        timer.state, timer.done_at = "failed", now
    else:
        timer.due_at = now + wait_after(timer.attempts)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failures."""
    doubled: int = 2 ** (max(attempts, 1) - 1)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def due_of(session: Session, key: str) -> datetime | None:
    """Return when the pending timer of ``key`` is due, None without one."""
    return session.scalar(select(Timer.due_at).where(Timer.key == key, Timer.state == "pending"))


def due_count(session: Session, now: datetime) -> int:
    """Return how many timers are due and not done."""
    return session.scalar(select(func.count()).where(Timer.state == "pending", Timer.due_at <= now)) or 0


def late(session: Session, now: datetime) -> timedelta:
    """Return how long the longest due timer has been waiting, beyond the grace; zero when the workers keep up."""
    oldest = session.scalar(select(func.min(Timer.due_at)).where(Timer.state == "pending", Timer.due_at <= now - GRACE))
    return now - oldest if oldest else timedelta()


def failed_count(session: Session) -> int:
    """Return how many timers were given up."""
    return session.scalar(select(func.count()).where(Timer.state == "failed")) or 0


class Again(StrEnum):
    """What came of trying again what was given up."""

    SET = "set"
    NEWER = "newer"
    """Another timer of the same key is pending: it does the work at its time."""
    NOT_FAILED = "not_failed"
    """It is pending again, done, cancelled, or was never there."""


def try_again(session: Session, timer_id: UUID, now: datetime) -> Again:
    """Set a timer that was given up pending again, due now, as if never tried. Safe to repeat."""
    timer = session.get(Timer, timer_id, with_for_update=True, populate_existing=True)
    if timer is None or timer.state != "failed":
        return Again.NOT_FAILED
    try:
        with session.begin_nested():  # whoever sets the same key at this moment: the index decides
            timer.state, timer.attempts, timer.due_at = "pending", 0, now
            timer.leased_until = timer.done_at = None
    except IntegrityError:
        return Again.NEWER
    return Again.SET
