"""Who rings: the survivor hears who has taken the case and by when they will be in touch (issue 3, "Handing over")."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.calls import orders
from hotline.calls.kinds import branch_calls, cases
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.kinds.survivors import survivor_callee
from hotline.calls.models import Errand
from ivr_flows.engine.steps import Effect, Facts
from tickets import asking, clocks
from tickets.models import Referral, Ticket

AFTER = timedelta(minutes=3)
"""A branch that rings the survivor at once needs nobody to announce it."""
AGAIN = timedelta(minutes=30)
LONG_ENOUGH = timedelta(seconds=12)
"""Whoever stayed on for so long has heard it; nobody has to press a key."""


class WhoRings(Kind):
    """Tells the survivor; 9 repeats, 0 is a human."""

    flow = "who_rings"
    ring_seconds = 30

    def wanted(self, work: Work, errand: Errand) -> bool:
        """While the branch has the case and has not rung the survivor itself."""
        return branch_calls.referral_of(work, errand) is not None and not _talked(work, errand)

    def postponed(self, work: Work, errand: Errand) -> datetime | None:
        """Only at a decent hour."""
        moment = asking.decent(work.now)
        return None if moment == work.now else moment

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Who it is, and until when."""
        facts, ticket = branch_calls.facts(work, errand), cases.ticket_of(work, errand)
        own = cases.words_of(work, ticket, errand.language).get("name", "") if ticket else ""
        return Facts(errand.language, {**facts.words, "name": own}, flags=facts.flags)

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Heard to the end."""
        errand.result = effect.kind

    def over(self, work: Work, errand: Errand) -> None:
        """Told: their first feedback (首次反馈). Not reached: once more."""
        ticket = cases.ticket_of(work, errand)
        if ticket is None:
            return
        stayed = work.now - errand.picked_up_at if errand.picked_up_at else timedelta()
        if errand.result or (stayed >= LONG_ENOUGH and not errand.data.get("machine")):
            clocks.told_survivor(work.session, ticket, "system", work.now)
            clocks.follow(work.session, ticket, work.now)
        elif errand.attempt == 1:
            orders.order(
                work.session, errand.kind, orders.same_callee(errand), work.now,
                due_at=work.now + AGAIN, ticket_id=ticket.id, attempt=2, **orders.same_data(errand),
            )  # fmt: skip


def order(work: Work, ticket: Ticket, referral: Referral) -> None:
    """Order the call; who has no telephone that we know is not rung."""
    callee = survivor_callee(work, ticket)
    if callee is not None:
        due = work.now + AFTER
        orders.order(
            work.session, "who_rings", callee, work.now, due_at=due, ticket_id=ticket.id, referral=str(referral.id)
        )


def _talked(work: Work, errand: Errand) -> bool:
    with_branch = select(Errand.id).where(
        Errand.ticket_id == errand.ticket_id, Errand.target_kind == "branch", Errand.data.has_key("joined")
    )
    return work.session.scalar(with_branch.limit(1)) is not None
