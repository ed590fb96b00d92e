"""Work on a ticket at its page: a comment, a step of its life cycle; whoever comes second sees what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.web.language import N_, _
from hotline.web.sign_in.guards import needs
from hotline.web.ticket.working import Held, take, text
from hotline.web.ticket.wrong import WrongError
from tickets import clocks, desk
from tickets.models import Ticket
from tickets.states import FINAL, Action, State, possible

views = Blueprint("ticket_work", __name__)
_OFFERED = (Action.FOLLOW_UP, Action.RESOLVE, Action.CLOSE, Action.REOPEN)

NOTES: Mapping[str, tuple[str, Callable[[Held], object]]] = {
    "told": (N_("已告知来电人进展"), lambda h: clocks.told_survivor(h.session, h.ticket, h.by, h.now)),
    "came": (N_("已上门"), lambda h: desk.came(h.session, h.ticket, h.by, h.now)),
    "awaited": (
        N_("等候来电人（时限暂停）"),
        lambda h: clocks.await_survivor(h.session, h.ticket, h.by, "console", h.now),
    ),
    "back": (N_("来电人已答复（时限继续）"), lambda h: clocks.survivor_back(h.session, h.ticket, h.by, h.now)),
}
"""Facts that are noted without the state being changed: what the page says, and what is done."""


def work_choices(ticket: Ticket) -> Sequence[Action]:
    """Return the steps that the page offers; a handed-over ticket comes back through its referral only."""
    state = State(ticket.state)
    if state is State.WAITING:
        return ()
    found = [action for action in _OFFERED if action in possible(state)]
    if state is State.OPEN:  # a call that nobody answered is not resolved by a click
        found.remove(Action.RESOLVE)
    return [action for action in found if not (action is Action.FOLLOW_UP and state is State.FOLLOWING_UP)]


def note_choices(ticket: Ticket) -> Mapping[str, str]:
    """Return the facts that may be noted on a ticket."""
    return {} if State(ticket.state) in FINAL else {code: words for code, (words, _do) in NOTES.items()}


@views.post("/tickets/<uuid:ticket_id>/work")
@needs(Permission.TICKETS_WORK)
def work(ticket_id: UUID) -> AnyResponse:
    """Add what was typed and take the step that was chosen, unless somebody changed the ticket meanwhile."""
    return take(ticket_id, "work", _work)


def _work(held: Held) -> None:
    said, wanted, ticket = text("text"), request.form.get("action", ""), held.ticket
    desk.refuse_merged(ticket)
    action = next((a for a in work_choices(ticket) if a == wanted), None)
    fact = NOTES[wanted][1] if wanted in note_choices(ticket) else None
    if wanted and action is None and fact is None:
        raise WrongError(_("工单现在不能这样办理。"))
    if not said and not wanted:
        raise WrongError(_("请写备注，或选一个办理动作。"))
    if said:
        desk.note(held.session, ticket.id, "comment", held.now, actor=held.by, said=said)
    if fact:
        fact(held)
        clocks.follow(held.session, ticket, held.now)
    if action:
        desk.move(held.session, ticket, action, held.now, actor=held.by)


HELPERS = (work_choices, note_choices)
"""What the templates ask."""
