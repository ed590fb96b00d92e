"""Which lines of the machines' journals are in the database: the proof that each is there once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class BroughtIn(Base):
    """A webhook that was answered without the database and taken in afterwards."""

    __tablename__ = "brought_in"
    __table_args__ = (Index(None, "happened_at"), Index(None, "call_id"))

    journal_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    happened_at: Mapped[datetime]
    at: Mapped[datetime]
    """When it was taken in."""
