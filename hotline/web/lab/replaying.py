"""A past call once more: what the chain did, beside what it would do now and with a changed policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template, request
from sqlalchemy.orm import Session

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls import queries as calls
from hotline.calls import replay
from hotline.calls.models import Call
from hotline.calls.replay import Step
from hotline.calls.routing import Plan, make_plan
from hotline.calls.states import LEG_WORDS, LegState
from hotline.clock import local
from hotline.directory.models import Tenant
from hotline.directory.policy import RoutingPolicy
from hotline.web import attempts, people
from hotline.web.lab import asked
from hotline.web.lab.asked import AskedError
from hotline.web.lab.pages import WORDS
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets import queries

views = Blueprint("routing_replay", __name__)


@dataclass(frozen=True)
class Replayed:
    """The tiers side by side, the policy in force, and the plans whose longest way to the message is shown."""

    policy: RoutingPolicy
    plans: Sequence[Plan]
    steps: Sequence[Step]


@views.get("/routing-lab/calls/<uuid:call_id>")
@needs(Permission.ROUTING_TRY)
def past_call(call_id: UUID) -> Response:
    """One call's chain as it was against the plans of today; ``at``: another minute than the call's own."""
    x = exchange()
    now = x.clock()
    with x.sessions.begin() as session:
        call = session.get(Call, call_id) or abort(404)
        ticket = queries.find(session, current.reach(), call.ticket_id) or abort(404)
        current.note(session, What.TICKET_SEEN, station_id=ticket.station_id, ticket_id=ticket.id)
        replayed, problem = None, ""
        try:
            replayed = _replay(session, call)
        except AskedError as error:
            problem = str(error)
        legs = calls.legs_of(session, [call.id]).get(call.id, ())
        names = people.read(session, [ticket], stations=[call.station_id], lines=[call.line_id])
        page = render_template(
            "routing_replay.html", call=call, ticket=ticket, tenant=session.get_one(Tenant, call.tenant_id),
            view=attempts.call_view(x.vault, names, call, legs, (), now, 1), who=names.who(ticket, x.vault),
            replayed=replayed, problem=problem, asked=request.args, leg_words=LEG_WORDS, leg_state=LegState,
            at=request.args.get("at") or local(call.started_at).strftime("%Y-%m-%dT%H:%M"), **WORDS,
        )  # fmt: skip
    return make_response(page, 422 if problem else 200)


def _replay(session: Session, call: Call) -> Replayed:
    facts = replay.facts_of(session, exchange().vault, call, asked.moment(call.started_at))
    policy = asked.changed(facts.policy)
    plans = [make_plan(facts)]
    if policy != facts.policy:
        plans.append(make_plan(replace(facts, policy=policy)))
    legs = calls.legs_of(session, [call.id]).get(call.id, ())
    return Replayed(facts.policy, plans, replay.compare(call, legs, *plans))
