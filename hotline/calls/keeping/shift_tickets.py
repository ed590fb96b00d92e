"""What is open at a station when its shift changes hands, read out and acknowledged (工作交接制度, Q21 s.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.kinds.base import Work
from hotline.roster import desk as roster_desk
from hotline.roster.models import Handover
from tickets.models import Ticket
from tickets.states import FINAL, State

BY = "系统交接"
"""Who hands over, as the roster's history shows it."""
EARLY = timedelta(hours=1)
"""Whoever has acknowledged a handover so short before the shift is not asked again."""
_DONE = [state.value for state in (*FINAL, State.RESOLVED, State.FEEDBACK_ASKED)]


def open_tickets(session: Session, station_id: UUID) -> Sequence[UUID]:
    """Return a station's tickets that somebody still has to work on, the oldest first."""
    open_ = select(Ticket.id).where(Ticket.station_id == station_id, Ticket.state.not_in(_DONE))
    return session.scalars(open_.order_by(Ticket.opened_at)).all()


def count_open(session: Session, station_id: UUID) -> int:
    """Return how many tickets are open at a station."""
    mine = (Ticket.station_id == station_id, Ticket.state.not_in(_DONE))
    return session.scalar(select(func.count()).select_from(Ticket).where(*mine)) or 0


def hand_over(work: Work, row: DutyConfirmation, giver_id: UUID | None) -> UUID | None:
    """Record that the shift changes hands, if it does and something is open; return the handover."""
    if row.staff_id is None or row.staff_id == giver_id:
        return None
    open_ = open_tickets(work.session, row.station_id)
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


def acknowledge(work: Work, handover_id: UUID) -> None:
    """The person on duty has heard what is open."""
    roster_desk.acknowledge(work.session, handover_id, work.now)
