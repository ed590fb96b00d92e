"""What was told to whom on which channel, and whether it got there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from sqlalchemy import ColumnElement, func, select, tuple_

from hotline.accounts.roles import Permission
from hotline.exports.lists.calls import PERIOD
from hotline.exports.shape import CHUNK, Column, Listing, Pair, Wish
from hotline.notifications import words
from hotline.notifications.models import Notification
from hotline.sheets.cells import Value

STATES: Mapping[str, Pair] = {
    "pending": ("待发送", "pending"),
    "sent": ("已发送", "sent"),
    "failed": ("发送失败", "failed"),
    "dropped": ("不再发送", "dropped"),
}
CHANNELS: Mapping[str, Pair] = {"console": ("网页", "console"), "telephone": ("电话", "telephone")}


def _where(wish: Wish) -> Sequence[ColumnElement[bool]]:
    period = PERIOD.validate_python(wish.asked)
    return (
        Notification.tenant_id == wish.tenant.id,
        wish.reach.covers(Notification.tenant_id, Notification.station_id),
        Notification.created_at >= period.since,
        Notification.created_at < period.until,
    )


def _count(wish: Wish) -> int:
    return wish.session.scalar(select(func.count()).select_from(Notification).where(*_where(wish))) or 0


def _rows(wish: Wish) -> Iterator[Sequence[Value]]:
    at = tuple_(Notification.created_at, Notification.id)
    query = select(Notification).where(*_where(wish)).order_by(Notification.created_at.desc(), Notification.id.desc())
    last: Notification | None = None
    while rows := wish.session.scalars(
        (query if last is None else query.where(at < (last.created_at, last.id))).limit(CHUNK)
    ).all():
        last = rows[-1]
        yield from (_row(wish, row) for row in rows)
        wish.session.expunge_all()


def _row(wish: Wish, row: Notification) -> Sequence[Value]:
    title = row.template
    with suppress(KeyError):  # a template that is no more is shown by its name
        title = words.render(row.template, row.payload, wish.language).title
    return (
        row.created_at, wish.station(row.station_id), title, wish.yes(row.urgent),
        wish.say(CHANNELS.get(row.channel), row.channel), wish.say(STATES.get(row.state), row.state), row.attempts,
        row.sent_at, row.read_at, row.read_by, row.last_error,
    )  # fmt: skip


NOTICES = Listing(
    "notices",
    ("通知", "Notifications"),
    Permission.HISTORY_SEE,
    (
        Column(("时间", "At"), 20),
        Column(("服务站", "Station"), 16),
        Column(("内容", "What"), 40),
        Column(("紧急", "Urgent"), 8),
        Column(("渠道", "Channel"), 12),
        Column(("状态", "State"), 12),
        Column(("尝试次数", "Attempts"), 10),
        Column(("送出时间", "Sent"), 20),
        Column(("阅读时间", "Read"), 20),
        Column(("阅读人", "Read by"), 14),
        Column(("最近的错误", "Last error"), 40),
    ),
    _count,
    _rows,
)
