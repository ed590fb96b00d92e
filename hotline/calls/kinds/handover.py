"""Handover: whoever takes the shift hears what is open and acknowledges it (工作交接制度, Q21 s.2)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hotline.calls.keeping import shift_tickets
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.calls.kinds.tellings import Notice
from hotline.calls.models import Errand
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.roster.models import Handover
from ivr_flows.engine.steps import Effect, Facts
from tickets.models import Ticket

MOST_READ = 5
"""Tickets that are read out one by one; of more only the number is told."""


class TakeShift(Notice):
    """Reads the open tickets to the next person and asks for a key."""

    flow = "handover"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Until it has been acknowledged."""
        handover = self._handover(work, errand)
        return handover is not None and handover.acknowledged_at is None

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Who hands over, how many tickets are open, and the first few of them."""
        return facts_of(work, self._handover(work, errand), errand.language)

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Acknowledged or refused by key."""
        errand.result = effect.kind
        handover = self._handover(work, errand)
        if handover is not None and effect.kind == "acknowledge":
            shift_tickets.take(work, handover.id)
        elif handover is not None and effect.kind == "refuse":
            shift_tickets.not_taken(work, handover.id)

    def over(self, work: Work, errand: Errand) -> None:
        """Once more if nobody pressed a key, then the coordinators are told."""
        super().over(work, errand)
        handover = self._handover(work, errand)
        if not errand.result and errand.attempt > 1 and handover is not None and handover.acknowledged_at is None:
            shift_tickets.not_taken(work, handover.id)

    def _handover(self, work: Work, errand: Errand) -> Handover | None:
        return work.session.get(Handover, UUID(str(errand.data.get("handover"))))


def facts_of(work: Work, handover: Handover | None, language: str) -> Facts:
    """Return what is said of a handover: who gives, how many tickets are open, and the first few of them."""
    if handover is None:
        return Facts(language)
    station = work.session.get_one(Station, handover.station_id)
    giver = work.session.get(Staff, handover.from_staff_id) if handover.from_staff_id else None
    open_ = work.session.scalars(
        select(Ticket).where(Ticket.id.in_(handover.open_tickets)).order_by(Ticket.opened_at).limit(MOST_READ)
    ).all()
    words = {
        "station": short_name(station, language),
        "count": str(len(handover.open_tickets)),
        "name": giver.name if giver else "",
        "tickets": "；".join(f"{t.number}，{cases.name_of(work, t, language)}" for t in open_),
    }
    return Facts(language, words)
