"""The 1+N plan: whom to ring, in which order, for how long, and why; and whom not. Pure (Q21 s.12-14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from hotline.calls.facts import BranchFacts, Facts, Phone, StationFacts
from hotline.directory.policy import TierKind

GREETING_SECONDS = 7
"""Seconds before the first ring: a greeting under 6 s and the moment in which a key may be pressed."""
ANNOUNCE_SECONDS = 3
"""Seconds in which the caller is told that somebody else is being tried; the name comes on top."""
CHARACTERS_PER_SECOND = 4.5
"""How fast a name is spoken."""
SHORTEST_RING_SECONDS = 5
"""Carriers refuse a shorter ring."""


@dataclass(frozen=True)
class Target:
    """A telephone with the reason for which it is rung or passed over."""

    phone: Phone
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Tier:
    """Telephones that ring at once, and those that were considered and passed over."""

    kind: str
    name: str
    ring_seconds: int
    targets: tuple[Target, ...]
    passed: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The tiers to try before a message is taken; an empty plan goes to the message at once."""

    tiers: tuple[Tier, ...]
    skipped: tuple[Tier, ...] = ()
    """Tiers that came out empty or for which no time is left, with whom they passed over."""

    def seconds(self) -> int:
        """Return the longest way to the message, in seconds from the first webhook."""
        return GREETING_SECONDS + sum(_cost(i, tier, tier.ring_seconds) for i, tier in enumerate(self.tiers))


@dataclass(frozen=True)
class _Draft:
    kind: TierKind
    name: str
    wanted: tuple[Target, ...]
    shown: str = ""


def make_plan(facts: Facts) -> Plan:
    """Return the plan for a call: never a number twice, never the caller's own, never beyond the limit."""
    drafts = list(_drafts(facts))
    if facts.urgent:
        drafts = _all_at_once(drafts, facts)
    elif not facts.policy.simultaneous:
        drafts = [replace(d, wanted=(t,)) for d in drafts for t in d.wanted]
    seen = set() if facts.policy.ring_again else set(facts.tried)
    tiers: list[Tier] = []
    skipped: list[Tier] = []
    for draft in drafts:
        tier = _settle(draft, facts, seen)
        (tiers if tier.targets else skipped).append(tier)
    return _within_limit(tiers, skipped, facts)


def _drafts(facts: Facts) -> Iterator[_Draft]:
    """Yield the tiers in the policy's order; a chosen branch or a branch's own line comes first."""
    chain = list(facts.policy.chain)
    leading: TierKind | None = None
    if facts.flow == "volunteer" or facts.need:
        leading = "volunteer"
    elif facts.flow == "partner" or facts.domain:
        leading = "partner"
    if leading and not facts.urgent:
        chain = [leading, *(kind for kind in chain if kind != leading)]
    for kind in chain:
        yield from _draft(kind, facts)


def _draft(kind: TierKind, facts: Facts) -> Iterator[_Draft]:
    station, county = facts.station, facts.county
    if kind == "duty":
        wanted = []
        if facts.cut_off:
            wanted.append(Target(facts.cut_off, "cut_off"))
        if facts.paired:
            wanted.append(Target(facts.paired, "paired" if facts.paired_on_duty else "not_on_duty"))
        both = _backup(station, "unconfirmed") if station.unconfirmed else ()
        yield _Draft(kind, station.name, (*wanted, *_first(station, "duty"), *both))
    elif kind == "backup":
        village = _first(facts.village, "village") if facts.village else ()
        name = facts.village.name if facts.village and not _backup(station) else station.name
        yield _Draft(kind, name, (*_backup(station), *village))
    elif kind == "neighbour":
        near = facts.neighbours
        wanted = [t for s in near for t in _first(s, "neighbour")]
        yield _Draft(kind, near[0].name if near else "", tuple(wanted))
    elif kind == "county" and county:
        yield _Draft(kind, county.name, (*_first(county, "county"), *_backup(county, "county")))
    elif kind in ("volunteer", "partner"):
        yield from _branches(kind, facts)


def _first(station: StationFacts, reason: str) -> tuple[Target, ...]:
    """The person on duty; without a roster the station's handset, which always exists."""
    if station.first:
        return (Target(station.first, reason, station.name),)
    if station.handsets:
        return (Target(station.handsets[0], "handset" if reason == "duty" else reason, station.name),)
    return ()


