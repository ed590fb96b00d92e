"""The outbox: claim with SKIP LOCKED, send with no transaction open, mark; again later when it failed, then shown.

A message is sent once. Only a worker that dies between the channel's yes and the mark lets it be sent again: of the
two, a reminder that comes twice is better than one that never comes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from hotline.clock import Clock
from hotline.db import SessionFactory
from hotline.notifications import channels, tell, words
from hotline.notifications.models import ChannelSetting, Notification
from hotline.vault import Vault, VaultError
from tickets import clocks

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a worker may hold a claimed notification before another may send it."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180))
"""Waits after the first, second ... failure; after the last it is failed and shown."""
MOST_ATTEMPTS = len(WAITS) + 1
TIMEOUT_SECONDS = 8.0
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class _Letter:
    """What is to be sent, read off the database before the transaction ends."""

    url: str
    message: words.Message


def claim(session: Session, now: datetime, limit: int = 20) -> Sequence[UUID]:
    """Lease up to ``limit`` due notifications to the caller and return their ids; commit at once."""
    free = or_(Notification.leased_until.is_(None), Notification.leased_until < now)
    due = session.scalars(
        select(Notification.id)
        .where(Notification.state == "pending", Notification.next_at <= now, free)
        .order_by(Notification.urgent.desc(), Notification.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if due:
        values = {"leased_until": now + LEASE, "attempts": Notification.attempts + 1}
        session.execute(update(Notification).where(Notification.id.in_(due)).values(values))
    return due


def deliver(sessions: SessionFactory, vault: Vault, clock: Clock, notification_id: UUID) -> bool:
    """Send one claimed notification and mark it; True when it was sent now. Safe to repeat."""
    with sessions.begin() as session:
        letter = _open(session, vault, notification_id, clock())
    if letter is None:
        return False
    try:
        channels.send(letter.url, letter.message, TIMEOUT_SECONDS)
    except channels.ChannelError as error:
        log.warning("notification %s was not taken: %s", notification_id, error)
        with sessions.begin() as session:
            if row := _held(session, notification_id):
                _failed(session, row, str(error), clock())
        return False
    with sessions.begin() as session:
        if row := _held(session, notification_id):
            row.state, row.sent_at, row.leased_until, row.last_error = "sent", clock(), None, ""
    return True


def drain(sessions: SessionFactory, vault: Vault, clock: Clock, limit: int = 20) -> int:
    """Send what is due, one after the other; return how many were sent. Any number of workers may do so at once."""
    with sessions.begin() as session:
        claimed = claim(session, clock(), limit)
    return sum(deliver(sessions, vault, clock, notification_id) for notification_id in claimed)


def due_count(session: Session, now: datetime) -> int:
    """Return how many notifications are due and not sent."""
    waiting = Notification.state == "pending", Notification.next_at <= now
    return session.scalar(select(func.count()).where(*waiting)) or 0


def failed(session: Session, tenant_id: UUID, limit: int = 100) -> Sequence[Notification]:
    """Return a tenant's notifications that could not be sent, the newest first: somebody must look at them."""
    return session.scalars(
        select(Notification)
        .where(Notification.tenant_id == tenant_id, Notification.state == "failed")
        .order_by(Notification.created_at.desc())
        .limit(limit)
    ).all()


def send_again(session: Session, notification_id: UUID, now: datetime) -> bool:
    """Put a failed notification back, after its channel was mended; False when it has not failed."""
    row = session.get(Notification, notification_id, with_for_update=True)
    if row is None or row.state != "failed":
        return False
    row.state, row.attempts, row.next_at, row.last_error = "pending", 0, now, ""
    return True


def _open(session: Session, vault: Vault, notification_id: UUID, now: datetime) -> _Letter | None:
    """Return what to send; None when it is not ours to send, or what it says is no longer so."""
    row = _held(session, notification_id)
    if row is None:
        return None
    setting = session.get(ChannelSetting, row.channel_id) if row.channel_id else None
    if setting is None or not setting.active:
        _dropped(row, "channel switched off")
        return None
    if row.clock and row.ticket_id and not clocks.is_owed(session, row.ticket_id, row.clock, now):
        _dropped(row, "no longer owed")
        return None
    if row.attempts > MOST_ATTEMPTS:
        _failed(session, row, "its workers died", now)
        return None
    try:
        return _Letter(vault.open(setting.url_sealed), words.render(row.template, row.payload, row.language))
    except (VaultError, LookupError, ValueError) as error:
        _failed(session, row, f"{type(error).__name__}: {error}", now)
        return None


def _held(session: Session, notification_id: UUID) -> Notification | None:
    """Return a notification, locked, if it is claimed and neither sent nor given up."""
    return session.scalars(
        select(Notification)
        .where(Notification.id == notification_id, Notification.state == "pending")
        .where(Notification.leased_until.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _dropped(row: Notification, why: str) -> None:
    row.state, row.leased_until, row.last_error = "dropped", None, why


def _failed(session: Session, row: Notification, error: str, now: datetime) -> None:
    """Try again later; after the last try the coordinators see it, though never for a message about a failure."""
    row.last_error, row.leased_until = error[:_LONGEST_ERROR], None
    if row.attempts < MOST_ATTEMPTS:
        row.next_at = now + WAITS[row.attempts - 1]
        return
    row.state = "failed"
    if row.template != tell.FAILED:
        what = f"{row.channel}: {_title(row)}"
        tell.work_failed(session, row.tenant_id, f"notification:{row.id}", what, row.last_error, now)


def _title(row: Notification) -> str:
    """Return what a person calls the message, even when its words are what is broken."""
    try:
        return words.render(row.template, row.payload, row.language).title
    except (LookupError, ValueError):
        return row.template
