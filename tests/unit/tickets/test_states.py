"""The life cycle: nothing leads to a state from which a ticket cannot be closed; the impossible is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.states import (
    ACTION_WORDS,
    FINAL,
    STATE_WORDS,
    TRANSITIONS,
    Action,
    ImpossibleError,
    State,
    after,
    possible,
)


def reachable(state: State) -> set[State]:
    seen, todo = {state}, [state]
    while todo:
        here = todo.pop()
        for action in possible(here):
            there = after(here, action)
            if there not in seen:
                seen.add(there)
                todo.append(there)
    return seen


@given(st.lists(st.sampled_from(Action)))
def test_no_sequence_of_events_leads_to_a_ticket_that_cannot_be_finished(actions: list[Action]) -> None:
    state = State.OPEN
    for action in actions:
        if action in possible(state):
            state = after(state, action)
    assert reachable(state) & FINAL


def test_every_state_can_be_reached_and_every_action_leads_somewhere() -> None:
    assert reachable(State.OPEN) == set(State)
    assert all(TRANSITIONS[action] for action in Action)


def test_the_impossible_is_refused_with_a_sentence_that_says_what_is_possible() -> None:
    with pytest.raises(ImpossibleError, match="可以：重新办理") as refused:
        after(State.CLOSED, Action.RESOLVE)
    assert "possible: reopen" in str(refused.value)


def test_every_state_and_action_has_words_in_both_languages() -> None:
    assert set(STATE_WORDS) == set(State)
    assert set(ACTION_WORDS) == set(Action)
    assert all(zh and en for zh, en in [*STATE_WORDS.values(), *ACTION_WORDS.values()])
