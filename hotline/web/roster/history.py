"""What was changed on a roster of late: by whom, whom it concerns, and when they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping.models import KeepingMark
from hotline.calls.keeping.telling import change_mark
from hotline.directory.models import Staff
from hotline.roster.models import RosterChange
from hotline.web.language import N_, _
from hotline.web.roster import delivery
from hotline.web.roster.delivery import Delivery

MOST = 12
_WHAT = {
    "shift_added": N_("排入班次"),
    "shift_edited": N_("修改班次"),
    "shift_removed": N_("撤销班次"),
    "filled": N_("按模板排入"),
    "published": N_("发布草稿"),
    "moved": N_("挪班、换人、对调"),
    "override": N_("替班"),
    "override_ended": N_("替班结束"),
    "takeover": N_("接班"),
    "handover": N_("交接班"),
    "note_left": N_("留言给下一班"),
    "note_read": N_("接班人已读留言"),
    "swap_asked": N_("申请换班"),
    "swap_agreed": N_("同意换班"),
    "swap_refused": N_("拒绝换班"),
    "swap_expired": N_("换班申请作废"),
    "swap_cancelled": N_("撤销换班"),
}


@dataclass(frozen=True)
class Concerned:
    """Somebody whom a change concerns; ``told_at`` None: not told yet."""

    name: str
    told_at: datetime | None
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Change:
    """One line of the history."""

    at: datetime
    by: str
    what: str
    period: str
    concerned: Sequence[Concerned]


def read_told(session: Session, station_id: UUID, now: datetime, most: int = MOST) -> Sequence[Change]:
    """Return the latest changes of a station's roster up to ``now``, the newest first."""
    query = select(RosterChange).where(RosterChange.station_id == station_id, RosterChange.at <= now)
    rows = session.scalars(query.order_by(RosterChange.at.desc(), RosterChange.id.desc()).limit(most)).all()
    people = {staff for row in rows for staff in row.concerned}
    names = {row.id: row.name for row in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(people)))}
    marks = {change_mark(row, staff) for row in rows for staff in row.concerned}
    done = select(KeepingMark.key, KeepingMark.at).where(KeepingMark.key.in_(marks))
    told: dict[str, datetime] = {row.key: row.at for row in session.execute(done)}
    marked = {(row.id, staff): told.get(change_mark(row, staff)) for row in rows for staff in row.concerned}
    arrived = delivery.read(session, {(staff, at) for (_row, staff), at in marked.items() if at})
    return [
        Change(
            row.at, row.by, _(_WHAT[row.what]) if row.what in _WHAT else row.what,
            " – ".join(row.data[key] for key in ("from", "to") if row.data.get(key)),
            [
                Concerned(names.get(staff, ""), at, arrived.get((staff, at)) if at else None)
                for staff in row.concerned
                for at in [marked[row.id, staff]]
            ],
        )
        for row in rows
    ]  # fmt: skip
