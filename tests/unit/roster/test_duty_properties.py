"""Whatever the roster: at every minute one person or a named gap, the same whichever way one asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.clock import SHANGHAI
from hotline.roster.duty import PatternFact, RoleRoster, Roster, gaps, on_duty, segments
from tests.unit.roster.rosters import BEGIN, HOUR, HOURS, PEOPLE, rosters

END = BEGIN + HOURS * HOUR
STATION = UUID(int=7)
Answer = tuple[UUID, str, UUID | None] | None


def named(first: RoleRoster) -> Roster:
    return Roster(STATION, first, RoleRoster(), {person: f"n{person.int}" for person in PEOPLE})


def counted(pattern: PatternFact, at: datetime) -> Answer:
    """Who a pattern names, found by counting its shifts one after the other from the first."""
    start = datetime.combine(pattern.start, pattern.at, SHANGHAI).astimezone(UTC)
    last = pattern.until and datetime.combine(pattern.until, datetime.min.time(), SHANGHAI).astimezone(UTC)
    for number in range(1000):
        if start > at or (last is not None and start >= last):
            return None
        if at < start + pattern.hours * HOUR:
            return pattern.staff_ids[number % len(pattern.staff_ids)], "pattern", pattern.handset_id
        start += pattern.every * HOUR
    raise AssertionError("the pattern lies too far back for this test")


def expected(roster: RoleRoster, at: datetime) -> Answer:
    """The rule in plain words: an override; else the shift, else the pattern, and then who swapped with them."""
    for piece in roster.overrides:
        if piece.start <= at < piece.end:
            return piece.staff_id, piece.source, piece.handset_id
    base: Answer = next(
        ((s.staff_id, s.source, s.handset_id) for s in roster.shifts if s.start <= at < s.end), None
    ) or next((found for p in roster.patterns if (found := counted(p, at))), None)
    if base is None:
        return None
    for swap in roster.swaps:
        if swap.giver == base[0] and swap.start <= at < swap.end:
            return swap.taker, "swap", base[2]
    return base


@given(rosters)
@settings(max_examples=60)
def test_every_hour_is_what_the_rule_says(roster: RoleRoster) -> None:
    for hour in range(HOURS):
        at = BEGIN + hour * HOUR
        first = on_duty(named(roster), at).first
        found = first and (first.staff_id, first.source, first.handset_id)
        assert found == expected(roster, at), at


@given(rosters)
@settings(max_examples=100)
def test_segments_tile_the_period_and_gaps_are_the_rest(roster: RoleRoster) -> None:
    found = segments(roster, BEGIN, END)
    assert found[0].start == BEGIN
    assert found[-1].end == END
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(one.start < one.end for one in found)
    missing = [(gap.start, gap.end) for gap in gaps(named(roster), BEGIN, END)]
    assert missing == [(one.start, one.end) for one in found if one.staff_id is None]


@given(rosters, st.integers(0, HOURS * 60 - 1))
@settings(max_examples=100)
def test_asking_for_a_minute_and_for_a_period_gives_the_same(roster: RoleRoster, minute: int) -> None:
    at = BEGIN + timedelta(minutes=minute)
    segment = next(one for one in segments(roster, BEGIN, END) if one.start <= at < one.end)
    first = on_duty(named(roster), at).first
    assert (first.staff_id if first else None) == segment.staff_id
    if first:
        assert at < first.until
        assert first.until <= segment.end or segment.end == END
        assert first.name == f"n{first.staff_id.int}"


@given(rosters, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_the_facts_does_not_matter(roster: RoleRoster, random: object) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        found = list(items)
        random.shuffle(found)  # type: ignore[attr-defined]
        return tuple(found)

    other = RoleRoster(*(shuffled(x) for x in (roster.patterns, roster.shifts, roster.overrides, roster.swaps)))  # type: ignore[arg-type]
    assert segments(other, BEGIN, END) == segments(roster, BEGIN, END)


@given(rosters, st.integers(1, HOURS - 1))
@settings(max_examples=60)
def test_a_period_may_be_read_in_two_halves(roster: RoleRoster, cut: int) -> None:
    middle = BEGIN + cut * HOUR
    whole = [one.staff_id for hour in range(HOURS) for one in segments(roster, BEGIN, END)
             if one.start <= BEGIN + hour * HOUR < one.end]  # fmt: skip
    halves = [*segments(roster, BEGIN, middle), *segments(roster, middle, END)]
    assert whole == [one.staff_id for hour in range(HOURS) for one in halves
                     if one.start <= BEGIN + hour * HOUR < one.end]  # fmt: skip
