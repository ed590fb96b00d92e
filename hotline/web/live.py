"""Where a live call stands, in a sentence: who is being tried, who talks, since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.calls.models import Call, Leg
from hotline.calls.reasons import TIERS
from hotline.calls.states import LIVE, LegState
from hotline.web.language import _, language, words


@dataclass(frozen=True)
class Standing:
    """``tone``: ring, talk or wait. ``tier``: the tier being rung, 0 when none is."""

    tone: str
    text: str
    since: datetime
    tier: int = 0


def standing(call: Call, legs: Sequence[Leg]) -> Standing:
    """Return where a call that has not ended stands."""
    now_used = [leg for leg in legs if LegState(leg.state) in LIVE]
    talking = next((leg for leg in now_used if leg.state == LegState.ACCEPTED.value), None)
    if talking:
        return Standing("talk", _("正在通话：%(who)s", who=talking.label), talking.accepted_at or call.started_at)
    if now_used:
        text = _("%(tier)s 正在响铃：%(who)s", tier=tier_words(now_used[0]), who=joined(leg.label for leg in now_used))
        since = min((leg.rung_at for leg in now_used if leg.rung_at), default=call.started_at)
        return Standing("ring", text, since, now_used[0].tier)
    left = any(leg.state == LegState.PLANNED.value for leg in legs if leg.plan == call.plan)
    text = _("正在问候或转往下一级") if left else _("正在留言，或听留言说明")
    ends = (leg.ended_at for leg in legs if leg.ended_at)
    return Standing("wait", text, max(ends, default=call.started_at))


def tier_words(leg: Leg) -> str:
    """Return what a leg's tier is called."""
    return words(TIERS.get(leg.tier_kind, (leg.tier_kind, leg.tier_kind)))


def joined(names: Iterable[str]) -> str:
    """Return names as a list in a sentence."""
    return (", " if language() == "en" else "、").join(names)
