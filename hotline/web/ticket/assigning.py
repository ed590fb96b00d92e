"""Hand tickets to a station or a person: several chosen in the search, or one at its page; they are told once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.calls.kinds.telling_calls import tell_all
from hotline.db import new_id
from hotline.notifications import recipients, tell
from hotline.web import place
from hotline.web.language import _, language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.ticket import search, targets
from hotline.web.ticket.working import Held, take, text
from hotline.web.ticket.wrong import WrongError
from hotline.web.webhooks import exchange
from tickets import assigning
from tickets.assigning import Outcome, Target
from tickets.models import Ticket

views = Blueprint("ticket_assign", __name__)
MOST = 200
"""Tickets that are handed over at a time."""
_REASONS = 8
"""Tickets that the sentence explains one by one; it travels in a cookie."""
_NAMED = 20
"""Numbers that a sentence names."""


@views.post("/tickets/search/assign")
@needs(Permission.TICKETS_ASSIGN)
def several() -> AnyResponse | tuple[str, int]:
    """Hand the chosen tickets over; those that changed meanwhile or may not be are named, the others are done."""
    x, typed = exchange(), text("to", 100)
    try:
        seen = _seen(request.form.getlist("pick"))
    except ValueError:
        abort(400)
    with x.sessions.begin() as session:
        where = place.find(session, current.reach()) or abort(404)
        try:
            if not seen:
                raise WrongError(_("请先勾选工单。"))
            to = targets.read(session, current.reach(), where.tenant.id, typed)
        except WrongError as error:
            return search.page(str(error), {str(id_) for id_ in seen}, typed)
        by, now = current.current().account.name, x.clock()
        outcome = assigning.assign_all(session, current.reach(), seen, to, by, now)
        if outcome.done:
            _tell(Work(x, session, now), outcome.done, to, by)
    flash(_sentence(outcome, to), "bad" if outcome.refused or outcome.gone else "good")
    asked: dict[str, Any] = request.args.to_dict()
    return redirect(url_for("ticket_search.show", **asked), 303)


@views.post("/tickets/<uuid:ticket_id>/assign")
@needs(Permission.TICKETS_ASSIGN)
def one(ticket_id: UUID) -> AnyResponse:
    """Hand one ticket over."""
    return take(ticket_id, "assign", _assign)


def _assign(held: Held) -> None:
    to = targets.read(held.session, current.reach(), held.ticket.tenant_id, text("to", 100))
    assigning.assign(held.session, held.ticket, to, held.by, held.now)
    _tell(held.work, [held.ticket], to, held.by)


def _seen(picked: Sequence[str]) -> dict[UUID, int]:
    """Return identifiers and the versions that were shown. Raises ValueError."""
    if len(picked) > MOST:
        raise ValueError(len(picked))
    pairs = (value.partition(":") for value in picked)
    return {UUID(id_): int(version) for id_, _colon, version in pairs}


def _tell(work: Work, done: Sequence[Ticket], to: Target, by: str) -> None:
    """Tell who has them now, in one sentence however many they are."""
    numbers = _numbers(done)
    key = f"tickets_assigned:{new_id()}"
    event = tell.about_ticket(
        work.session, done[0], "tickets_assigned", key, count=len(done), numbers=numbers, by=by, to=to.label,
        urgent=any(ticket.priority == "urgent" for ticket in done),
    )  # fmt: skip
    tell_all(work, event, [recipients.works_on(work.session, to.station_id, to.staff_id, work.now)], done[0])


def _sentence(outcome: Outcome, to: Target) -> str:
    said = [_("%(count)s 张工单已交给%(to)s。", count=len(outcome.done), to=to.label)]
    for ticket, error in outcome.refused[:_REASONS]:
        reason = cases.in_language(str(error), language())
        said.append(_("工单 %(number)s 没有移交：%(reason)s。", number=ticket.number, reason=reason))
    if len(outcome.refused) > _REASONS:
        said.append(_("还有 %(count)s 张没有移交。", count=len(outcome.refused) - _REASONS))
    if outcome.gone:
        said.append(_("另有 %(count)s 张不在您的范围内。", count=outcome.gone))
    return " ".join(said)


def _numbers(rows: Sequence[Ticket]) -> str:
    shown = "、".join(str(ticket.number) for ticket in rows[:_NAMED])
    return shown + (" …" if len(rows) > _NAMED else "")
