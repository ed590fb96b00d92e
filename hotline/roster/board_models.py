"""What prepares a roster: plans of repeating duty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class RosterTemplate(Base):
    """A repeating plan of a station and role, kept to fill in period after period (see hotline.roster.templates)."""

    __tablename__ = "roster_template"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        UniqueConstraint("station_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    role: Mapped[str]
    name: Mapped[str]
    first: Mapped[date]
    """The day on which everybody's first turn begins; turns are counted from it."""
    handset_id: Mapped[UUID | None] = mapped_column(ForeignKey("handset.id", ondelete="SET NULL"))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Its lines: days, at, ends, staff (null: a free turn), turn."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
