"""Guidance given on a ticket (服务指引, Q21 s.12): what was advised, taken from where, and whether it helped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class GuidanceGiven(Base):
    """One piece of guidance on one ticket: a catalogue entry, or words of one's own."""

    __tablename__ = "guidance_given"
    __table_args__ = (
        CheckConstraint("advice <> ''", name="said"),
        CheckConstraint("through IN ('call', 'wrap_up', 'console')", name="through"),
        CheckConstraint("helped IN ('unknown', 'yes', 'no')", name="helped"),
        CheckConstraint("(helped = 'unknown') = (helped_at IS NULL)", name="helped_when"),
        Index("uq_guidance_given_entry", "ticket_id", "entry_id", unique=True),
        Index(None, "entry_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalogue_entry.id"))
    """The catalogue entry it was taken from; none: free text."""
    advice: Mapped[str]
    """What was said; of an entry its title on that day."""
    by: Mapped[str]
    """Label of who gave it."""
    at: Mapped[datetime]
    through: Mapped[str]
    """call (while speaking), wrap_up (on the handset afterwards) or console."""
    helped: Mapped[str] = mapped_column(default="unknown", server_default=text("'unknown'"))
    helped_at: Mapped[datetime | None]
    """When it was said to have helped or not."""
