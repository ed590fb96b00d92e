"""Routing lab: whom a call would ring at any minute and why, and what a changed policy would do. Nothing is written.

The address holds the whole question, so it can be sent on; a caller is in it by identifier, never by name or number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls.explain import facts_from
from hotline.calls.reasons import REASONS, TIERS
from hotline.calls.routing import Plan, make_plan
from hotline.clock import local
from hotline.directory.models import Line
from hotline.directory.policy import RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web import place
from hotline.web.lab import asked, callers
from hotline.web.lab.asked import AskedError
from hotline.web.lab.callers import Caller
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("routing_lab", __name__)

WORDS: dict[str, object] = {
    "needs": NEEDS, "domains": DOMAINS, "tiers": TIERS, "reasons": REASONS, "limits": asked.LIMITS,
}  # fmt: skip
"""What the templates of the lab say things with."""
KEPT = ("tenant", "station", "line", "at", "need", "caller", "survivor")
LONGEST = 100


@dataclass(frozen=True)
class Tried:
    """The plan of the policy in force, and that of the changed one where something was changed."""

    policy: RoutingPolicy
    plan: Plan
    changed: Plan | None


@views.get("/routing-lab")
@needs(Permission.ROUTING_TRY)
def show() -> Response:
    """The question and its answer; what was asked stays in the form also where it cannot be answered."""
    x = exchange()
    now = x.clock()
    with x.sessions.begin() as session:
        where = place.find(session, current.reach())
        if where is None:
            return make_response(render_template("routing_lab.html", where=None, tenant=None))
        mine = select(Line).where(Line.tenant_id == where.tenant.id, Line.active)
        lines = session.scalars(mine.order_by(Line.code)).all()
        caller = callers.chosen(session, x.vault, current.reach(), where)
        if caller:
            current.note(session, What.DIRECTORY_SEEN, station_id=caller.survivor.station_id, subject="survivors")
        tried, problem = None, ""
        try:
            tried = _try(session, where, lines, caller, now)
        except AskedError as error:
            problem = str(error)
        page = render_template(
            "routing_lab.html", where=where, tenant=where.tenant, lines=lines, tried=tried, problem=problem,
            at=request.args.get("at") or local(now).strftime("%Y-%m-%dT%H:%M"), asked=request.args, caller=caller,
            kinds=callers.KINDS, **WORDS,
        )  # fmt: skip
    return make_response(page, 422 if problem else 200)


@views.post("/routing-lab")
@needs(Permission.ROUTING_TRY)
def ask() -> AnyResponse:
    """Turn what was typed into an address that can be kept; a name or a number becomes a survivor's identifier."""
    form, x = request.form, exchange()
    args: dict[str, Any] = {name: form[name] for name in (*KEPT, *asked.LIMITS) if form.get(name)}
    args |= {name: value for name, value in form.items() if name.startswith("ring_") and value}
    typed = form.get("who", "").replace("\0", "").strip()[:LONGEST]
    if not typed:
        return redirect(url_for("routing_lab.show", **args), 303)
    with x.sessions.begin() as session:
        where = place.find(session, current.reach()) or abort(404)
        found = callers.look_up(session, x.vault, current.reach(), where, typed)
        current.note(session, What.DIRECTORY_SEEN, station_id=where.station.id, subject="survivors")
    addresses = [url_for("routing_lab.show", **{**args, **_known(one)}) for one in found]
    if len(found) > 1:
        several = list(zip(found, addresses, strict=True))
        return make_response(render_template("routing_callers.html", several=several, tenant=where.tenant))
    if not found:
        flash(_("通讯录里没有这个人或号码，按“号码不在通讯录”推演。"), "bad")
        args |= {"caller": "unknown"}
        addresses = [url_for("routing_lab.show", **args)]
    return redirect(addresses[0], 303)


def _known(caller: Caller) -> dict[str, str]:
    return {"caller": "known", "survivor": str(caller.survivor.id)}


def _try(session: Session, where: Place, lines: Any, caller: Caller | None, now: datetime) -> Tried:
    code = request.args.get("line") or (lines[0].code if lines else "")
    line = next((line for line in lines if line.code == code), None)
    if line is None:
        raise AskedError(_("热线号码：没有这条已公布的热线。"))
    if request.args.get("caller", "unknown") not in callers.KINDS:
        raise AskedError(_("来电人：没有这一项。"))
    if request.args.get("caller") == "known" and caller is None:
        raise AskedError(_("来电人：请写姓名、代码或号码。"))
    choice = asked.choice()
    facts = facts_from(
        session, exchange().vault, line, asked.moment(now), caller.number if caller else None,
        survivor=caller.survivor if caller else None, home=where.station.id, need=str(choice["need"]),
        domain=str(choice["domain"]), urgent=bool(choice["urgent"]),
    )  # fmt: skip
    policy = asked.changed(facts.policy)
    changed = None if policy == facts.policy else make_plan(replace(facts, policy=policy))
    return Tried(facts.policy, make_plan(facts), changed)
