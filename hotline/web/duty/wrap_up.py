"""Wrap-up on the duty desk in three taps: need, outcome, save; with guidance found as one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls.finishing import finish
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.calls.models import Call, Leg
from hotline.clock import local
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.catalogue.search import search
from hotline.directory.models import Tenant
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web import wrap_up_fields
from hotline.web.duty import caller, me
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets import queries
from tickets.desk import OUTCOMES
from tickets.guidance import GuidanceError, given
from tickets.models import Ticket
from tickets.states import ImpossibleError

views = Blueprint("duty_wrap_up", __name__, url_prefix="/duty/tickets/<uuid:ticket_id>")
HITS = 6
"""Entries of the catalogue that are offered at once on a telephone."""
MINE_FOR = timedelta(days=1)
"""So long after taking a call one may finish its ticket, wherever it belongs."""


@dataclass(frozen=True)
class Offer:
    """An entry of the catalogue to tick, or ticked already."""

    entry: CatalogueEntry
    chosen: bool


@views.get("/wrap-up")
@needs(Permission.TICKETS_WORK)
def form(ticket_id: UUID) -> Response:
    """The form; ``need`` in the address is the first of the three taps."""
    x = exchange()
    with x.sessions.begin() as session:
        work = Work(x, session, x.clock())
        ticket = _ticket(work, ticket_id)
        current.note(session, What.TICKET_SEEN, station_id=ticket.station_id, ticket_id=ticket.id)
        tapped = {"need": request.args.get("need") or ticket.need or ticket.domain, "answer": ticket.answer}
        return _page(work, ticket, tapped)


@views.post("/wrap-up")
@needs(Permission.TICKETS_WORK)
def save(ticket_id: UUID) -> AnyResponse:
    """Finish the contact, or (without JavaScript) look something up in the catalogue."""
    x = exchange()
    with x.sessions.begin() as session:
        work = Work(x, session, x.clock())
        ticket = _ticket(work, ticket_id)
        if request.form.get("do") == "search":
            return _page(work, ticket, request.form)
        session.refresh(ticket, with_for_update=True)
        problem, status = _finish(work, ticket)
        if problem:
            session.refresh(ticket)
            return _page(work, ticket, request.form, problem, status)
        flash(_("%(ticket)s 已登记，辛苦了。", ticket=ticket.label), "good")
    return redirect(url_for("duty.show"), 303)


@views.post("/guidance")
@needs(Permission.GUIDANCE_SEE)
def find(ticket_id: UUID) -> str:
    """What the catalogue has for what was typed so far; what is ticked stays."""
    x = exchange()
    with x.sessions() as session:
        ticket = _ticket(Work(x, session, x.clock()), ticket_id)
        return render_template("_guidance_offers.html", offers=_offers(session, ticket, x.clock()), typed=_typed())


def _finish(work: Work, ticket: Ticket) -> tuple[str, int]:
    """Finish the contact; return why not, and the status of the answer."""
    filled = wrap_up_fields.filled()
    if filled is None:
        return _("请先选办理结果。"), 422
    if ticket.answered_at is None:
        return _("还没有人和来电人通上话：请先回电，再登记。"), 422
    if request.form.get("seen") != seen(ticket):
        return _("这张工单刚刚已有人登记：%(outcome)s。您写的还在下面，没有保存。", outcome=_outcome(ticket)), 409
    try:
        with work.session.begin_nested():
            finish(work, ticket, filled, current.current().account.name)
    except (ImpossibleError, GuidanceError) as error:
        return cases.in_language(str(error), language()), 422
    return "", 303


def seen(ticket: Ticket) -> str:
    """Return what the form was made from: whoever comes second is told that it was finished meanwhile."""
    return ticket.wrapped_at.isoformat() if ticket.wrapped_at else ""


def _outcome(ticket: Ticket) -> str:
    pair = OUTCOMES.get(ticket.outcome, ("", ""))
    return pair[language() == "en"]


def _ticket(work: Work, ticket_id: UUID) -> Ticket:
    """A ticket within reach, or one whose call the reader has taken (a neighbour's caller); else 404."""
    found = queries.find(work.session, current.reach(), ticket_id)
    if found is not None:
        return found
    ticket = work.session.get(Ticket, ticket_id) or abort(404)
    mine = me.read(work.session, current.current().account, work.now)
    took = select(Call.id).join(Leg, Leg.id == Call.accepted_leg_id)
    took = took.where(Call.ticket_id == ticket.id, Leg.target_id.in_(mine.phone_ids))
    if not mine.phones or work.session.scalar(took.where(Call.accepted_at >= work.now - MINE_FOR).limit(1)) is None:
        abort(404)
    return ticket


def _page(
    work: Work, ticket: Ticket, filled: Mapping[str, str], problem: str = "", status: int = 200
) -> Response:  # fmt: skip
    x, session = work.x, work.session
    page = render_template(
        "duty_wrap_up.html", ticket=ticket, tenant=session.get_one(Tenant, ticket.tenant_id),
        card=caller.of_ticket(session, x.vault, current.reach(), ticket, work.now), problem=problem, filled=filled,
        needs={**NEEDS, **DOMAINS}, outcomes=OUTCOMES, branches=cases.branches_for(work, ticket, 18), seen=seen(ticket),
        offers=_offers(session, ticket, work.now), typed=_typed(), given=given(session, ticket.id),
    )  # fmt: skip
    return make_response(page, status)


def _offers(session: Session, ticket: Ticket, now: datetime) -> Sequence[Offer]:
    """What is ticked, then what fits the words typed."""
    ids = wrap_up_fields.entries()
    held = select(CatalogueEntry).where(CatalogueEntry.tenant_id == ticket.tenant_id, CatalogueEntry.id.in_(ids))
    chosen = session.scalars(held).all() if ids else ()
    hits = search(session, ticket.tenant_id, _typed(), local(now).date(), limit=HITS) if _typed() else ()
    found = [Offer(hit.entry, False) for hit in hits if hit.entry.id not in ids]
    return [*(Offer(entry, True) for entry in sorted(chosen, key=lambda one: ids.index(one.id))), *found]


def _typed() -> str:
    return request.form.get("words", "").replace("\0", "").strip()[:100]
