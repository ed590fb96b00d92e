"""Referral offer: a partner or volunteer team is asked by telephone to take a case, by key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from hotline.calls import orders
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Kind, Survivor, Work
from hotline.calls.models import Errand
from hotline.clock import local
from hotline.directory import hours
from hotline.directory.models import BranchLine, Partner, Station, Team
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.directory.words import short_name
from ivr_flows.engine.steps import Effect, Facts
from tickets import desk, referrals
from tickets.models import Referral, Ticket

AGAIN = timedelta(minutes=15)
"""An unanswered offer is made again after this, at most three times."""
MOST_OFFERS = 3


class ReferralOffer(Kind):
    """Says the minimum about the case; 1 accepts, 0 refuses, and the survivor may be rung at once."""

    flow = "referral_offer"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """While the ticket waits for these very people."""
        return _referral(work, errand) is not None

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Village, surname and need; nothing else is told to outsiders."""
        ticket, referral = cases.ticket_of(work, errand), _referral(work, errand)
        if ticket is None or referral is None:
            return Facts(errand.language, flags=frozenset({"withdrawn"}))
        station = work.session.get_one(Station, ticket.station_id)
        known = cases.words_of(work, ticket, errand.language)
        english = errand.language == "en"
        due = local(referral.deadline)
        words = {
            "station": short_name(station, errand.language),
            "village": known.get("village", ""),
            "name": known.get("name", ""),
            "need": NEEDS.get(ticket.need, DOMAINS.get(ticket.domain, ("", "")))[english],
            "until": f"{due:%d %B %H:%M}" if english else f"{due.month}月{due.day}日{due.hour}点",
        }
        return Facts(errand.language, words, flags=frozenset({"urgent"} if ticket.priority == "urgent" else ()))

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Accepted or refused by key."""
        ticket, referral = cases.ticket_of(work, errand), _referral(work, errand)
        if ticket is None or referral is None:
            return
        if effect.kind == "accept":
            errand.result = "accepted"
            referrals.accept(work.session, referral, work.now)
        elif effect.kind == "decline":
            errand.result = "refused"
            referrals.give_back(work.session, ticket, referral, "refused", work.now, "by_key")

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """The survivor's telephones, once the case was taken."""
        return cases.telephones_of(work, cases.ticket_of(work, errand)) if errand.result == "accepted" else ()

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The branch has talked with the survivor."""
        if ticket := cases.ticket_of(work, errand):
            desk.called_back(work.session, ticket, errand.label, talked_seconds, work.now)

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """A sentence of the branch on what was done."""
        if errand.ticket_id:
            desk.note(work.session, errand.ticket_id, "memo", work.now, actor=errand.label, recording=recording)

    def over(self, work: Work, errand: Errand) -> None:
        """Nobody there: again, then back to the station."""
        ticket, referral = cases.ticket_of(work, errand), _referral(work, errand)
        if errand.result or ticket is None or referral is None:
            return
        if errand.attempt >= MOST_OFFERS:
            referrals.give_back(work.session, ticket, referral, "failed", work.now, "not_reached")
            return
        orders.order(
            work.session, "referral", orders.same_callee(errand), work.now,
            due_at=work.now + AGAIN, ticket_id=ticket.id, attempt=errand.attempt + 1, referral=str(referral.id),
        )  # fmt: skip


def hand_over(work: Work, ticket: Ticket, owner_id: UUID, by: str) -> Referral | None:
    """Hand a ticket to a team or partner and order the call that offers it; None when they are unknown."""
    team = work.session.get(Team, owner_id)
    owner = team or work.session.get(Partner, owner_id)
    if owner is None:
        return None
    kind = "team" if team else "partner"
    referral = referrals.offer(work.session, ticket, kind, owner.id, owner.name, work.now, by=by)
    column = BranchLine.team_id if team else BranchLine.partner_id
    line = work.session.scalars(
        select(BranchLine).where(column == owner.id, BranchLine.active).order_by(BranchLine.priority)
    ).first()
    if line is not None:
        callee = orders.Callee(
            kind="branch",
            id=line.id,
            label=owner.name,
            number_hash=line.number_hash,
            number_sealed=line.number_sealed,
            tenant_id=ticket.tenant_id,
            line_id=orders.line_for(work.session, ticket),
        )
        due = work.now if hours.is_open(line.hours, work.now) else work.now + AGAIN
        orders.order(
            work.session, "referral", callee, work.now, due_at=due, ticket_id=ticket.id, referral=str(referral.id)
        )
    return referral


def _referral(work: Work, errand: Errand) -> Referral | None:
    """The referral this errand offers, while it is open."""
    if errand.ticket_id is None:
        return None
    current = referrals.open_referral(work.session, errand.ticket_id)
    return current if current and str(current.id) == errand.data.get("referral") else None
