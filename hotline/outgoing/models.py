"""Webhooks out: which systems are told of tickets, and each telling as a row that is kept (an outbox).

The rows are written by a trigger on the history, so that whatever writes an event writes its rows in the same
transaction; nothing is sent there.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, Text, event, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id
from tickets.models import TicketEvent


class Webhook(Base):
    """A system that is told: where, of what, and how much of it."""

    __tablename__ = "webhook"
    __table_args__ = (Index(None, "station_id"), Index(None, "token_id"), Index(None, "partner_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    """The system, as people call it."""
    address_sealed: Mapped[bytes]
    """The whole address, which may hold a password of theirs (see hotline.vault)."""
    host: Mapped[str]
    """What pages show of the address."""
    secret_sealed: Mapped[bytes]
    """Signs what is sent (see hotline.outgoing.signing)."""
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of what it is told of (see hotline.outgoing.events)."""
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The kinds of history behind these names; the trigger reads them."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """What it may know besides: permissions (hotline.accounts.roles), each by its word."""
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    """The top of what it is told of; none: every tenant of the installation."""
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_token.id"))
    """With a token or a partner: only tickets that were exchanged with these."""
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class Delivery(Base):
    """One telling of one system: what is owed, tried, done or given up."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sent', 'failed')", name="state"),
        Index(None, "webhook_id", "created_at"),
        Index("ix_webhook_delivery_due", "webhook_id", "next_at", postgresql_where=text("state = 'pending'")),
        Index("ix_webhook_delivery_over", "ended_at", postgresql_where=text("state <> 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    """The ``webhook-id`` that the receiver sees: the same however often it is sent."""
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id"))
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    """None: a test."""
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket_event.id"))
    kind: Mapped[str]
    """Kind of the history's line; ``ping`` for a test."""
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    status: Mapped[int | None]
    """The last answer's HTTP status."""
    last_error: Mapped[str] = mapped_column(default="", server_default="")
    milliseconds: Mapped[int | None]
    """How long the last attempt took."""
    ended_at: Mapped[datetime | None]


OUTBOX = (
    """
CREATE OR REPLACE FUNCTION webhook_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM webhook WHERE ended_at IS NULL AND NEW.kind = ANY (kinds)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO webhook_delivery (id, webhook_id, ticket_id, event_id, kind, created_at, next_at)
    WITH RECURSIVE above AS (
        SELECT station.id, station.parent_id FROM station JOIN ticket ON ticket.station_id = station.id
         WHERE ticket.id = NEW.ticket_id
        UNION
        SELECT station.id, station.parent_id FROM station JOIN above ON station.id = above.parent_id
    )
    SELECT gen_random_uuid(), webhook.id, NEW.ticket_id, NEW.id, NEW.kind, NEW.at, NEW.at FROM webhook
     WHERE webhook.ended_at IS NULL AND NEW.kind = ANY (webhook.kinds)
       AND (webhook.station_id IS NULL OR webhook.station_id IN (SELECT id FROM above));
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER webhook_outbox AFTER INSERT ON ticket_event
    FOR EACH ROW EXECUTE FUNCTION webhook_outbox()
""",
)
"""What makes the outbox complete: no code that writes history can forget it."""

for _statement in OUTBOX:
    event.listen(TicketEvent.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
