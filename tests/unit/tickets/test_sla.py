"""The clocks of a ticket: when due, kept or missed, paused; and that nothing turns back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.levels import CATEGORIES, DEFAULT, levels_from
from tickets.sla import Clock, ClockState, Facts, Grading, Kind, Promise, clocks, find
from tickets.working_time import Pause

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
LEVELS = levels_from({"categories": {"general": {"resolution": "15 wd"}}})

moments = st.integers(0, 90 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
gradings = st.lists(
    st.builds(Grading, at=moments, category=st.sampled_from(list(CATEGORIES)), urgent=st.booleans()), max_size=3
)
spans = st.tuples(moments, moments).map(sorted).map(lambda pair: Pause(*pair))
cases = st.builds(
    Facts,
    opened_at=st.just(START),
    gradings=gradings.map(lambda later: (Grading(START), *later)),
    answered_at=st.none() | moments,
    promise=st.none() | st.builds(lambda at: Promise(at, at + 15 * MINUTE), moments),
    first_feedback_at=st.none() | moments,
    resolved_at=st.none() | moments,
    over_at=st.none() | moments,
    pauses=st.lists(spans, max_size=3).map(tuple),
)


def clock(facts: Facts, kind: Kind, now: datetime) -> Clock:
    found = find(clocks(facts, LEVELS, now), kind)
    assert found
    return found


@pytest.mark.parametrize(
    ("category", "urgent", "feedback", "resolution"),
    [
        ("danger", False, 2 * HOUR, DAY),
        ("utilities", False, 24 * HOUR, 3 * DAY),
        ("general", False, 7 * DAY, 21 * DAY),  # fifteen working days are three weeks here
        ("complex", False, 15 * DAY, 43 * DAY),  # six weeks and the Qingming Monday, 6 April
        ("general", True, 24 * HOUR, 3 * DAY),
    ],
)
def test_defaults_by_category_and_urgency(
    category: str, urgent: bool, feedback: timedelta, resolution: timedelta
) -> None:
    facts = Facts(START, gradings=(Grading(START, category, urgent),))  # type: ignore[arg-type]
    assert clock(facts, Kind.FIRST_FEEDBACK, START).due == START + feedback
    assert clock(facts, Kind.RESOLUTION, START).due == START + resolution


def test_a_human_within_fifteen_seconds() -> None:
    in_time = Facts(START, answered_at=START + timedelta(seconds=15))
    late = Facts(START, answered_at=START + timedelta(seconds=16))
    assert clock(in_time, Kind.ANSWER, START + DAY).state == ClockState.MET
    assert clock(late, Kind.ANSWER, START + DAY).state == ClockState.MISSED
    assert not clock(late, Kind.ANSWER, START + DAY).live


def test_a_missed_call_is_owed_until_somebody_talked_with_the_survivor() -> None:
    owed = Facts(START, promise=Promise(START, START + 15 * MINUTE))
    late = clock(owed, Kind.CALL_BACK, START + HOUR)
    assert (late.state, late.live, late.half) == (ClockState.MISSED, True, START + 7.5 * MINUTE)
    kept = replace(owed, promise=Promise(START, START + 15 * MINUTE, kept_at=START + 9 * MINUTE))
    assert clock(kept, Kind.CALL_BACK, START + HOUR).state == ClockState.MET
    assert find(clocks(Facts(START), LEVELS, START), Kind.CALL_BACK) is None


def test_a_clock_stands_still_while_the_survivor_is_awaited() -> None:
    waiting = Facts(START, pauses=(Pause(START + DAY),))
    paused = clock(waiting, Kind.FIRST_FEEDBACK, START + 3 * DAY)
    assert (paused.state, paused.waiting, paused.due) == (ClockState.PAUSED, True, START + 9 * DAY)
    back = Facts(START, pauses=(Pause(START + DAY, START + 3 * DAY),))
    again = clock(back, Kind.FIRST_FEEDBACK, START + 4 * DAY)
    assert (again.state, again.waiting, again.due) == (ClockState.RUNNING, False, START + 9 * DAY)
    assert clock(waiting, Kind.ANSWER, START).state == ClockState.RUNNING


def test_what_becomes_urgent_late_gets_the_urgent_time_from_then_on() -> None:
    facts = Facts(START, gradings=(Grading(START), Grading(START + 5 * DAY, urgent=True)))
    assert clock(facts, Kind.FIRST_FEEDBACK, START + 5 * DAY).due == START + 6 * DAY
    nearly_due = Facts(START, gradings=(Grading(START), Grading(START + 6.5 * DAY, urgent=True)))
    assert clock(nearly_due, Kind.FIRST_FEEDBACK, START + 6.5 * DAY).due == START + 7 * DAY


def test_calling_a_late_ticket_complex_does_not_make_it_timely() -> None:
    facts = Facts(START, gradings=(Grading(START), Grading(START + 8 * DAY, "complex")))
    assert clock(facts, Kind.FIRST_FEEDBACK, START + 9 * DAY).state == ClockState.MISSED
    in_time = Facts(START, gradings=(Grading(START), Grading(START + 6 * DAY, "complex")))
    assert clock(in_time, Kind.FIRST_FEEDBACK, START + 9 * DAY).due == START + 15 * DAY


def test_a_reopened_ticket_gets_a_new_time_to_be_solved() -> None:
    facts = Facts(START, reopened_at=START + 20 * DAY, first_feedback_at=START + DAY)
    again = clock(facts, Kind.RESOLUTION, START + 20 * DAY)
    assert (again.starts, again.live) == (START + 20 * DAY, True)
    assert clock(facts, Kind.FIRST_FEEDBACK, START + 20 * DAY).state == ClockState.MET


def test_a_merged_ticket_owes_nothing() -> None:
    facts = Facts(START, over_at=START + HOUR, promise=Promise(START, START + 2 * HOUR))
    for kind in (Kind.CALL_BACK, Kind.FIRST_FEEDBACK, Kind.RESOLUTION):
        void = clock(facts, kind, START + 99 * DAY)
        assert (void.state, void.live) == (ClockState.VOID, False)


def test_each_level_up_is_told_after_a_longer_step() -> None:
    promised = clock(Facts(START, promise=Promise(START, START + 10 * MINUTE)), Kind.CALL_BACK, START)
    steps = [(promised.escalates_at(level) - promised.due) / MINUTE for level in range(5)]
    assert steps == [0, 5, 15, 35, 75]
    solved = clock(Facts(START), Kind.RESOLUTION, START)
    assert solved.first_step == DAY


def test_a_due_time_in_a_year_without_calendar_says_so() -> None:
    late = datetime(2032, 12, 20, tzinfo=UTC)
    assert clock(Facts(late), Kind.RESOLUTION, late).assumed_years == (2032, 2033)
    assert clock(Facts(late), Kind.FIRST_FEEDBACK, late).assumed_years == ()
    assert clock(Facts(START), Kind.RESOLUTION, START).assumed_years == ()


@given(cases, moments)
def test_times_are_in_order(facts: Facts, now: datetime) -> None:
    for each in clocks(facts, LEVELS, now):
        assert each.starts <= each.half <= each.due
        steps = [each.escalates_at(level) for level in range(4)]
        assert steps[0] == each.due
        assert steps == sorted(set(steps))


@given(cases, spans, moments)
def test_a_pause_never_makes_a_due_time_earlier(facts: Facts, pause: Pause, now: datetime) -> None:
    more = replace(facts, pauses=(*facts.pauses, pause))
    for before, after in zip(clocks(facts, LEVELS, now), clocks(more, LEVELS, now), strict=True):
        assert after.due >= before.due
        assert after.half >= before.half or len(facts.gradings) > 1
        if before.state == ClockState.MET:
            assert after.state == ClockState.MET


@given(cases, moments, moments)
def test_what_is_settled_stays_settled(facts: Facts, one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    for before, after in zip(clocks(facts, LEVELS, early), clocks(facts, LEVELS, late), strict=True):
        assert after.due == before.due
        if before.state in (ClockState.MET, ClockState.MISSED, ClockState.VOID):
            assert after.state == before.state


@given(cases, moments, st.sampled_from(list(CATEGORIES)), st.booleans())
def test_a_new_grading_never_turns_the_clock_back(facts: Facts, now: datetime, category: str, urgent: bool) -> None:
    later = Grading(now, category, urgent)  # type: ignore[arg-type]
    kept = tuple(g for g in facts.gradings if g.at < now)
    graded = replace(facts, gradings=(*kept, later))
    for before, after in zip(
        clocks(replace(facts, gradings=kept or (Grading(START),)), LEVELS, now),
        clocks(graded, LEVELS, now),
        strict=True,
    ):
        if before.state == ClockState.RUNNING and before.live and now > START:
            assert after.due >= min(now, before.due)
            assert after.state == ClockState.RUNNING
        if not before.live and before.met_at is not None and before.met_at < now:
            assert after.state == before.state
        if before.state == ClockState.MISSED and before.due < now:
            assert after.state == ClockState.MISSED


@given(cases, moments)
def test_nothing_is_live_once_its_cause_is_gone(facts: Facts, now: datetime) -> None:
    done = replace(facts, resolved_at=facts.resolved_at or now, answered_at=facts.answered_at or now)
    assert not any(each.live for each in clocks(done, DEFAULT, now))
