"""Whether what was told of a roster has arrived: rung and confirmed by key, still to be rung, or not reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from hotline.calls.models import Errand
from hotline.notifications.models import CONSOLE, TELEPHONE, Notification

State = Literal["heard", "waiting", "calling", "missed", "console"]
TOLD = tuple[UUID, datetime]
"""A member of staff, and when they were told."""
_AGAIN = timedelta(hours=12)
"""A second call, or one that waited for the morning, belongs to the same telling within this."""


@dataclass(frozen=True)
class Delivery:
    """How a telling ended so far; ``at``: when it was confirmed, or is to be rung. ``failed``: channels that failed."""

    state: State
    at: datetime | None = None
    failed: tuple[str, ...] = ()


def read(session: Session, told: Collection[TOLD]) -> Mapping[TOLD, Delivery]:
    """Return what became of each telling; three queries at most."""
    if not told:
        return {}
    keys = [(str(staff), at) for staff, at in told]
    query = select(Notification).where(
        Notification.recipient_kind == "staff", tuple_(Notification.recipient, Notification.created_at).in_(keys)
    )
    rows = session.scalars(query).all()
    calls = _calls(session, [row for row in rows if row.channel == TELEPHONE])
    return {
        (staff, at): _delivery([row for row in rows if (row.recipient, row.created_at) == (str(staff), at)], calls)
        for staff, at in told
    }


def _calls(session: Session, rows: Collection[Notification]) -> Mapping[UUID, list[Errand]]:
    """Return the calls that carried each telephone notice out, the latest first."""
    if not rows:
        return {}
    phones = {row.id: _telephone(row) for row in rows}
    since = min(row.created_at for row in rows)
    query = select(Errand).where(
        Errand.kind == "notice", Errand.target_id.in_({one for one in phones.values() if one}),
        Errand.created_at >= since,
    )  # fmt: skip
    errands = session.scalars(query.order_by(Errand.created_at.desc())).all()
    found: dict[UUID, list[Errand]] = {}
    for row in rows:
        mine = [one for one in errands if one.target_id == phones[row.id]]
        said = {str(one.data) for one in mine if one.created_at == row.created_at}
        found[row.id] = [
            one for one in mine if str(one.data) in said and timedelta() <= one.created_at - row.created_at < _AGAIN
        ]
    return found


def _telephone(row: Notification) -> UUID | None:
    """The telephone's identifier ends the name of what is told (see hotline.notifications.rules)."""
    try:
        return UUID(row.dedupe.rpartition(":")[2])
    except ValueError:
        return None


def _delivery(rows: Collection[Notification], calls: Mapping[UUID, list[Errand]]) -> Delivery:
    failed = tuple(row.channel for row in rows if row.channel not in (CONSOLE, TELEPHONE) and row.state == "failed")
    errands = [one for row in rows if row.channel == TELEPHONE for one in calls.get(row.id, ())]
    if heard := [one for one in errands if one.result]:
        return Delivery("heard", heard[0].ended_at, failed)
    if not errands:
        return Delivery("console", None, failed)
    last = errands[0]
    if last.state == "waiting":
        later = [row.next_at for row in rows if row.channel == TELEPHONE]
        return Delivery("waiting", max(later) if later else None, failed)
    return Delivery("missed" if last.ended_at else "calling", last.ended_at, failed)
