"""Sends what the outbox owes: claimed with SKIP LOCKED, sent with no transaction open, marked; again later, then shown.

After a failure everything owed to the same system waits as long as what failed: a dead receiver costs one attempt a
pause. What it is told may therefore come late, and twice, and in another order: each carries its id and its moment.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.clock import Clock, local
from hotline.db import SessionFactory
from hotline.notifications import tell
from hotline.outgoing import payload, signing
from hotline.outgoing.addresses import AddressError, Network, SendError, Target, judge, post
from hotline.outgoing.models import Delivery, Webhook
from hotline.vault import Vault, VaultError
from tickets.models import Ticket

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a worker may hold a claimed row before another may send it."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180, 360, 720))
"""Pauses after the first, second ... failure, a day in all but an hour and a half; then it is failed and shown."""
MOST_ATTEMPTS = len(WAITS) + 1
SECONDS = 30.0
"""How long one task goes on: the last attempt may take 11 s more, and a task has 45 s."""
KEPT = timedelta(days=30)
"""How long what is over can be seen."""
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class _Letter:
    """What is to be sent, read off the database before the transaction ends."""

    url: str
    secret: str
    body: bytes


@dataclass(frozen=True)
class Post:
    """What sending needs besides a session."""

    sessions: SessionFactory
    vault: Vault
    clock: Clock
    allowed: Sequence[Network]


def waiting(session: Session, now: datetime) -> Sequence[UUID]:
    """Return the systems that something is owed to now."""
    owed = select(Delivery.webhook_id).where(Delivery.state == "pending", Delivery.next_at <= now)
    return session.scalars(owed.distinct()).all()


def drain(office: Post, webhook_id: UUID) -> int:
    """Send one system what is owed to it, the oldest first, up to the first failure; return how many are settled."""
    begun, settled = monotonic(), 0
    while monotonic() - begun < SECONDS:
        with office.sessions.begin() as session:
            claimed = _claim(session, webhook_id, office.clock())
        if claimed is None:
            break
        if (due := _deliver(office, claimed)) is not None:
            with office.sessions.begin() as session:
                _postpone(session, webhook_id, due)
            break
        settled += 1
    return settled


def counts(session: Session, now: datetime, since: datetime) -> tuple[int, int]:
    """Return how much is owed now, and how much was given up since a moment."""
    owed = select(func.count()).where(Delivery.state == "pending", Delivery.next_at <= now)
    given_up = select(func.count()).where(Delivery.state == "failed", Delivery.ended_at >= since)
    return session.scalar(owed) or 0, session.scalar(given_up) or 0


def tidy(session: Session, now: datetime) -> int:
    """Forget what is over for long; return how much."""
    old = Delivery.state != "pending", Delivery.ended_at < now - KEPT
    return len(session.scalars(delete(Delivery).where(*old).returning(Delivery.id)).all())


def send_again(session: Session, webhook_id: UUID, delivery_id: UUID, now: datetime) -> bool:
    """Owe something anew that was sent or given up; False where it is owed already, or not there."""
    row = session.get(Delivery, delivery_id, with_for_update=True)
    if row is None or row.webhook_id != webhook_id or row.state == "pending":
        return False
    row.state, row.attempts, row.next_at, row.last_error, row.ended_at = "pending", 0, now, "", None
    return True


def _claim(session: Session, webhook_id: UUID, now: datetime) -> UUID | None:
    """Lease the row that has been owed longest; commit at once."""
    free = or_(Delivery.leased_until.is_(None), Delivery.leased_until < now)
    row = session.scalars(
        select(Delivery)
        .where(Delivery.webhook_id == webhook_id, Delivery.state == "pending", Delivery.next_at <= now, free)
        .order_by(Delivery.next_at, Delivery.created_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.leased_until = now + LEASE
    return row.id


def _deliver(office: Post, delivery_id: UUID) -> datetime | None:
    """Send one claimed row; None: it is settled. Otherwise when it is tried again."""
    with office.sessions.begin() as session:
        letter = _open(session, office, delivery_id)
    if letter is None:
        return None
    headers = {
        "Content-Type": "application/json", "User-Agent": "care-hotline-webhook/1",
        **signing.headers(letter.secret, str(delivery_id), office.clock(), letter.body),
    }  # fmt: skip
    begun, status, why = monotonic(), None, ""
    try:
        target: Target = judge(letter.url, office.allowed)
        status = post(target, letter.body, headers)
    except SendError as error:
        status, why = error.status, str(error)
    except AddressError as error:
        why = str(error)
    took = round(1000 * (monotonic() - begun))
    with office.sessions.begin() as session:
        row = _held(session, delivery_id)
        if row is None:
            return None
        row.status, row.milliseconds, row.leased_until = status, took, None
        if not why:
            row.state, row.ended_at, row.last_error = "sent", office.clock(), ""
            return None
        return _failed(session, row, why, office.clock())


def _open(session: Session, office: Post, delivery_id: UUID) -> _Letter | None:
    """Return what to send and count the attempt; None when it is not ours to send, or nothing is to be told."""
    row = _held(session, delivery_id)
    if row is None:
        return None
    hook = session.get_one(Webhook, row.webhook_id)
    if hook.ended_at is not None:
        row.state, row.ended_at, row.last_error, row.leased_until = "failed", office.clock(), "ended", None
        return None
    row.attempts += 1
    if row.attempts > MOST_ATTEMPTS:
        _failed(session, row, "its workers died", office.clock())
        return None
    try:
        body = payload.body(session, office.vault, hook, row)
        if body is None:
            session.delete(row)
            return None
        return _Letter(office.vault.open(hook.address_sealed), office.vault.open(hook.secret_sealed), body)
    except VaultError as error:
        _failed(session, row, str(error), office.clock())
        return None


def _held(session: Session, delivery_id: UUID) -> Delivery | None:
    return session.scalars(
        select(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == "pending", Delivery.leased_until.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _failed(session: Session, row: Delivery, why: str, now: datetime) -> datetime:
    """Try again later; after the last try the coordinators are told, once a day for each system."""
    row.last_error, row.leased_until = why[:_LONGEST_ERROR], None
    log.warning("webhook delivery %s did not arrive: %s", row.id, row.last_error)
    if row.attempts < MOST_ATTEMPTS:
        row.next_at = now + WAITS[row.attempts - 1]
        return row.next_at
    row.state, row.ended_at = "failed", now
    if row.ticket_id is not None:
        hook, ticket = session.get_one(Webhook, row.webhook_id), session.get_one(Ticket, row.ticket_id)
        key = f"webhook:{hook.id}:{ticket.tenant_id}:{local(now).date()}"
        tell.work_failed(session, ticket.tenant_id, key, hook.name, row.last_error, now)
    return now + WAITS[0]


def _postpone(session: Session, webhook_id: UUID, due: datetime) -> None:
    """Let everything that is owed to the system wait as long as what has just failed."""
    later = Delivery.webhook_id == webhook_id, Delivery.state == "pending", Delivery.next_at < due
    session.execute(update(Delivery).where(*later, Delivery.leased_until.is_(None)).values(next_at=due))
