"""One-time links to the wrap-up form, sent to the handset that took a call."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class WrapUpLink(Base):
    """A link that wraps one ticket up, once. Only the hash of its token is kept: who reads the table cannot use it."""

    __tablename__ = "wrap_up_link"
    __table_args__ = (Index(None, "ticket_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    errand_id: Mapped[UUID] = mapped_column(ForeignKey("errand.id"))
    """The wrap-up call that it stands in for."""
    label: Mapped[str]
    """Whose telephone it was sent to, as the history names it."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
