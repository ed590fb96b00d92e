"""Timers that were given up (see tickets.timers), with the ticket or the call they are for, within a reader's reach."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from hotline import numbers
from hotline.calls import errands
from hotline.calls.kinds import wrap_up
from hotline.calls.models import Errand
from hotline.calls.orders import TIMER as ERRAND
from hotline.reach import Reach
from tickets import clocks, referrals
from tickets.asking import ASK
from tickets.desk import CALL_BACK
from tickets.models import Ticket, Timer

LINES = 100
"""How many are listed; of more, the newest."""

KIND_WORDS: Mapping[str, tuple[str, str]] = {
    CALL_BACK: ("给来电人回电", "Ring the caller back"),
    ASK: ("办结后回访", "Ask for feedback"),
    referrals.DEADLINE: ("转办到期收回", "Take an overdue referral back"),
    clocks.HALF: ("时限过半提醒", "Remind at half time"),
    clocks.DUE: ("到期督办", "Escalate what is due"),
    ERRAND: ("系统拨出电话", "Place a call"),
    errands.WATCH: ("核对系统拨出的电话", "Ask after a placed call"),
    wrap_up.LINK: ("发送小结链接", "Send the wrap-up link"),
}
"""What pages call each kind of timer: Chinese, English."""

_Rows = Select[*tuple[Any, ...]]
_NEWER = aliased(Timer)
_NUMBER = re.compile(r"\+\d{7,15}")


@dataclass(frozen=True)
class GivenUp:
    """``errand``: the call it is for, where it is for one. ``newer``: one of the same key is pending already."""

    timer: Timer
    ticket: Ticket | None
    errand: Errand | None
    newer: bool

    @property
    def words(self) -> tuple[str, str]:
        """What it was to do: Chinese, English."""
        return KIND_WORDS.get(self.timer.kind, (self.timer.kind, self.timer.kind))

    @property
    def error(self) -> str:
        """Its last error in a line, telephone numbers masked; what a database adds below names people."""
        first = self.timer.last_error.partition("\n")[0]
        return _NUMBER.sub(lambda found: numbers.mask(found[0]), first)

    @property
    def station_id(self) -> UUID | None:
        """The station it concerns."""
        return self.ticket.station_id if self.ticket else self.errand.station_id if self.errand else None


def listed(session: Session, reach: Reach, limit: int = LINES) -> Sequence[GivenUp]:
    """Return what was given up, the newest first."""
    newer = select(_NEWER.id).where(_NEWER.key == Timer.key, _NEWER.state == "pending").exists()
    query = _joined(select(Timer, Ticket, Errand, newer), reach).where(Timer.state == "failed")
    rows = session.execute(query.order_by(Timer.due_at.desc(), Timer.id).limit(limit))
    return [GivenUp(*row) for row in rows]


def find(session: Session, reach: Reach, timer_id: UUID) -> GivenUp | None:
    """Return one timer in whatever state it is now; None where there is none within reach."""
    row = session.execute(_joined(select(Timer, Ticket, Errand), reach).where(Timer.id == timer_id)).first()
    return GivenUp(row[0], row[1], row[2], newer=False) if row else None


def count(session: Session, reach: Reach) -> int:
    """Return how many were given up."""
    return session.scalar(_joined(select(func.count(Timer.id)), reach).where(Timer.state == "failed")) or 0


def _joined(query: _Rows, reach: Reach) -> _Rows:
    """A timer without a ticket carries the errand it is for in its data; that one's ticket counts, if it has one."""
    errand = cast(Timer.data["errand"].astext, Uuid)
    from_timer = query.select_from(Timer).outerjoin(Errand, Errand.id == errand)
    return from_timer.outerjoin(Ticket, Ticket.id == func.coalesce(Timer.ticket_id, Errand.ticket_id)).where(
        _within(reach)
    )


def _within(reach: Reach) -> ColumnElement[bool]:
    of_errand = and_(Ticket.id.is_(None), reach.covers(Errand.tenant_id, Errand.station_id))
    return or_(reach.covers(Ticket.tenant_id, Ticket.station_id), of_errand)
