"""One call as a page shows it: the 1+N chain tier by tier, each attempt with its reason, times and bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from hotline.calls.models import Call, Leg, Recording
from hotline.calls.queries import NORM_SECONDS
from hotline.calls.reasons import REASONS
from hotline.calls.states import LEG_WORDS, LegState
from hotline.vault import Vault
from hotline.web.axis import Axis, Bar, Mark, make_axis
from hotline.web.language import _, words
from hotline.web.live import Standing, standing, tier_words
from hotline.web.people import Names, masked

TAIL_SECONDS = 8
"""How much of the talking the axis shows; the rest goes on beyond it."""

_TONES = {
    LegState.ACCEPTED: "talk",
    LegState.ENDED: "talk",
    LegState.DIALLING: "ring",
    LegState.RINGING: "ring",
    LegState.PICKED_UP: "ring",
    LegState.FAILED: "bad",
    LegState.BUSY: "bad",
    LegState.DECLINED: "bad",
    LegState.SILENT: "bad",
    LegState.NO_ANSWER: "bad",
}


@dataclass(frozen=True)
class Attempt:
    """One telephone of the chain: rung or passed over, why, and what came of it. Seconds are since the call began."""

    label: str
    number: str
    reason: str
    result: str
    tone: str
    rung_at: datetime | None
    after: float | None
    rang: float | None
    accepted_after: float | None
    key: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Tier:
    """Telephones that were to ring at once. ``number`` 0: never came to ring."""

    number: int
    kind: str
    name: str
    ring_seconds: int
    attempts: Sequence[Attempt]


@dataclass(frozen=True)
class CallView:
    """A call: its facts, its seconds axis, its tiers rung, and those that were not needed or passed over."""

    call: Call
    number: int
    line: str
    station: str
    outcome: str
    tone: str
    standing: Standing | None
    waited: float | None
    talked: float | None
    lasted: float
    axis: Axis
    marks: Sequence[Mark]
    norm: float
    caller: Sequence[Bar]
    rung: Sequence[Tier]
    unused: Sequence[Tier]
    dropped: Sequence[Tier]


def call_view(
    vault: Vault, names: Names, call: Call, legs: Sequence[Leg], spoken: Sequence[Recording], now: datetime, number: int
) -> CallView:
    """Return a call as it is shown; ``number`` counts the calls of its ticket."""
    end = call.ended_at or now
    axis = make_axis(call.started_at, _last(call, end))
    tiers = list(_tiers(_Reader(vault, call, axis, now), legs))
    current = [tier for plan, tier in tiers if plan == call.plan]
    accepted = call.accepted_at if call.accepted_leg_id else None
    outcome, tone = _outcome(call)
    return CallView(
        call=call,
        number=number,
        line=names.line(call.line_id),
        station=names.station(call.station_id),
        outcome=outcome,
        tone=tone,
        standing=None if call.ended_at else standing(call, legs),
        waited=(accepted - call.started_at).total_seconds() if accepted else None,
        talked=(end - accepted).total_seconds() if accepted else None,
        lasted=(end - call.started_at).total_seconds(),
        axis=axis,
        marks=axis.marks(),
        norm=axis.place(NORM_SECONDS),
        caller=_caller(axis, call, spoken, end),
        rung=[tier for _plan, tier in tiers if _was_rung(tier)],
        unused=[tier for tier in current if not _was_rung(tier)],
        dropped=[tier for plan, tier in tiers if plan != call.plan and not _was_rung(tier)],
    )


@dataclass(frozen=True)
class _Reader:
    vault: Vault
    call: Call
    axis: Axis
    now: datetime

    def attempt(self, leg: Leg) -> Attempt:
        state = LegState(leg.state)
        done = self.call.ended_at is not None or self.call.accepted_leg_id is not None
        planned = state is LegState.PLANNED
        reason = words(REASONS.get(leg.reason, (leg.reason, leg.reason)))
        quiet = leg.picked_up_at or leg.accepted_at or leg.ended_at or self.now
        return Attempt(
            label=leg.label,
            number=masked(self.vault, leg.number_sealed),
            reason=reason,
            result=_("未用到") if planned and done else words(LEG_WORDS[state]),
            tone="quiet" if planned or leg.rung_at is None else _TONES.get(state, "quiet"),
            rung_at=leg.rung_at,
            after=self._seconds(leg.rung_at),
            rang=max(0.0, (quiet - leg.rung_at).total_seconds()) if leg.rung_at else None,
            accepted_after=self._seconds(leg.accepted_at),
            key=leg.key,
            bars=self.axis.leg(leg.rung_at, leg.picked_up_at, leg.accepted_at, leg.ended_at, self.now),
        )

    def _seconds(self, at: datetime | None) -> float | None:
        return (at - self.call.started_at).total_seconds() if at else None


def _tiers(reader: _Reader, legs: Sequence[Leg]) -> Iterator[tuple[int, Tier]]:
    """Yield (plan, tier) in the order they were to ring; tiers that never could ring come with number 0."""
    for (plan, number, _kind), group in groupby(legs, key=lambda leg: (leg.plan, leg.tier, leg.tier_kind)):
        rows = list(group)
        first = rows[0]
        attempts = [reader.attempt(leg) for leg in rows]
        yield plan, Tier(number, tier_words(first), first.tier_name, first.ring_seconds, attempts)


def _was_rung(tier: Tier) -> bool:
    return any(attempt.rung_at for attempt in tier.attempts)


def _last(call: Call, end: datetime) -> datetime:
    """The end of what the axis shows: the whole search, and of the talking only a little."""
    if call.accepted_at is None or call.accepted_leg_id is None:
        return end
    search = call.accepted_at - call.started_at
    return min(end, call.accepted_at + max(timedelta(seconds=TAIL_SECONDS), search * 0.4))


def _caller(axis: Axis, call: Call, spoken: Sequence[Recording], end: datetime) -> Sequence[Bar]:
    accepted = call.accepted_at if call.accepted_leg_id else None
    messages = [(r.at - timedelta(seconds=r.seconds), r.at) for r in spoken if r.kind == "message"]
    bars = [
        axis.bar("wait", call.started_at, accepted or min((m[0] for m in messages), default=end), end),
        axis.bar("talk", accepted, call.ended_at, end),
        *(axis.bar("message", begins, ends, end) for begins, ends in messages),
    ]
    return [bar for bar in bars if bar]


def _outcome(call: Call) -> tuple[str, str]:
    if call.ended_at is None:
        return (_("通话中"), "talk") if call.accepted_leg_id else (_("正在接通"), "ring")
    return {
        "answered": (_("已接通"), "talk"),
        "message": (_("已留言"), "warn"),
        "abandoned": (_("未接通"), "bad"),
        "told": (_("听完进度后挂断"), "talk"),
        "unconfirmed": (_("未确认真人接听"), "warn"),
    }.get(call.outcome, (_("已结束"), "quiet"))
