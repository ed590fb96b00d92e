"""Work on a ticket at its page: a comment, a step of its life cycle; whoever comes second sees what changed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.models import Tenant
from hotline.web import story
from hotline.web.language import _
from hotline.web.pages import live_page
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets import desk, queries
from tickets.models import Ticket
from tickets.states import Action, State, possible

views = Blueprint("ticket_work", __name__)
LONGEST = 2000
"""Characters of a comment that are kept."""
_OFFERED = (Action.FOLLOW_UP, Action.RESOLVE, Action.CLOSE, Action.REOPEN)


def work_choices(ticket: Ticket) -> Sequence[Action]:
    """Return the steps that the page offers; a handed-over ticket comes back through its referral only."""
    state = State(ticket.state)
    if state is State.WAITING:
        return ()
    found = [action for action in _OFFERED if action in possible(state)]
    if state is State.OPEN:  # a call that nobody answered is not resolved by a click
        found.remove(Action.RESOLVE)
    return [action for action in found if not (action is Action.FOLLOW_UP and state is State.FOLLOWING_UP)]


@views.post("/tickets/<uuid:ticket_id>/work")
@needs(Permission.TICKETS_WORK)
def work(ticket_id: UUID) -> AnyResponse:
    """Add what was typed and take the step that was chosen, unless somebody changed the ticket meanwhile."""
    x = exchange()
    now, form = x.clock(), request.form
    text = form.get("text", "").replace("\0", "").strip()[:LONGEST]
    with x.sessions.begin() as session:
        ticket = queries.find(session, current.reach(), ticket_id) or abort(404)
        session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
        session.refresh(ticket)
        action = next((a for a in work_choices(ticket) if a == form.get("action")), None)
        problem, status = "", 422
        if form.get("version") != str(ticket.version):
            problem, status = _("您填写期间，别人改动了这张工单。您写的还在下面，没有保存；请看过改动再提交。"), 409
        elif form.get("action") and action is None:
            problem = _("工单现在不能这样办理。")
        elif not text and action is None:
            problem = _("请写备注，或选一个办理动作。")
        if not problem:
            by = current.current().account.name
            if text:
                desk.note(session, ticket.id, "comment", now, actor=by, said=text)
            if action:
                desk.move(session, ticket, action, now, actor=by)
            flash(_("已保存。"), "good")
            return redirect(url_for("pages.ticket", ticket_id=ticket.id), 303)
        told = story.read(x, session, ticket, now)
        seen = int(form["seen"]) if form.get("seen", "").isdecimal() and len(form["seen"]) < 7 else len(told.history)
        words = {
            "story": told, "tenant": session.get_one(Tenant, ticket.tenant_id), "now": now, "today": local(now).date(),
            "problem": problem, "typed": text, "chosen": form.get("action", ""),
            "changed": told.history[seen:] if status == 409 else (),
        }  # fmt: skip
        answer = live_page("ticket.html", "_story.html", words)
    answer.status_code = status
    return answer
