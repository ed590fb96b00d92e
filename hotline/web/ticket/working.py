"""What every form of a ticket's page has in common: one transaction, and whoever comes second loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.calls.exchange import Exchange
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.clock import local
from hotline.directory.catalogue.search import Hit
from hotline.directory.models import Tenant
from hotline.web import story
from hotline.web.language import N_, _, language
from hotline.web.pages import live_page
from hotline.web.sign_in import current
from hotline.web.ticket.forms import desk_of
from hotline.web.ticket.wrong import WrongError
from hotline.web.webhooks import exchange
from tickets import queries
from tickets.models import Ticket
from tickets.states import ImpossibleError

CHANGED = N_("您填写期间，别人改动了这张工单。您写的还在下面，没有保存；请看过改动再提交。")
LONGEST = 2000
"""Characters of a text field that are kept."""


@dataclass(frozen=True)
class Held:
    """A ticket that is locked for this request, and who works on it."""

    x: Exchange
    session: Session
    ticket: Ticket
    by: str
    now: datetime

    @property
    def work(self) -> Work:
        """The surroundings as the desk's calls know them."""
        return Work(self.x, self.session, self.now)


def text(name: str, longest: int = LONGEST) -> str:
    """Return a text field of the form without what the database cannot hold."""
    return request.form.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()[:longest]


def take(ticket_id: UUID, form: str, step: Callable[[Held], object], *, additive: bool = False) -> AnyResponse:
    """Take a step on a ticket within reach and return to its page; a refused form keeps what was typed.

    Unless the step is ``additive`` it is refused when somebody changed the ticket since the form was shown.
    """
    x = exchange()
    with x.sessions.begin() as session:
        held = hold(x, session, ticket_id)
        problem, changed = "", not additive and request.form.get("version") != str(held.ticket.version)
        if changed:
            problem = _(CHANGED)
        else:
            try:
                with session.begin_nested():
                    step(held)
            except WrongError as error:
                problem = str(error)
            except ImpossibleError as error:
                problem = cases.in_language(str(error), language())
        if not problem:
            flash(_("已保存。"), "good")
            return redirect(url_for("pages.ticket", ticket_id=ticket_id), 303)
        session.refresh(held.ticket)
        answer = page(held, form=form, problem=problem, changed=changed)
    answer.status_code = 409 if changed else 422
    return answer


def hold(x: Exchange, session: Session, ticket_id: UUID) -> Held:
    """Return the ticket, locked until the transaction ends; 404 where there is none within reach."""
    ticket = queries.find(session, current.reach(), ticket_id) or abort(404)
    session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    session.refresh(ticket)
    return Held(x, session, ticket, current.current().account.name, x.clock())


def page(
    held: Held, *, form: str = "", problem: str = "", changed: bool = False, hits: Sequence[Hit] | None = None
) -> Response:  # fmt: skip
    """Return the ticket's page with a form as it was sent."""
    told = story.read(held.x, held.session, held.ticket, held.now)
    seen = request.form.get("seen", "")
    since = int(seen) if seen.isdecimal() and len(seen) < 7 else len(told.history)
    shown = desk_of(
        held.work, held.ticket, form=form, problem=problem, typed=request.form.to_dict(), hits=hits,
        changed=told.history[since:] if changed else (),
    )  # fmt: skip
    tenant = held.session.get_one(Tenant, held.ticket.tenant_id)
    words = {"story": told, "tenant": tenant, "now": held.now, "today": local(held.now).date(), "desk": shown}
    return live_page("ticket.html", "_story.html", words)
