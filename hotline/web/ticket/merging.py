"""Merge a ticket with another of the same caller: chosen at its page, confirmed, and never undone."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.calls.kinds import cases
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket.working import CHANGED, Held, page
from hotline.web.webhooks import exchange
from tickets import merging, queries
from tickets.states import ImpossibleError

views = Blueprint("ticket_merge", __name__)


@views.post("/tickets/<uuid:ticket_id>/merge")
@needs(Permission.TICKETS_ASSIGN)
def merge(ticket_id: UUID) -> AnyResponse:
    """Merge the ticket with the chosen one, unless somebody changed either since they were shown."""
    x, by = exchange(), current.current().account.name
    chosen, _colon, version = request.form.get("other", "").partition(":")
    with x.sessions.begin() as session:
        queries.find(session, current.reach(), ticket_id) or abort(404)
        other_id, problem, status = _uuid(chosen), "", 422
        rows = {row.id: row for row in merging.lock(session, current.reach(), [ticket_id, other_id])}
        ticket, other, now = rows[ticket_id], rows.get(other_id), x.clock()
        if other is None:
            problem = _("请选择另一张工单。")
        elif (request.form.get("version"), version) != (str(ticket.version), str(other.version)):
            problem, status = _(CHANGED), 409
        elif "sure" not in request.form:
            problem = _("并单不能撤销，请勾选确认。")
        else:
            try:
                with session.begin_nested():
                    older = merging.merge(session, ticket, other, by, now)
                flash(_("已并单，以 %(number)s 号工单为准。", number=older.number), "good")
                return redirect(url_for("pages.ticket", ticket_id=older.id), 303)
            except ImpossibleError as error:
                problem = cases.in_language(str(error), language())
        session.refresh(ticket)
        answer = page(Held(x, session, ticket, by, now), form="merge", problem=problem, changed=status == 409)
    answer.status_code = status
    return answer


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        return UUID(int=0)
