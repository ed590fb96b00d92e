"""What may be done with webhooks out: one is made (its secret shown once), tried, ended. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.outgoing import addresses, events, signing
from hotline.outgoing.models import Delivery, Webhook
from hotline.reach import Reach
from hotline.vault import Vault

SHOWN = 50
"""Deliveries that a page shows."""


@dataclass(frozen=True)
class NewWebhook:
    """What a webhook is made with."""

    name: str
    url: str
    events: Sequence[str]
    scopes: Sequence[Permission]
    station_id: UUID | None
    token_id: UUID | None = None
    partner_id: UUID | None = None


@dataclass(frozen=True)
class Standing:
    """How a webhook does: what is owed, what was given up, the last arrival."""

    pending: int
    failed: int
    sent_at: datetime | None


def make(session: Session, vault: Vault, wanted: NewWebhook, by: str, now: datetime) -> tuple[Webhook, str]:
    """Make a webhook; return it and its secret. Raises AddressError for an address that cannot be read."""
    parts, secret = addresses.read(wanted.url), signing.new_secret()
    row = Webhook(
        name=wanted.name, address_sealed=vault.seal(wanted.url), host=parts.shown, secret_sealed=vault.seal(secret),
        events=list(wanted.events), kinds=events.kinds_of(wanted.events),
        scopes=[scope.value for scope in wanted.scopes], station_id=wanted.station_id, token_id=wanted.token_id,
        partner_id=wanted.partner_id, created_at=now, created_by=by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, secret


def ping(session: Session, row: Webhook, now: datetime) -> Delivery:
    """Owe the system a test."""
    delivery = Delivery(webhook_id=row.id, kind=events.PING, created_at=now, next_at=now)
    session.add(delivery)
    session.flush()
    return delivery


def end(row: Webhook, now: datetime) -> None:
    """Tell the system nothing any more; what is still owed is given up when its turn comes."""
    row.ended_at = row.ended_at or now


def within(session: Session, reach: Reach) -> Sequence[Webhook]:
    """Return the webhooks within reach, those in use first, the newest first."""
    mine = select(Webhook).where(reach.covers_station(Webhook.station_id))
    return session.scalars(mine.order_by(Webhook.ended_at.is_not(None), Webhook.created_at.desc(), Webhook.id)).all()


def find(session: Session, reach: Reach, webhook_id: UUID) -> Webhook | None:
    """Return one webhook within reach."""
    mine = select(Webhook).where(Webhook.id == webhook_id, reach.covers_station(Webhook.station_id))
    return session.scalars(mine).first()


def last(session: Session, webhook_id: UUID) -> Sequence[Delivery]:
    """Return what a system was told last, the newest first."""
    mine = select(Delivery).where(Delivery.webhook_id == webhook_id)
    return session.scalars(mine.order_by(Delivery.created_at.desc(), Delivery.id).limit(SHOWN)).all()


def standing(session: Session, ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Return how some webhooks do; one query."""
    state = Delivery.state
    counts = func.count().filter(state == "pending"), func.count().filter(state == "failed")
    sent = func.max(Delivery.ended_at).filter(state == "sent")
    query = select(Delivery.webhook_id, *counts, sent).where(Delivery.webhook_id.in_(ids)).group_by(Delivery.webhook_id)
    found = {row[0]: Standing(row[1], row[2], row[3]) for row in session.execute(query)}
    return {id_: found.get(id_, Standing(0, 0, None)) for id_ in ids}
