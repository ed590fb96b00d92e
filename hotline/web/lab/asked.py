"""What the routing lab was asked: the minute, the caller's choice, and what the policy should be otherwise."""

from __future__ import annotations

from datetime import datetime

from flask import request
from pydantic import ValidationError

from hotline.clock import local
from hotline.directory.policy import RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.roster.walltime import read_moment
from hotline.web.language import N_, _

LIMITS = {"limit_seconds": N_("转留言前最长秒数"), "most_targets": N_("每级最多同时振铃")}
"""Whole numbers of the policy that may be tried otherwise; the rings are tried tier by tier."""
YEARS = range(2000, 2201)


class AskedError(ValueError):
    """Something in the question cannot be; the message says what, in the reader's language."""


def moment(now: datetime) -> datetime:
    """Return the minute that was asked about (written in Asia/Shanghai); ``now`` when none was. Raises AskedError."""
    text = request.args.get("at", "").strip()
    try:
        at = read_moment(text) if text else now
    except (ValueError, OverflowError):
        raise AskedError(_("时间：应如 2027-02-06T03:00。")) from None
    if local(at).year not in YEARS:
        raise AskedError(_("时间：应如 2027-02-06T03:00。"))
    return at


def choice() -> dict[str, str | bool]:
    """Return what the caller is to have chosen: need, domain, urgent. Raises AskedError."""
    about = request.args.get("need", "")
    if about not in ("", "now", *NEEDS, *DOMAINS):
        raise AskedError(_("需求：没有这一项。"))
    need, domain = (about if about in known else "" for known in (NEEDS, DOMAINS))
    return {"need": need, "domain": domain, "urgent": about == "now"}


def changed(policy: RoutingPolicy) -> RoutingPolicy:
    """Return the policy with what the reader would set otherwise, checked like one that is saved. Raises AskedError."""
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
