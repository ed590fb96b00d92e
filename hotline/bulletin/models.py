"""The monthly bulletin (通报) of a county or township: a draft that people edit, and what was issued, kept for ever."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, UniqueConstraint, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class Bulletin(Base):
    """One version of one station's bulletin of one month."""

    __tablename__ = "bulletin"
    __table_args__ = (
        UniqueConstraint("station_id", "month", "version"),
        CheckConstraint("state IN ('draft', 'issued')", name="state"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL AND figures IS NOT NULL)", name="issued"),
        Index("uq_bulletin_draft", "station_id", "month", unique=True, postgresql_where=text("state = 'draft'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    month: Mapped[date]
    """Its first day, as it is here."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts issues: a correction of what was issued is the next version."""
    state: Mapped[str] = mapped_column(default="draft", server_default="draft")
    reference: Mapped[str] = mapped_column(default="", server_default="")
    """文号, as whoever issues it wrote it; empty: made from the station's code."""
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Paragraph -> its words: in a draft only those somebody edited, once issued all of them."""
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """The numbers as they were when it was issued; a draft counts anew each time it is shown."""
    edits: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts changes, so that two people editing notice each other."""
    made_at: Mapped[datetime]
    edited_by: Mapped[str] = mapped_column(default="", server_default="")
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[str] = mapped_column(default="", server_default="")


KEEP = (
    """
CREATE OR REPLACE FUNCTION bulletin_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued bulletin is never changed: a correction is a new version';
END $$
""",
    """
CREATE TRIGGER bulletin_is_kept BEFORE UPDATE ON bulletin
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION bulletin_is_kept()
""",
)
"""What makes an issued bulletin unchangeable."""

for _statement in KEEP:
    event.listen(Bulletin.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
