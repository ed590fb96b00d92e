"""Seconds until a human takes a call: Monte-Carlo over the application's own routing, for several policies.

How people behave is assumed and written below; the plan, its seconds and its order are those of
``hotline.calls.routing``. Every policy meets the same people in the same mood (the same random numbers).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp
from random import Random
from uuid import UUID

from benchmarks.report import BAD, GOOD, INK, RESULTS, SOFT, Ratio, Result, drawn_text, svg
from hotline.calls.facts import BranchFacts, Facts, Phone, StationFacts
from hotline.calls.routing import ANNOUNCE_SECONDS, CHARACTERS_PER_SECOND, GREETING_SECONDS, make_plan
from hotline.directory.policy import DEFAULT_CHAIN, RoutingPolicy

CALLS = 20_000
NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
TAKES = {"duty": 0.80, "backup": 0.62, "village": 0.55, "neighbour": 0.55, "county": 0.70, "branch": 0.55}
"""Who takes a call that rings long enough and finds the telephone alive and free."""
DEAD, BUSY = 0.05, 0.06
"""A telephone that is off, or in use without our knowing: the carrier says so within a second."""
MEDIAN_SECONDS, SPREAD = 6.0, 0.55
"""Until somebody picks up (log-normal); the whisper and the key take another KEY_SECONDS."""
KEY_SECONDS = 3.0
RINGS = dict.fromkeys(DEFAULT_CHAIN, 8)
LONG = dict.fromkeys(DEFAULT_CHAIN, 25)
POLICIES: Mapping[str, tuple[RoutingPolicy, bool]] = {
    "默认 default": (RoutingPolicy(), False),
    "逐个振铃 one after another": (RoutingPolicy(simultaneous=False), False),
    "全部同时 all at once": (RoutingPolicy(most_targets=10), True),
    "每级 8 秒 short rings": (RoutingPolicy(ring_seconds=RINGS), False),
    "每级 25 秒 long rings": (RoutingPolicy(ring_seconds=LONG, limit_seconds=180), False),
    "三个邻站 three neighbours": (RoutingPolicy(neighbours=3), False),
}
"""Name -> policy, and whether the trunk rings at once as for urgent help."""
DEFAULT, SEQUENTIAL, AT_ONCE = list(POLICIES)[:3]


@dataclass(frozen=True)
class Outcome:
    """What became of a call: seconds to the key (None: it ended in a message), telephones that rang for nothing."""

    seconds: float | None
    disturbed: int


@dataclass(frozen=True)
class Mood:
    """What a telephone does in one call, whoever rings it."""

    silent: bool
    takes: bool
    pick_up: float


def run() -> Iterator[Result]:
    """Simulate every policy and draw them."""
    found = {name: _figures([_call(*POLICIES[name], Random(seed)) for seed in range(CALLS)]) for name in POLICIES}
    _draw(found)
    mine, one_by_one, at_once = found[DEFAULT], found[SEQUENTIAL], found[AT_ONCE]
    better = [name for name, other in found.items() if _beats(other, mine)]
    ratios = [
        Ratio("p90 to a human: default / one after another", round(mine["p90"] / one_by_one["p90"], 3), 1.0),
        Ratio("disturbed: default / all at once", round(mine["disturbed"] / at_once["disturbed"], 3), 0.5),
        Ratio("policies both faster and less disturbing than default", len(better), 0.5, detail={"which": better}),
        Ratio("share that reaches a human, default", round(mine["reached"], 4), 0.95, most=False),
    ]
    yield Result("time_to_human", "Time to a human, Monte-Carlo over the real routing", ratios, {"policies": found})


def _facts(policy: RoutingPolicy, urgent: bool) -> Facts:
    def phone(number: int, kind: str) -> Phone:
        return Phone("branch" if kind == "branch" else "handset", UUID(int=number), f"+86{number}", kind)

    def station(number: int, kind: str, handsets: int) -> StationFacts:
        phones = tuple(phone(number * 10 + n, kind if n == 0 else "backup") for n in range(handsets))
        return StationFacts(UUID(int=number), "龙港镇", phones, phones[0], phones[1] if handsets > 1 else None)

    near = tuple(station(3 + n, "neighbour", 1) for n in range(policy.neighbours))
    kinds = (("volunteer", "daily_life"), ("volunteer", "daily_life"), ("partner", "other"))
    branches = tuple(
        BranchFacts(phone(900 + n, "branch"), UUID(int=800 + n), "红星志愿队", kind, frozenset({served}), True)
        for n, (kind, served) in enumerate(kinds)
    )
    return Facts(NOW, policy, station(1, "duty", 2), station(2, "village", 1), near, station(9, "county", 2),
                 branches=branches, urgent=urgent)  # fmt: skip


def _call(policy: RoutingPolicy, urgent: bool, random: Random) -> Outcome:
    plan = make_plan(_facts(policy, urgent))
    draws = {number: (random.random(), random.random(), random.gauss(0, 1)) for number in _NUMBERS}
    clock, disturbed = float(GREETING_SECONDS), 0
    for place, tier in enumerate(plan.tiers):
        if place:
            clock += ANNOUNCE_SECONDS + len(tier.name) / CHARACTERS_PER_SECOND
        moods = [_mood(target.phone, draws[target.phone.number]) for target in tier.targets]
        picked = sorted(m.pick_up for m in moods if m.takes and not m.silent and m.pick_up <= tier.ring_seconds)
        rang = sum(not mood.silent for mood in moods)
        if picked:
            return Outcome(clock + picked[0] + KEY_SECONDS, disturbed + rang - 1)
        disturbed += rang
        clock += tier.ring_seconds if rang else 1.0
    return Outcome(None, disturbed)


def _mood(phone: Phone, draw: tuple[float, float, float]) -> Mood:
    silent, takes, pace = draw
    return Mood(silent < DEAD + BUSY, takes < TAKES[phone.label], MEDIAN_SECONDS * exp(SPREAD * pace))


def _figures(outcomes: list[Outcome]) -> dict[str, float]:
    """Those who reach nobody count as slower than all others."""
    waits = sorted(o.seconds if o.seconds is not None else float("inf") for o in outcomes)
    reached = sum(o.seconds is not None for o in outcomes)
    return {
        "median": round(waits[len(waits) // 2], 2), "p90": round(waits[len(waits) * 9 // 10], 2),
        "within_15": round(sum(w <= 15 for w in waits) / len(waits), 4), "reached": round(reached / len(waits), 4),
        "mean": round(statistics.fmean(o.seconds for o in outcomes if o.seconds is not None), 2),
        "disturbed": round(statistics.fmean(o.disturbed for o in outcomes), 3),
    }  # fmt: skip


def _beats(other: dict[str, float], mine: dict[str, float]) -> bool:
    """Faster and less disturbing, by more than chance, and no fewer reached."""
    return (
        other["p90"] < mine["p90"] - 0.5
        and other["disturbed"] < mine["disturbed"] - 0.02
        and other["reached"] >= mine["reached"] - 0.002
    )


def _draw(found: Mapping[str, dict[str, float]]) -> None:
    """Every policy by its p90 and by how many telephones ring for nothing: best is low and to the left."""
    left, top, wide, high = 60, 40, 560, 300
    most = 1.1 * max(f["disturbed"] for f in found.values()), 1.1 * max(f["p90"] for f in found.values())
    shapes = [
        drawn_text(12, 24, "纵：九成来电几秒内有人接 · seconds until 9 of 10 calls are taken"),
        drawn_text(left + wide, top + high - 8, "横：每次来电白响几部 · rung for nothing a call", "end", SOFT),
        f'<rect x="{left}" y="{top}" width="1" height="{high}" fill="{SOFT}"/>',
        f'<rect x="{left}" y="{top + high}" width="{wide}" height="1" fill="{SOFT}"/>',
    ]
    for part in (0.25, 0.5, 0.75, 1.0):
        shapes.append(drawn_text(left - 6, top + high * (1 - part) + 4, f"{most[1] * part:.0f} s", "end", SOFT))
        shapes.append(drawn_text(left + wide * part, top + high + 16, f"{most[0] * part:.1f}", "middle", SOFT))
    for place, (name, figures) in enumerate(found.items()):
        x, y = left + wide * figures["disturbed"] / most[0], top + high * (1 - figures["p90"] / most[1])
        fill = GOOD if name == DEFAULT else BAD if name == SEQUENTIAL else SOFT
        shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{fill}"/>')
        end = x > left + wide * 0.7
        shapes.append(
            drawn_text(x + (-10 if end else 10), y + (18 if place % 2 else -8), name, "end" if end else "start", INK)
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "time_to_human_policies.svg").write_text(svg(top + high + 30, shapes, 760))


def _everybody() -> list[str]:
    """Everybody who may ever be rung, in one order: the same draw is the same person under every policy."""
    facts = _facts(RoutingPolicy(neighbours=5), urgent=False)
    stations = (facts.station, facts.village, *facts.neighbours, facts.county)
    handsets = [phone.number for station in stations if station for phone in station.handsets]
    return [*handsets, *(branch.phone.number for branch in facts.branches)]


_NUMBERS = _everybody()
