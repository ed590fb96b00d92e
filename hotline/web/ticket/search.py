"""Tickets over any period: filters in the address, the search box by number, telephone, name or text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web import board, place
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket import asked, saved_list, targets
from hotline.web.ticket.wrong import WrongError
from hotline.web.webhooks import exchange
from tickets import searching
from tickets.queries import Page
from tickets.searching import UNFINISHED
from tickets.states import STATE_WORDS

views = Blueprint("ticket_search", __name__, url_prefix="/tickets/search")


@views.get("")
@needs(Permission.TICKETS_SEE)
def show() -> tuple[str, int]:
    """The tickets that are as asked for, with the form that asks."""
    return page()


def page(problem: str = "", picked: Collection[str] = (), to: str = "", name: str = "") -> tuple[str, int]:
    """Return the page; 422 with what is wrong, and what was chosen (``picked``) and typed as it was."""
    x = exchange()
    now = x.clock()
    found, rows = Page((), None, None), list[board.Row]()
    with x.sessions.begin() as session:
        where = place.find(session, current.reach())
        if where is None:
            return render_template("ticket_search.html", where=None, tenant=None), 200
        try:
            asking = asked.read(where, x.vault, now)
        except WrongError as error:
            problem = str(error)
        else:
            found = searching.search(
                session, current.reach(), where.tenant.id, asking.wanted, now,
                before=asking.before, after=asking.after,
            )  # fmt: skip
            rows = list(board.rows_of(session, x.vault, found.tickets, now))
            if asking.wanted.text or asking.wanted.caller:
                subject = asked.subject(asking.wanted)
                current.note(session, What.TICKETS_SEARCHED, station_id=where.station.id, subject=subject)
        assign = current.may(Permission.TICKETS_ASSIGN)
        offered = targets.offered(session, current.reach(), where.tenant.id) if assign else ()
        shown = render_template(
            "ticket_search.html", where=where, tenant=where.tenant, now=now, today=local(now).date(), found=found,
            rows=rows, problem=problem, states=STATE_WORDS, needs={**NEEDS, **DOMAINS}, unfinished=UNFINISHED,
            targets=offered, picked=picked, to=to, name=name, typed=asked.typed(request.args, x.vault), days=asked.DAYS,
            saved=saved_list.listed(session),
        )  # fmt: skip
    return shown, 422 if problem else 200


@views.post("")
@needs(Permission.TICKETS_SEE)
def ask() -> AnyResponse:
    """Turn what was typed into an address that can be kept and paged."""
    args: dict[str, Any] = asked.filters(request.form)
    args |= asked.box(request.form.get("q", ""), exchange().vault)
    return redirect(url_for("ticket_search.show", **args), 303)
