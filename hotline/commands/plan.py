"""hotline plan: whom a call would ring at a given minute, in which order, and why; nothing is written."""

from __future__ import annotations

from datetime import datetime

from hotline.calls.explain import UnknownLineError, explain
from hotline.calls.reasons import REASONS, TIERS
from hotline.calls.routing import Plan, Target, Tier
from hotline.clock import local, system_clock
from hotline.commands import speak
from hotline.commands.database import exchange
from hotline.embedded.errors import EmbeddedError
from hotline.numbers import Number, mask, parse, parse_caller
from hotline.roster import walltime

_KINDS = {"handset": ("手机", "handset"), "staff": ("人员", "staff"), "branch": ("专线", "branch line")}


def show_plan(caller: str, line: str, at: str, need: str, domain: str, urgent: bool) -> None:
    """Print the plan with its reasons. Raises EmbeddedError, NumberError."""
    moment = read_moment(at)
    number = parse_caller(caller) if caller else None
    with exchange() as x, x.sessions() as session:
        try:
            plan = explain(session, x.vault, number, parse(line), moment, need=need, domain=domain, urgent=urgent)
        except UnknownLineError as error:
            raise EmbeddedError(str(error)) from error
    _print(plan, number, parse(line), moment)


def read_moment(text: str) -> datetime:
    """Return the moment meant by ``2027-02-06 03:00`` (Asia/Shanghai) or, when empty, now. Raises EmbeddedError."""
    if not text:
        return system_clock()
    try:
        return walltime.read_moment(text)
    except ValueError as error:
        raise EmbeddedError(f"“{text}” 不是时间，应如 2027-02-06 03:00 (no moment; write it like this)") from error


def _print(plan: Plan, caller: Number | None, line: Number, moment: datetime) -> None:
    shown = caller.masked if caller else "号码保密 withheld"
    speak.line(f"{shown} → {line}  {local(moment):%Y-%m-%d %H:%M} (Asia/Shanghai)")
    for order, tier in enumerate(plan.tiers, 1):
        speak.line(f"{order}. {_tier(tier)}  {tier.ring_seconds} s")
        for target in tier.targets:
            speak.line(f"     ✓ {_target(target)}")
        for target in tier.passed:
            speak.line(f"     – {_target(target)}")
    speak.line(f"{len(plan.tiers) + 1}. {' · '.join(TIERS['message'])}  ≤ {plan.seconds()} s")
    if plan.skipped:
        speak.line("跳过 · passed over:")
    for tier in plan.skipped:
        speak.line(f"   {_tier(tier)}" + ("" if tier.passed else "  （无人 · nobody）"))
        for target in tier.passed:
            speak.line(f"     – {_target(target)}")


def _tier(tier: Tier) -> str:
    chinese, english = TIERS.get(tier.kind, (tier.kind, tier.kind))
    return f"{chinese} · {english}" + (f"  {tier.name}" if tier.name else "")


def _target(target: Target) -> str:
    chinese, english = REASONS.get(target.reason, (target.reason, target.reason))
    detail = f" ({target.detail})" if target.detail else ""
    kind = " ".join(_KINDS.get(target.phone.kind, (target.phone.kind,)))
    return f"{target.phone.label} {mask(target.phone.number)} [{kind}]: {chinese} · {english}{detail}"
