"""Files kept with a ticket: sealed, in the database, so that a backup has them and a transaction covers them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class Attachment(Base):
    """One file of one ticket; once removed its content is gone and the row says who did it."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'docx', 'xlsx')", name="kind"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(sealed IS NULL) = (removed_at IS NOT NULL)", name="gone"),
        Index("uq_attachment_once", "ticket_id", "digest", unique=True, postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    name: Mapped[str]
    """As it was called, with the ending of what it is."""
    kind: Mapped[str]
    size: Mapped[int]
    """Bytes of the content, unsealed."""
    digest: Mapped[bytes]
    """Keyed hash of the content: whether it is whole, and whether it is there already."""
    sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    by: Mapped[str]
    at: Mapped[datetime]
    removed_by: Mapped[str] = mapped_column(default="", server_default="")
    removed_at: Mapped[datetime | None]
