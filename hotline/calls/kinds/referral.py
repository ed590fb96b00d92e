"""Referral offer: a partner or volunteer team is asked by telephone to take a case, by key (1+N, Q21 s.13-14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from hotline.calls import orders
from hotline.calls.kinds import branch_calls, cases, who_rings
from hotline.calls.kinds.base import Kind, Survivor, Work
from hotline.calls.models import Errand
from hotline.directory import hours
from hotline.directory.models import BranchLine, Partner, Team
from hotline.numbers import Number, from_stored
from ivr_flows.engine.steps import Effect, Facts
from tickets import referrals
from tickets.models import Referral, Ticket

AGAIN = timedelta(minutes=15)
"""An unanswered offer is made again after this, at most three times."""
MOST_OFFERS = 3


class ReferralOffer(Kind):
    """Says the minimum about the case; 1 accepts, 0 refuses, and the survivor may be rung at once."""

    flow = "referral_offer"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """While the ticket waits for the answer of these very people."""
        referral = branch_calls.referral_of(work, errand)
        return referral is not None and referral.state == "offered"

    def postponed(self, work: Work, errand: Errand) -> datetime | None:
        """Not while their line is closed, and at night only what is urgent."""
        return branch_calls.postponed(work, errand)

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Village, surname and need; nothing else is told to outsiders."""
        return branch_calls.facts(work, errand)

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Accepted or refused by key."""
        ticket, referral = cases.ticket_of(work, errand), branch_calls.referral_of(work, errand)
        if ticket is None or referral is None:
            return
        if effect.kind == "accept":
            errand.result = "accepted"
            referrals.accept(work.session, referral, work.now)
            branch_calls.order_question(work, orders.same_callee(errand), referral)
            who_rings.order(work, ticket, referral)
        elif effect.kind == "decline":
            errand.result = "refused"
            branch_calls.give_back(work, ticket, referral, "refused", "by_key")

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """The survivor's telephones, once the case was taken."""
        return cases.telephones_of(work, cases.ticket_of(work, errand)) if errand.result == "accepted" else ()

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The branch has talked with the survivor."""
        branch_calls.joined(work, errand, talked_seconds)

    def not_reached(self, work: Work, errand: Errand) -> None:
        """The survivor did not pick up."""
        branch_calls.in_vain(work, errand)

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """A sentence of the branch on what was done."""
        branch_calls.keep_memo(work, errand, recording, seconds)

    def over(self, work: Work, errand: Errand) -> None:
        """Nobody there: again, then back to the station."""
        ticket, referral = cases.ticket_of(work, errand), branch_calls.referral_of(work, errand)
        if errand.result or ticket is None or referral is None:
            return
        if errand.attempt >= MOST_OFFERS:
            branch_calls.give_back(work, ticket, referral, "failed", "not_reached")
            return
        orders.order(
            work.session, "referral", orders.same_callee(errand), work.now,
            due_at=work.now + AGAIN, ticket_id=ticket.id, attempt=errand.attempt + 1, referral=str(referral.id),
        )  # fmt: skip


def hand_over(
    work: Work,
    ticket: Ticket,
    owner_id: UUID,
    by: str,
    deadline: datetime | None = None,
    offer_after: timedelta | None = None,
) -> Referral | None:
    """Hand a ticket to a team or partner and order the call that offers it; None when they are unknown.

    Raises ImpossibleError when the ticket's state forbids it.
    """
    team = work.session.get(Team, owner_id)
    owner = team or work.session.get(Partner, owner_id)
    if owner is None:
        return None
    kind = "team" if team else "partner"
    referral = referrals.offer(work.session, ticket, kind, owner.id, owner.name, work.now, by=by, deadline=deadline)
    if line := _line(work, referral):
        number = from_stored(work.x.vault.open(line.number_sealed))
        callee = orders.Callee(
            kind="branch",
            id=line.id,
            label=owner.name,
            number_hash=line.number_hash,
            number_sealed=work.x.vault.seal(str(Number(number.value, line.extension or number.extension))),
            tenant_id=ticket.tenant_id,
            line_id=orders.line_for(work.session, ticket),
        )
        due = work.now + (offer_after or timedelta())
        orders.order(
            work.session, "referral", callee, work.now, due_at=due, ticket_id=ticket.id, referral=str(referral.id)
        )
    return referral


def open_line(work: Work, referral: Referral) -> BranchLine | None:
    """Return the line on which whom a ticket was handed to can be rung this moment."""
    line = _line(work, referral)
    return line if line is not None and hours.is_open(line.hours, work.now) else None


def _line(work: Work, referral: Referral) -> BranchLine | None:
    """Return the line to ring: one that is open now before others, then by priority."""
    owned = BranchLine.team_id if referral.kind == "team" else BranchLine.partner_id
    lines = work.session.scalars(
        select(BranchLine).where(owned == referral.target_id, BranchLine.active).order_by(BranchLine.priority)
    ).all()
    return next((line for line in lines if hours.is_open(line.hours, work.now)), next(iter(lines), None))
