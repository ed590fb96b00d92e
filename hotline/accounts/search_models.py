"""Searches that an account keeps under a name, for itself or for all at and below its station."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class SavedSearch(Base):
    """One search by name; only filters, never what was typed into the box: names and numbers are not kept."""

    __tablename__ = "saved_search"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        CheckConstraint("name <> ''", name="named"),
        Index(None, "station_id", postgresql_where=text("shared")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str]
    asked: Mapped[dict[str, Any]]
    """The filters as the address has them."""
    shared: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    """Shared with this station and all below it; none: with everybody."""
    saved_at: Mapped[datetime]
