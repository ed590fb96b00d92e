"""What the last shift leaves for the next in writing (工作交接制度, Q21 s.2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class HandoverNote(Base):
    """A note at a station, shown until somebody other than its writer has read it; kept for good."""

    __tablename__ = "handover_note"
    __table_args__ = (
        CheckConstraint("text <> '' AND length(text) <= 1000", name="text"),
        CheckConstraint("reader_id <> writer_id", name="another"),
        CheckConstraint("(read_at IS NULL) = (reader_id IS NULL)", name="read"),
        Index(None, "station_id", "written_at"),
        Index("ix_handover_note_unread", "station_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    writer_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    writer: Mapped[str]
    """The name under which it was written."""
    written_at: Mapped[datetime]
    text: Mapped[str]
    reader_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reader: Mapped[str] = mapped_column(default="", server_default="")
    read_at: Mapped[datetime | None]
