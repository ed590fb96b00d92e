"""Routing lab: whom a call would ring at any minute and why, and what a changed policy would do. Nothing is written.

The address holds the whole question, so it can be sent on; it asks by station, never by a caller's number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.calls.explain import facts_from
from hotline.calls.reasons import REASONS, TIERS
from hotline.calls.routing import Plan, make_plan
from hotline.clock import SHANGHAI, local
from hotline.directory.models import Line
from hotline.directory.policy import RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web import place
from hotline.web.language import N_, _
from hotline.web.place import Place
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("routing_lab", __name__)

LIMITS = {"limit_seconds": N_("转留言前最长秒数"), "most_targets": N_("每级最多同时振铃")}
"""Whole numbers of the policy that may be tried otherwise; the rings are tried tier by tier."""
YEARS = range(2000, 2201)


class AskedError(ValueError):
    """Something in the question cannot be; the message says what, in the reader's language."""


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
    with x.sessions() as session:
        where = place.find(session, current.reach())
        if where is None:
            return make_response(render_template("routing_lab.html", where=None, tenant=None))
        mine = select(Line).where(Line.tenant_id == where.tenant.id, Line.active)
        lines = session.scalars(mine.order_by(Line.code)).all()
        tried, problem = None, ""
        try:
            tried = _try(session, where, lines, now)
        except AskedError as error:
            problem = str(error)
        page = render_template(
            "routing_lab.html", where=where, tenant=where.tenant, lines=lines, tried=tried, problem=problem,
            at=request.args.get("at") or local(now).strftime("%Y-%m-%dT%H:%M"), asked=request.args, needs=NEEDS,
            domains=DOMAINS, tiers=TIERS, reasons=REASONS, limits=LIMITS,
        )  # fmt: skip
    return make_response(page, 422 if problem else 200)


def _try(session: Session, where: Place, lines: Any, now: datetime) -> Tried:
    asked = request.args
    code = asked.get("line") or (lines[0].code if lines else "")
    line = next((line for line in lines if line.code == code), None)
    if line is None:
        raise AskedError(_("热线号码：没有这条已公布的热线。"))
    about = asked.get("need", "")
    if about not in ("", "now", *NEEDS, *DOMAINS):
        raise AskedError(_("需求：没有这一项。"))
    facts = facts_from(
        session, exchange().vault, line, _moment(asked.get("at", ""), now), home=where.station.id,
        need=about if about in NEEDS else "", domain=about if about in DOMAINS else "", urgent=about == "now",
    )  # fmt: skip
    policy = _changed(facts.policy)
    changed = None if policy == facts.policy else make_plan(replace(facts, policy=policy))
    return Tried(facts.policy, make_plan(facts), changed)


def _moment(text: str, now: datetime) -> datetime:
    """Return the minute that was asked about (Asia/Shanghai); now when none was."""
    try:
        at = datetime.fromisoformat(text) if text else now
    except ValueError:
        raise AskedError(_("时间：应如 2027-02-06T03:00。")) from None
    if at.year not in YEARS:
        raise AskedError(_("时间：应如 2027-02-06T03:00。"))
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _changed(policy: RoutingPolicy) -> RoutingPolicy:
    """Return the policy with what the reader would set otherwise, checked like one that is saved."""
    data = policy.model_dump()
    rings = {kind: request.args.get(f"ring_{kind}", "").strip() for kind in policy.chain}
    data["ring_seconds"] |= {kind: _seconds(text) for kind, text in rings.items() if text}
    data |= {name: request.args[name].strip() for name in LIMITS if request.args.get(name, "").strip()}
    try:
        return RoutingPolicy.model_validate(data)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise AskedError(_("%(name)s：须为整数，且在允许范围内。", name=_(LIMITS.get(name, name)))) from None


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 5 <= int(text) <= 60):
        raise AskedError(_("振铃秒数：须为 5 到 60 的整数。"))
    return int(text)
