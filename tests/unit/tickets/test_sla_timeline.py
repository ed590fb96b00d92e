"""A ticket's history read as the facts of its clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tickets.levels import DEFAULT
from tickets.sla import Grading, Promise, clocks
from tickets.states import Action
from tickets.timeline import Entry, Happened, Step, read
from tickets.working_time import Pause

START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def entry(minute: int, kind: str, **data: Any) -> Entry:
    return Entry(START + minute * MINUTE, kind, data)


def promised(minute: int, by: int) -> Entry:
    return entry(minute, Happened.PROMISED, by=(START + by * MINUTE).isoformat())


def test_the_earlier_of_two_promises_stands_and_a_talk_keeps_it() -> None:
    history = [promised(1, 16), promised(3, 8), promised(4, 19)]
    assert read(START, history).facts.promise == Promise(START + MINUTE, START + 8 * MINUTE)
    kept = read(START, [*history, entry(6, Action.ANSWER)]).facts
    assert kept.promise == Promise(START + MINUTE, START + 8 * MINUTE, START + 6 * MINUTE)
    assert kept.answered_at == START + 6 * MINUTE


def test_a_second_missed_call_is_a_new_promise() -> None:
    facts = read(START, [promised(1, 16), entry(6, Action.ANSWER), promised(30, 45)]).facts
    assert facts.promise == Promise(START + 30 * MINUTE, START + 45 * MINUTE)


def test_whoever_speaks_with_us_is_no_longer_awaited() -> None:
    waiting = [entry(1, Happened.AWAITED), entry(2, Happened.AWAITED)]
    assert read(START, waiting).facts.pauses == (Pause(START + MINUTE),)
    for kind in (Happened.BACK, Action.ANSWER, "answered_late", Action.RESOLVE):
        back = read(START, [*waiting, entry(5, kind)]).facts
        assert back.pauses == (Pause(START + MINUTE, START + 5 * MINUTE),)


def test_an_urgent_category_keeps_both() -> None:
    history = [entry(1, Happened.CLASSIFIED, category="utilities"), entry(2, Happened.URGENT)]
    assert read(START, history, urgent=True).facts.gradings == (
        Grading(START),
        Grading(START + MINUTE, "utilities"),
        Grading(START + 2 * MINUTE, "utilities", True),
    )
    assert read(START, [], urgent=True).facts.gradings == (Grading(START, urgent=True),)


def test_resolving_tells_the_survivor_and_reopening_starts_again() -> None:
    history = [entry(5, Action.RESOLVE), entry(6, Action.CLOSE)]
    done = read(START, history).facts
    assert (done.first_feedback_at, done.resolved_at, done.over_at) == (
        START + 5 * MINUTE,
        START + 5 * MINUTE,
        START + 6 * MINUTE,
    )
    again = read(START, [*history, entry(9, Action.REOPEN)]).facts
    assert (again.first_feedback_at, again.resolved_at, again.over_at) == (START + 5 * MINUTE, None, None)
    assert again.reopened_at == START + 9 * MINUTE


def test_the_steps_a_clock_took_are_remembered() -> None:
    step = {"clock": "call_back", "starts": START.isoformat(), "step": "due", "level": 1, "due": "whenever"}
    assert read(START, [entry(5, Happened.STEP, **step)]).steps == {Step("call_back", START.isoformat(), "due", 1)}


entries = st.lists(
    st.tuples(
        st.integers(0, 100_000),
        st.sampled_from(
            [
                *Action,
                "urgent",
                "call_back_promised",
                "classified",
                "survivor_awaited",
                "survivor_back",
                "survivor_told",
                "noise",
            ]
        ),
    ),
    max_size=12,
).map(sorted)


@given(entries, st.integers(0, 200_000))
def test_any_history_can_be_read_and_has_clocks(raw: list[tuple[int, str]], minutes: int) -> None:
    history = [entry(at, kind, category="complex", by=(START + (at + 15) * MINUTE).isoformat()) for at, kind in raw]
    facts = read(START, history).facts
    for clock in clocks(facts, DEFAULT, START + minutes * MINUTE):
        assert clock.starts <= clock.half <= clock.due
        assert not clock.live or facts.over_at is None
