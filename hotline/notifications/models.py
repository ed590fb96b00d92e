"""What is to be told to whom: the outbox, the console's notices, and the channels of a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id

CONSOLE, TELEPHONE = "console", "telephone"
"""Names of the two channels we run ourselves; every other is a ChannelSetting."""


class ChannelSetting(Base):
    """A way to reach people outside the console: a mailbox, a group robot, an SMS gateway, a webhook."""

    __tablename__ = "channel_setting"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("code NOT IN ('console', 'telephone')", name="code"),
        CheckConstraint("personal IN ('none', 'initials', 'full')", name="personal"),
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    code: Mapped[str]
    name: Mapped[str]
    url_sealed: Mapped[bytes]
    """Its address with keys and passwords, as hotline.notifications.channels reads it (see hotline.vault)."""
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    """It is told what concerns this station; none: what concerns any of the tenant's."""
    personal: Mapped[str] = mapped_column(default="none", server_default="none")
    """How much of a person may be named on it: none, initials or full."""
    urgent_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    quiet: Mapped[str] = mapped_column(default="21:00-08:00", server_default="21:00-08:00")
    """Hours in which only the urgent is sent, Asia/Shanghai; empty: none."""
    workdays_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """True: what is not urgent waits for the next official working day."""
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class Notification(Base):
    """One thing told to one recipient on one channel: outbox row, console notice and proof in one."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("dedupe"),
        CheckConstraint("state IN ('pending', 'sent', 'failed', 'dropped')", name="state"),
        CheckConstraint("recipient_kind IN ('station', 'staff', 'role', 'survivor')", name="recipient_kind"),
        CheckConstraint("(channel_id IS NULL) = (channel IN ('console', 'telephone'))", name="channel"),
        Index("ix_notification_next", "next_at", postgresql_where=text("state = 'pending'")),
        Index("ix_notification_failed", "tenant_id", "created_at", postgresql_where=text("state = 'failed'")),
        Index(
            "ix_notification_unread",
            "station_id",
            "created_at",
            postgresql_where=text("channel = 'console' AND read_at IS NULL"),
        ),
        Index(None, "ticket_id"),
        Index(None, "channel_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    channel: Mapped[str]
    """``console``, ``telephone`` or the code of a ChannelSetting."""
    channel_id: Mapped[UUID | None] = mapped_column(ForeignKey("channel_setting.id", ondelete="CASCADE"))
    recipient_kind: Mapped[str]
    recipient: Mapped[str] = mapped_column(default="", server_default="")
    """Identifier of the station, staff or survivor, or the name of the role."""
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    """The station whose console shows it."""
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    template: Mapped[str]
    """Key in hotline.notifications.words."""
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """The template's words, no more of a person in them than the channel allows."""
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")
    urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    clock: Mapped[str] = mapped_column(default="", server_default="")
    """The clock that caused it; not sent any more when what it promised is no longer owed."""
    dedupe: Mapped[str]
    """Names what is told to whom on which channel; it is sent once."""
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When the channel took it; on the console, when it was put there."""
    read_at: Mapped[datetime | None]
    read_by: Mapped[str] = mapped_column(default="", server_default="")
    last_error: Mapped[str] = mapped_column(default="", server_default="")
