"""What the system has given up after several attempts: shown, and tried again by whoever answers for it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls import given_up
from hotline.web.language import N_, _
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets import timers
from tickets.timers import Again

views = Blueprint("given_up", __name__, url_prefix="/given-up")

SAID = {
    Again.SET: N_("已重新排队，几秒内执行；不成会再自动重试。"),
    Again.NEWER: N_("同一件事已有新的安排，到时自动执行，不必再试。"),
    Again.NOT_FAILED: N_("这一项已经重新排队或办成，不必再试。"),
}


@views.get("")
@needs(Permission.TIMERS_RETRY)
def show() -> str:
    """What was given up within one's subtree."""
    with exchange().sessions() as session:
        rows = given_up.listed(session, current.reach())
        return render_template("given_up.html", rows=rows, attempts=timers.MOST_ATTEMPTS, most=given_up.LINES)


@views.post("/<uuid:timer_id>/again")
@needs(Permission.TIMERS_RETRY)
def again(timer_id: UUID) -> AnyResponse:
    """Let the workers try one again at once; pressed twice, it is set once."""
    x = exchange()
    with x.sessions.begin() as session:
        row = given_up.find(session, current.reach(), timer_id) or abort(404)
        outcome = timers.try_again(session, timer_id, x.clock())
        if outcome is Again.SET:
            ticket_id = row.ticket.id if row.ticket else None
            said = " · ".join(row.words)
            current.note(session, What.TIMER_RETRIED, station_id=row.station_id, ticket_id=ticket_id, subject=said)
    flash(_(SAID[outcome]))
    return redirect(url_for(".show"), 303)
