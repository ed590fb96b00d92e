"""The case a branch has taken: it rings the hotline for it at any time, and is rung at half time (Q8 s.9, 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hotline.calls.kinds import branch_calls, cases
from hotline.calls.kinds.base import Kind, Survivor, Work
from hotline.calls.models import Errand
from hotline.directory.models import BranchLine
from ivr_flows.engine.steps import Effect, Facts
from tickets import referrals
from tickets.models import Referral


class ReferralCase(Kind):
    """Rings the survivor, says that it is done, or gives the case back."""

    flow = "referral_case"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """While the case is theirs."""
        return branch_calls.referral_of(work, errand) is not None

    def postponed(self, work: Work, errand: Errand) -> datetime | None:
        """When their line is open."""
        return branch_calls.postponed(work, errand)

    def facts(self, work: Work, errand: Errand) -> Facts:
        """The minimum, and whether they rang us."""
        raised = [name for name in ("incoming", "more") if errand.data.get(name)]
        return branch_calls.facts(work, errand, *raised)

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Done, given back, or the next case."""
        errand.result = effect.kind
        ticket, referral = cases.ticket_of(work, errand), branch_calls.referral_of(work, errand)
        if ticket is None or referral is None:
            return
        if effect.kind == "done":
            referrals.done(work.session, ticket, referral, work.now)
        elif effect.kind == "give_back":
            branch_calls.give_back(work, ticket, referral, "failed", "by_key")
        elif effect.kind == "next":
            _select(work, errand, referral)

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """The survivor's telephones."""
        return cases.telephones_of(work, cases.ticket_of(work, errand))

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The branch has talked with the survivor."""
        errand.result = "called"
        branch_calls.joined(work, errand, talked_seconds)

    def not_reached(self, work: Work, errand: Errand) -> None:
        """The survivor did not pick up."""
        branch_calls.in_vain(work, errand)

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """A sentence on what was done."""
        branch_calls.keep_memo(work, errand, recording, seconds)


def cases_of(work: Work, line: BranchLine) -> Sequence[Referral]:
    """Return the cases that the owner of a branch line has taken, the nearest deadline first."""
    owner = line.team_id or line.partner_id
    return work.session.scalars(
        select(Referral)
        .where(Referral.target_id == owner, Referral.state == "accepted")
        .order_by(Referral.deadline, Referral.id)
    ).all()


def choose(errand: Errand, taken: Sequence[Referral], place: int) -> None:
    """Let the errand be about one of the cases a branch has taken."""
    referral = taken[place % len(taken)]
    errand.ticket_id = referral.ticket_id
    more = {"more": True} if len(taken) > 1 else {}
    errand.data = {**errand.data, "referral": str(referral.id), **more}


def _select(work: Work, errand: Errand, current: Referral) -> None:
    taken = cases_of(work, work.session.get_one(BranchLine, errand.target_id))
    ids: list[UUID] = [row.id for row in taken]
    choose(errand, taken, ids.index(current.id) + 1 if current.id in ids else 0)
