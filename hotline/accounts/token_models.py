"""Tokens of the API: other systems ask with them. Only the hash is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class ApiToken(Base):
    """What another system may do, in which subtree, until when."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "station_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    """The system that holds it, as people call it."""
    prefix: Mapped[str]
    """Its first letters, by which people tell tokens apart."""
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Permissions (hotline.accounts.roles), each by its word."""
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    """The top of what it reaches; none: every tenant of the installation."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    window_at: Mapped[datetime | None]
    """Start of the minute in which requests are counted."""
    window_count: Mapped[int] = mapped_column(default=0, server_default="0")


class ApiReference(Base):
    """A ticket that another system sent: its own reference opens one ticket, however often it is sent.

    One that begins with ``#`` is the Idempotency-Key of a change (hotline.web.api.writing).
    """

    __tablename__ = "api_reference"
    __table_args__ = (Index(None, "ticket_id"),)

    token_id: Mapped[UUID] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    digest: Mapped[bytes]
    """Keyed fingerprint of what was sent, to tell a repetition from another matter under the same reference."""
    at: Mapped[datetime]
