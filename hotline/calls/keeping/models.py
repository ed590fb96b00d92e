"""That people and handsets are what the roster says: duties asked for and confirmed, and what was done once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class DutyConfirmation(Base):
    """A duty that began, and whether a human has confirmed by a key to be there (Q21 s.2)."""

    __tablename__ = "duty_confirmation"
    __table_args__ = (
        UniqueConstraint("station_id", "role", "starts"),
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        CheckConstraint("state IN ('asked', 'confirmed', 'unable', 'missed', 'relieved')", name="state"),
        Index("ix_duty_confirmation_open", "tenant_id", postgresql_where=text("state IN ('asked', 'missed')")),
        Index(
            "ix_duty_confirmation_missing",
            "ends",
            postgresql_where=text("role = 'first' AND state IN ('missed', 'unable')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(default="first", server_default="first")
    """``first``, or ``backup`` for whoever is raised because the first has not confirmed."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """None: nobody is on the roster as backup, the second handset stands in."""
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    telephone_kind: Mapped[str] = mapped_column(default="", server_default="")
    """handset or staff; empty when there is no telephone to ring."""
    telephone_id: Mapped[UUID | None]
    handover_id: Mapped[UUID | None] = mapped_column(ForeignKey("handover.id"))
    """What was open when the shift changed hands, read out in the same call."""
    state: Mapped[str] = mapped_column(default="asked", server_default="asked")
    """asked; then confirmed, unable (by key), missed (no key), or relieved (somebody took over meanwhile)."""
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class KeepingMark(Base):
    """Something that is done once, by its name: a change told, a handset tested on a day."""

    __tablename__ = "keeping_mark"

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
