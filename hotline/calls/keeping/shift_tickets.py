"""What is open at a station when its shift changes hands, read out and acknowledged (工作交接制度, Q21 s.2)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping import telling
from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.kinds.base import Work
from hotline.calls.kinds.selection import open_at
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.notifications import recipients
from hotline.notifications.rules import Event
from hotline.roster import desk as roster_desk
from hotline.roster.models import Handover
from hotline.roster.queries import duty_at
from tickets.models import Ticket

BY, BY_KEY = "系统交接", "按键接班"
"""Who did it, as the roster's history shows it: the system at a change of shift, the next person by key."""
EARLY = timedelta(hours=1)
"""Whoever has acknowledged a handover so short before the shift is not asked again."""


def hand_over(work: Work, row: DutyConfirmation, giver_id: UUID | None) -> UUID | None:
    """Record that the shift changes hands, if it does and something is open; return the handover."""
    if row.staff_id is None or row.staff_id == giver_id:
        return None
    mine = select(Ticket.id).where(*open_at(row.station_id))
    open_ = work.session.scalars(mine.order_by(Ticket.opened_at)).all()
    if not open_:
        return None
    handover = roster_desk.hand_over(
        work.session, row.station_id, row.staff_id, work.now, BY, from_staff_id=giver_id, open_tickets=open_
    )
    return handover.id


def taken_already(session: Session, row: DutyConfirmation) -> bool:
    """Return whether the person took this shift by acknowledging a handover shortly before it."""
    found = select(Handover.id).where(
        Handover.station_id == row.station_id,
        Handover.to_staff_id == row.staff_id,
        Handover.acknowledged_at >= row.starts - EARLY,
    )
    return session.scalars(found.limit(1)).first() is not None


def take(work: Work, handover_id: UUID) -> None:
    """The next person has heard what is open and takes the shift: from now on the roster says so too."""
    handover = work.session.get_one(Handover, handover_id)
    roster_desk.acknowledge(work.session, handover.id, work.now)
    duty = duty_at(work.session, [handover.station_id], work.now)[handover.station_id].first
    if duty is None or duty.staff_id != handover.to_staff_id:
        station = work.session.get_one(Station, handover.station_id)
        roster_desk.take_over_now(work.session, station.tenant_id, station.id, handover.to_staff_id, work.now, BY_KEY)
        telling.known(work.session, station.id, work.now)


def not_taken(work: Work, handover_id: UUID) -> None:
    """The next person refuses the shift, or presses no key: the coordinators see to it."""
    handover = work.session.get_one(Handover, handover_id)
    station = work.session.get_one(Station, handover.station_id)
    staff = work.session.get_one(Staff, handover.to_staff_id)
    words = {"station": short_name(station, "zh-CN"), "staff": staff.name}
    event = Event("handover_refused", f"handover_refused:{handover.id}", station.tenant_id, words)
    telling.send(work, event, [recipients.coordinators(work.session, station.tenant_id, work.now)])
