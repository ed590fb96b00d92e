"""What stands around a roster: plans of repeating duty, changes not published yet, calendars fed from it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
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


class DraftShift(Base):
    """One change of a station's shifts that waits to be published; calls know nothing of it until then.

    With ``shift_id`` it is what becomes of that shift, without it a new one; without ``staff_id`` the shift goes.
    """

    __tablename__ = "draft_shift"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'backup')", name="role"),
        CheckConstraint("num_nulls(staff_id, starts, ends) IN (0, 3)", name="piece"),
        CheckConstraint("shift_id IS NOT NULL OR staff_id IS NOT NULL", name="something"),
        CheckConstraint("starts < ends", name="times"),
        ExcludeConstraint(
            ("station_id", "="),
            ("role", "="),
            ("during", "&&"),
            name="ex_draft_shift_no_overlap",
            using="gist",
            where=text("staff_id IS NOT NULL"),
        ),
        UniqueConstraint("shift_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    """Becomes the shift's own when a new one is published."""
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    role: Mapped[str]
    shift_id: Mapped[UUID | None]
    """No foreign key: a shift that somebody removes meanwhile leaves its draft behind, to be looked at."""
    seen: Mapped[str] = mapped_column(default="", server_default="")
    """What the shift was when the draft was made (see hotline.roster.batch.seen)."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    starts: Mapped[datetime | None]
    ends: Mapped[datetime | None]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE, Computed("tstzrange(starts, ends)", persisted=True))
    """Means nothing where the shift goes."""
    handset_id: Mapped[UUID | None] = mapped_column(ForeignKey("handset.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class RosterFeed(Base):
    """An address from which a calendar reads a station's roster, or one person's duty; whoever has it may read."""

    __tablename__ = "roster_feed"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "station_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    """The station whose roster it is, or to which the person belongs."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    """Whose duty it shows, at all stations; none: the station's."""
    token_hash: Mapped[bytes]
    """SHA-256 of the secret in the address; the secret itself is nowhere."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    read_at: Mapped[datetime | None]
    """When a calendar last asked, to the hour."""
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(default="", server_default="")
