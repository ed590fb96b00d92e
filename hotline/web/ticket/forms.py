"""The forms of a ticket's page: what is offered, and what a refused one had in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline.accounts.roles import Permission
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.directory.catalogue.search import Hit
from hotline.web.sentences import Sentence
from hotline.web.sign_in import current
from hotline.web.ticket import targets
from ivr_flows.engine.steps import Choice
from tickets import feedback, merging, referrals
from tickets.models import Ticket
from tickets.states import FINAL, Action, State, possible


@dataclass(frozen=True)
class Desk:
    """The forms of the page: what is offered, and what a refused one (``form``) had in it."""

    branches: Sequence[Choice]
    may_refer: bool
    may_feed_back: bool
    own_answer: bool
    usual_deadline: datetime
    targets: Sequence[str]
    """Whom it may be handed to."""
    mergeable: Sequence[Ticket]
    """Tickets of the same caller with which it may become one."""
    form: str = ""
    problem: str = ""
    changed: Sequence[Sentence] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    hits: Sequence[Hit] | None = None

    def kept(self, form: str, name: str, stored: str = "") -> str:
        """Return what a field shows: what was typed into a refused form, else what is stored."""
        return self.typed.get(name, "") if form == self.form else stored


def desk_of(
    work: Work, ticket: Ticket, *, form: str = "", problem: str = "", typed: Mapping[str, str] | None = None,
    hits: Sequence[Hit] | None = None, changed: Sequence[Sentence] = (),
) -> Desk:  # fmt: skip
    """Return the forms for a ticket."""
    usual = referrals.USUAL_URGENT if ticket.priority == "urgent" else referrals.USUAL
    may_refer = Action.REFER in possible(State(ticket.state))
    may_assign = current.may(Permission.TICKETS_ASSIGN) and State(ticket.state) not in FINAL
    return Desk(
        branches=cases.branches_for(work, ticket) if may_refer else (),
        may_refer=may_refer,
        may_feed_back=feedback.may_record(ticket),
        own_answer=feedback.is_own_answer(ticket, current.current().account.name),
        usual_deadline=work.now + usual,
        mergeable=merging.candidates(work.session, current.reach(), ticket) if may_assign else (),
        targets=targets.offered(work.session, current.reach(), ticket.tenant_id) if may_assign else (),
        form=form, problem=problem, changed=changed, typed=typed or {}, hits=hits,
    )  # fmt: skip
