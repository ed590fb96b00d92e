"""The rules of keeping people and handsets true: who may be rung when, and what a change means to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.keeping.rules import (
    SPACING,
    News,
    Period,
    cannot_wait,
    earliest,
    first_turns,
    is_evening,
    may_ask,
    news_for,
    slot,
    spoken_until,
    tomorrow,
    within,
)
from hotline.clock import SHANGHAI, local
from hotline.roster.duty import RoleRoster, Roster, covering
from tests.unit.roster.rosters import ANN, BO, rosters, wall

QUIET = "22:00-07:00"
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))
STATION = UUID(int=7)


def at(text: str) -> datetime:
    return wall(f"2026-11-23 {text}")


@pytest.mark.parametrize(
    ("now", "began", "allowed"),
    [
        ("08:00", "08:00", True),
        ("22:00", "21:58", False),
        ("21:59", "21:58", True),
        ("23:00", "23:00", True),
        ("00:05", "00:00", True),
        ("06:59", "06:55", True),
        ("07:00", "06:55", True),
    ],
)
def test_nobody_is_rung_at_night_to_confirm_what_began_by_day(now: str, began: str, allowed: bool) -> None:
    assert may_ask(at(now), at(began), QUIET) is allowed
    assert may_ask(at(now), at(began), ""), "without quiet hours always"


@given(moments, st.integers(0, 90))
def test_a_call_in_the_quiet_hours_is_for_a_duty_that_began_in_them(now: datetime, minutes: int) -> None:
    began = now - timedelta(minutes=minutes)
    night = [local(m).hour >= 22 or local(m).hour < 7 for m in (now, began)]
    assert may_ask(now, began, QUIET) is (not night[0] or night[1])


@given(moments)
def test_hours_for_tests_are_local_and_none_means_never(now: datetime) -> None:
    assert within(now, "10:00-16:00") is (10 <= local(now).hour < 16)
    assert not within(now, "")


@given(st.lists(st.integers(0, 600), max_size=30), st.integers(0, 600))
def test_a_slot_keeps_its_distance_and_comes_no_sooner_than_wanted(seconds: list[int], wanted: int) -> None:
    start = at("08:00")
    taken = [start + timedelta(seconds=s) for s in seconds]
    found = slot(taken, start + timedelta(seconds=wanted))
    assert found >= start + timedelta(seconds=wanted)
    assert all(abs(found - other) >= SPACING for other in taken)


@given(st.lists(st.integers(0, 300), max_size=20))
def test_calls_ordered_one_after_the_other_are_never_more_than_five_a_minute(seconds: list[int]) -> None:
    taken: list[datetime] = []
    for second in seconds:
        taken.append(slot(taken, at("08:00") + timedelta(seconds=second)))
    assert all(b - a >= SPACING for a, b in pairwise(sorted(taken)))
    assert timedelta(minutes=1) // SPACING <= 5


@given(rosters, st.integers(0, 4))
def test_who_is_told_of_tomorrow_begins_then_and_was_not_on_duty_before(layers: RoleRoster, day: int) -> None:
    when = date(2027, 2, 2) + timedelta(days=day)
    turns = first_turns(Roster(STATION, first=layers), when)
    assert len({turn.staff_id for turn in turns}) == len(turns)
    for turn in turns:
        assert local(turn.start).date() == when
        piece, before = covering(layers, turn.start), covering(layers, turn.start - timedelta(seconds=1))
        assert piece is not None and piece.staff_id == turn.staff_id
        assert before is None or before.staff_id != turn.staff_id


def test_the_evening_is_from_six_on_and_tomorrow_is_local() -> None:
    assert [is_evening(at(t)) for t in ("17:59", "18:00", "20:29", "20:30")] == [False, True, True, False]
    assert tomorrow(at("00:10")) == date(2026, 11, 24)


def move(staff: UUID, kind: str, start: str, end: str) -> dict[str, str]:
    return {"staff": str(staff), "kind": kind, "from": f"2026-11-24 {start}", "to": f"2026-11-24 {end}"}


def test_what_a_change_means_depends_on_whom_one_asks() -> None:
    data = {"moves": [move(ANN, "lost", "08:00", "12:00"), move(BO, "gained", "08:00", "12:00")]}
    span = Period(wall("2026-11-24 08:00"), wall("2026-11-24 12:00"))
    assert news_for(str(ANN), "override", data) == News("shift_lifted", span)
    assert news_for(str(BO), "override", data) == News("shift_changed", span)
    assert news_for(str(STATION), "override", data) is None


def test_a_handover_is_no_news_and_a_refusal_is_told_to_whoever_asked() -> None:
    span = {"from": "2026-11-24 08:00", "to": "2026-11-24 12:00"}
    refused = {"moves": [], "after": {"giver_id": str(ANN)}, **span}
    assert news_for(str(BO), "handover", {"tickets": 2}) is None
    assert news_for(str(ANN), "swap_refused", refused) is not None
    assert news_for(str(BO), "swap_refused", refused) is None
    asked = news_for(str(BO), "swap_asked", span)
    assert asked and asked.template == "swap_asked"


def test_of_several_news_the_duty_one_has_gained_comes_first() -> None:
    lost = News("shift_lifted", Period(at("08:00"), at("12:00")))
    soon, later = (News("shift_changed", Period(at(t), at("23:00"))) for t in ("14:00", "18:00"))
    assert earliest([lost, later, soon]) is soon
    assert earliest([lost]) is lost


@pytest.mark.parametrize(
    ("what", "start", "urgent"),
    [
        ("override", "2026-11-24 12:00", False),
        ("override", "2026-11-24 08:15", True),
        ("override", "2026-11-23 23:00", True),
        ("takeover", "2026-11-26 08:00", True),
    ],
)
def test_at_night_only_what_begins_before_people_are_rung_is_told(what: str, start: str, urgent: bool) -> None:
    period = Period(wall(start), wall(start) + timedelta(hours=12))
    assert cannot_wait(what, period, at("22:30"), "21:00-08:00") is urgent


def test_the_end_of_a_shift_as_it_is_said() -> None:
    now = at("08:00")
    said = {end: spoken_until(datetime.fromisoformat(end).replace(tzinfo=SHANGHAI), now, "zh-CN") for end in ENDS}
    assert said == ENDS
    assert spoken_until(wall("2026-11-24 08:00"), now, "en") == "tomorrow 08:00"
    assert spoken_until(wall("2026-11-30 08:00"), now, "en") == "30 November 08:00"


ENDS = {"2026-11-23 20:30": "20点30分", "2026-11-24 08:00": "明天8点", "2026-11-30 08:00": "11月30日8点"}