def _backup(station: StationFacts, reason: str = "backup") -> tuple[Target, ...]:
    if station.backup:
        return (Target(station.backup, reason, station.name),)
    return tuple(Target(phone, reason, station.name) for phone in station.handsets[1:2])


def _branches(kind: TierKind, facts: Facts) -> Iterator[_Draft]:
    """The lines of a kind, the called owner's first; those closed or for something else are passed over."""
    default = facts.policy.default_need if kind == "volunteer" else facts.policy.default_domain
    chosen = facts.need if kind == "volunteer" else facts.domain
    sought = "urgent" if facts.urgent and kind == "volunteer" else chosen or default

    def target(branch: BranchFacts) -> Target:
        called = branch.owner_id == facts.called_owner
        reason = "called_line" if called else "team" if kind == "volunteer" else "partner"
        if not branch.open:
            reason = "closed"
        elif not called and sought not in branch.serves:
            reason = "other_need"
        return Target(branch.phone, reason, branch.owner)

    ours = [b for b in facts.branches if b.kind == kind]
    ours.sort(key=lambda b: (b.owner_id != facts.called_owner, b.priority, b.owner, str(b.phone.id)))
    targets = tuple(target(b) for b in ours)
    rung = [t for t in targets if t.reason not in _NEVER]
    yield _Draft(kind, rung[0].detail if rung else "", targets)


def _all_at_once(drafts: list[_Draft], facts: Facts) -> list[_Draft]:
    """Urgent help: the whole trunk rings at once, the branches follow."""
    trunk = [d for d in drafts if d.kind not in ("volunteer", "partner")]
    branches = [d for d in drafts if d.kind in ("volunteer", "partner")]
    wanted = tuple(t for d in trunk for t in d.wanted)
    return [_Draft("duty", facts.station.name, wanted, shown="urgent"), *branches]


_NEVER = frozenset({"closed", "other_need", "not_on_duty"})


def _settle(draft: _Draft, facts: Facts, seen: set[str]) -> Tier:
    """Decide for each wanted telephone of a tier whether it rings, and remember the numbers that do."""
    most = 10 if draft.shown == "urgent" else facts.policy.most_targets
    rung: list[Target] = []
    passed: list[Target] = []
    for target in sorted(draft.wanted, key=lambda t: t.phone.state == "suspect"):
        why = _against(target, facts, seen, len(rung) >= most)
        if why:
            passed.append(replace(target, reason=why))
        else:
            rung.append(target)
            seen.add(target.phone.number)
    seconds = facts.policy.seconds(draft.kind)
    return Tier(draft.shown or draft.kind, draft.name, seconds, tuple(rung), tuple(passed))


def _against(target: Target, facts: Facts, seen: set[str], full: bool) -> str:
    """Return the reason not to ring a telephone, or an empty string."""
    phone = target.phone
    if target.reason in _NEVER:
        return target.reason
    if not phone.number:
        return "unreachable"
    if phone.number == facts.caller:
        return "own_number"
    if phone.number in seen:
        return "already"
    if phone.state == "dead":
        return "dead"
    if phone.busy and not phone.own_queue:
        return "busy"
    return "too_many" if full else ""


def _cost(index: int, tier: Tier, ring_seconds: int) -> int:
    """Return the seconds a tier takes; the first needs no announcement, the greeting has just spoken."""
    if index == 0:
        return ring_seconds
    return ring_seconds + ANNOUNCE_SECONDS + ceil(len(tier.name) / CHARACTERS_PER_SECOND)


def _within_limit(tiers: list[Tier], skipped: list[Tier], facts: Facts) -> Plan:
    """Shorten the rings evenly until the way to the message fits; drop the last tiers if it still does not."""
    room = facts.policy.limit_seconds - GREETING_SECONDS
    kept = list(tiers)
    while kept and sum(_cost(i, t, SHORTEST_RING_SECONDS) for i, t in enumerate(kept)) > room:
        dropped = kept.pop()
        late = tuple(replace(t, reason="no_time") for t in dropped.targets)
        skipped.append(replace(dropped, targets=(), passed=(*late, *dropped.passed)))
    over = sum(_cost(i, t, t.ring_seconds) for i, t in enumerate(kept)) - room
    while kept and over > 0:
        longest = max(range(len(kept)), key=lambda i: (kept[i].ring_seconds, i))
        kept[longest] = replace(kept[longest], ring_seconds=kept[longest].ring_seconds - 1)
        over -= 1
    return Plan(tuple(kept), tuple(skipped))
