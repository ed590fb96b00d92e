"""The wrap-up form behind a one-time link: for the duty person's own browser, without signing in (issue 3)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from hotline.calls import links
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.calls.links import LinkError
from hotline.calls.models import Errand
from hotline.notifications.quiet import shown
from hotline.web import wrap_up_fields
from hotline.web.language import _, words
from hotline.web.sign_in.guards import open_to_all
from hotline.web.webhooks import exchange
from tickets.desk import OUTCOMES
from tickets.models import Ticket
from tickets.states import ImpossibleError

views = Blueprint("wrap_up", __name__)


@views.get("/w/<token>")
@open_to_all
def form(token: str) -> Response:
    """The form; looking at it uses nothing up (messages are opened by previews as well)."""
    x = exchange()
    with x.sessions() as session:
        return _page(Work(x, session, x.clock()), token)


@views.post("/w/<token>")
@open_to_all
def save(token: str) -> Response:
    """Wrap the ticket up, once."""
    x = exchange()
    filled = wrap_up_fields.filled()
    with x.sessions() as session:
        work = Work(x, session, x.clock())
        if filled is None:
            return _page(work, token, problem=_("请先选办理结果。"))
        try:
            ticket = links.use(work, token, filled)
        except LinkError:
            return _gone()
        except ImpossibleError as error:
            session.rollback()
            return _page(work, token, problem=words(_halves(str(error))))
        session.commit()
        return make_response(render_template("wrap_up_done.html", ticket=ticket))


def _page(work: Work, token: str, problem: str = "") -> Response:
    try:
        link = links.find(work.session, token, work.now)
    except LinkError:
        return _gone()
    ticket = work.session.get_one(Ticket, link.ticket_id)
    errand = work.session.get_one(Errand, link.errand_id)
    known = cases.words_of(work, ticket, "zh-CN").get("name", "")
    page = render_template(
        "wrap_up_form.html",
        ticket=ticket,
        person=shown(known, "initials"),
        outcomes=OUTCOMES,
        branches=cases.branches(work, errand),
        filled=request.form,
        problem=problem,
    )
    return make_response(page, 422 if problem else 200)


def _halves(sentence: str) -> tuple[str, str]:
    return cases.in_language(sentence, "zh-CN"), cases.in_language(sentence, "en")


def _gone() -> Response:
    return make_response(render_template("wrap_up_gone.html"), 410)
