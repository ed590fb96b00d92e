"""A list that somebody wants as a file: what was asked, how far it is, where the file is and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id


class Export(Base):
    """One list as a file, from the wish to the day it is swept away."""

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'expired')", name="state"),
        CheckConstraint("format IN ('xlsx', 'csv')", name="format"),
        CheckConstraint("(state = 'done') = (expires_at IS NOT NULL)", name="expires_at"),
        Index(None, "account_id", "asked_at"),
        Index("uq_export_running", "state", unique=True, postgresql_where=text("state = 'running'")),
        Index("ix_export_waiting", "asked_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_export_expires_at", "expires_at", postgresql_where=text("state = 'done'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    """Whose it is: nobody else sees it, and the file holds what this account reaches when it is made."""
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """Code of the list, see hotline.exports.registry."""
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """The filter, as the list reads it."""
    title: Mapped[str]
    """The filter in words, in the language of whoever asked."""
    format: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    rows_done: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_total: Mapped[int | None]
    """How many rows there were when it was begun."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    begun: Mapped[int] = mapped_column(default=0, server_default="0")
    """The attempt that a worker has begun: a task delivered twice works once."""
    leased_until: Mapped[datetime | None]
    """A worker that died over it gives it back at this moment."""
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """When the file is swept away."""
    size: Mapped[int | None]
    """Bytes of the file."""
    last_error: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def is_open(self) -> bool:
        """True while it is still to be made."""
        return self.state in ("waiting", "running")
