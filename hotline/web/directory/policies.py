"""The form of a routing policy: each setting explained, and beside it what it would change for a call right now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hotline.calls.explain import facts_from
from hotline.calls.reasons import TIERS
from hotline.calls.routing import Plan, make_plan
from hotline.directory.importing.lines import flaws
from hotline.directory.models import Line, Station, Tenant
from hotline.directory.policy import DEFAULT_CHAIN, RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web.lab.asked import LIMITS
from hotline.web.language import N_, _, words
from hotline.web.webhooks import exchange

PREFIX, RING = "data.", "data.ring."
EXPLAINED: Mapping[str, tuple[str, str]] = {
    "chain": (N_("接续次序"), N_("从上到下一级一级地找；不写的一级跳过。")),
    "ring_seconds": (N_("振铃秒数"), N_("每一级最多响多久，5 到 60 秒。")),
    "limit_seconds": (N_("转留言前最长秒数"), N_("从第一声振铃到请来电人留言，最多这么久。")),
    "simultaneous": (N_("同一级同时振铃"), N_("否：同一级里一个接一个地响。")),
    "most_targets": (N_("每级最多同时振铃"), N_("一级里最多响几部手机，运营商最多 10 部。")),
    "ring_again": (N_("同一号码可再响一次"), N_("一次来电中，响过的号码还能不能再响。")),
    "neighbours": (N_("找几个相邻站"), N_("本站没人接时，最多找几个相邻站。")),
    "default_need": (N_("没选需求时"), N_("来电人没按键选择时，按哪一种需求找志愿者。")),
    "default_domain": (N_("没选领域时"), N_("来电人没按键选择时，按哪一个领域找爱心单位。")),
    "cut_off_minutes": (N_("掉线多少分钟内找原人"), N_("通话断了，这段时间内再打来，先找刚才那个人。")),
    "callback_minutes": (N_("未接来电几分钟内回电"), N_("没接到的来电，最迟多少分钟打回去。")),
    "urgent_callback_minutes": (N_("紧急来电几分钟内回电"), N_("同上，紧急来电。")),
}
"""Setting -> its name and what it does."""
_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {"default_need": NEEDS, "default_domain": DOMAINS}


@dataclass(frozen=True)
class Setting:
    """One setting of the form. ``default`` is what holds while it is left empty."""

    name: str
    label: str
    help: str
    value: str
    default: str
    options: Sequence[tuple[str, str]] = ()
    wrong: str = ""


@dataclass(frozen=True)
class Compared:
    """What a call on a line, right now, at a station would go through: as things are, and as they would be."""

    station: Station
    now: Plan
    then: Plan
    lab: Mapping[str, str]
    """The questions of the routing lab with the settings that it can try."""


def read(form: MultiDict[str, str]) -> str | None:
    """Return the settings of a form as the text of a workbook's cell; None for a form that has none."""
    if not any(name.startswith(PREFIX) for name in form):
        return None
    found: dict[str, Any] = {}
    for name in RoutingPolicy.model_fields:
        text = form.get(PREFIX + name, "").strip()
        if text:
            found[name] = text
    if chain := [tier for tier in form.getlist(f"{PREFIX}chain") if tier]:
        found["chain"] = chain
    rings = {tier: form.get(RING + tier, "").strip() for tier in DEFAULT_CHAIN}
    if any(rings.values()):  # a table with gaps would ring the others for ten seconds
        defaults = RoutingPolicy().ring_seconds
        found["ring_seconds"] = {tier: rings[tier] or str(defaults[tier]) for tier in DEFAULT_CHAIN}
    dumped: str = yaml.safe_dump(found, default_flow_style=True, allow_unicode=True, width=10**6)
    return dumped.strip()


def settings(text: str) -> list[Setting]:
    """Return the settings of a policy's text, each with what is wrong with it; chain and rings are apart."""
    data, wrong, plain = parsed(text), flaws(parsed(text)), RoutingPolicy()
    found = []
    for name in EXPLAINED:
        if name in ("chain", "ring_seconds"):
            continue
        default = getattr(plain, name)
        yes = [("true", _("是")), ("false", _("否"))] if isinstance(default, bool) else ()
        options = [(code, words(pair)) for code, pair in _WORDS.get(name, {}).items()] or yes
        known = dict(options).get(str(default).lower() if yes else str(default), str(default))
        value = str(data.get(name, "")).lower() if yes else str(data.get(name, ""))
        found.append(Setting(name, *_explained(name), value, known, options, wrong.get(name, "")))
    return found


def chain(text: str) -> Setting:
    """Return the order of the tiers; its value is their codes with blanks between."""
    data = parsed(text)
    options = [(code, words(TIERS[code])) for code in DEFAULT_CHAIN]
    default = " → ".join(name for _code, name in options)
    value = " ".join(data.get("chain", ()))
    return Setting("chain", *_explained("chain"), value, default, options, flaws(data).get("chain", ""))


def rings(text: str) -> list[Setting]:
    """Return how long each tier rings."""
    data, defaults = parsed(text), RoutingPolicy().ring_seconds
    wrong, given = flaws(data), data.get("ring_seconds", {})
    return [
        Setting(
            f"ring.{tier}", words(TIERS[tier]), "", str(given.get(tier, "")), str(defaults[tier]),
            wrong=wrong.get(f"ring_seconds.{tier}", ""),
        )
        for tier in DEFAULT_CHAIN
    ]  # fmt: skip


def compare(session: Session, tenant: Tenant, station: Station | None, text: str) -> Compared | None:
    """Return what the settings would change for a call right now; None while they are wrong or nothing can be rung."""
    data = parsed(text)
    lines = select(Line).where(Line.tenant_id == tenant.id, Line.active, Line.flow == "main").order_by(Line.code)
    line = session.scalars(lines).first()
    below = select(Station).where(Station.tenant_id == tenant.id, Station.active)
    home = station or session.scalars(below.where(Station.level == 1).order_by(Station.code)).first()
    if line is None or home is None or flaws(data):
        return None
    x = exchange()
    facts = facts_from(session, x.vault, line, x.clock(), home=home.id)
    changed = replace(facts, policy=RoutingPolicy.model_validate(data))
    asked = {name: str(data[name]) for name in LIMITS if name in data}
    asked |= {f"ring_{tier}": str(seconds) for tier, seconds in data.get("ring_seconds", {}).items()}
    lab = {"tenant": tenant.code, "station": home.code, "line": line.code, **asked}
    return Compared(home, make_plan(facts), make_plan(changed), lab)


def parsed(text: str) -> dict[str, Any]:
    """Return the settings as texts; nothing where the text is none."""
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  (texts only)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _explained(name: str) -> tuple[str, str]:
    label, help_ = EXPLAINED[name]
    return _(label), _(help_)
