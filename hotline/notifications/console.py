"""Notices on a station's console: what is unread, and that somebody has read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hotline.notifications import words
from hotline.notifications.models import CONSOLE, Notification


@dataclass(frozen=True)
class Notice:
    """One row a page shows."""

    id: UUID
    station_id: UUID
    ticket_id: UUID | None
    title: str
    body: str
    urgent: bool
    at: datetime


def unread(
    session: Session, station_ids: Collection[UUID], language: str = "zh-CN", limit: int = 50
) -> Sequence[Notice]:
    """Return the unread notices of stations, the urgent first, then the newest."""
    rows = session.scalars(
        select(Notification)
        .where(*_unread(station_ids))
        .order_by(Notification.urgent.desc(), Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    return [_notice(row, language) for row in rows]


def unread_count(session: Session, station_ids: Collection[UUID]) -> int:
    """Return how many notices of stations nobody has read."""
    return session.scalar(select(func.count()).where(*_unread(station_ids))) or 0


def mark_read(
    session: Session, notice_ids: Collection[UUID], station_ids: Collection[UUID], by: str, now: datetime
) -> int:
    """Mark notices as read by somebody who may see these stations; return how many were unread until now."""
    result = session.execute(
        update(Notification)
        .where(Notification.id.in_(notice_ids), *_unread(station_ids))
        .values(read_at=now, read_by=by)
        .returning(Notification.id)
    )
    return len(result.all())


def _unread(station_ids: Collection[UUID]) -> tuple[ColumnElement[bool], ...]:
    return (
        Notification.channel == CONSOLE,
        Notification.read_at.is_(None),
        Notification.station_id.in_(station_ids),
    )


def _notice(row: Notification, language: str) -> Notice:
    message = words.render(row.template, row.payload, language)
    if row.station_id is None:
        raise LookupError(f"notice {row.id} is on no console")
    return Notice(row.id, row.station_id, row.ticket_id, message.title, message.body, row.urgent, row.created_at)
