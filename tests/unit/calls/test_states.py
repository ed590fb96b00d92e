"""Reports on a leg come in any order, any number of times: the outcome is the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.states import LIVE, LegState, reported

words = st.sampled_from(
    ["initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "?"]
)


def reduce(before: LegState, reports: list[str]) -> LegState:
    for word in reports:
        before = reported(before, word) or before
    return before


@given(st.lists(words), words)
def test_a_repeated_report_changes_nothing(reports: list[str], last: str) -> None:
    once = reduce(LegState.DIALLING, [*reports, last])
    assert reduce(once, [last]) is once or (last == "completed" and once is LegState.ENDED)


@given(st.lists(words), st.lists(words))
def test_an_end_is_final(first: list[str], later: list[str]) -> None:
    state = reduce(LegState.DIALLING, first)
    if state not in LIVE:
        assert reduce(state, later) is state


def test_a_late_ringing_does_not_undo_a_pick_up() -> None:
    assert reduce(LegState.DIALLING, ["in-progress", "ringing"]) is LegState.PICKED_UP


def test_picked_up_without_a_key_is_not_answered() -> None:
    assert reduce(LegState.DIALLING, ["ringing", "in-progress", "completed"]) is LegState.SILENT


def test_an_accepted_leg_that_completes_is_ended() -> None:
    assert reported(LegState.ACCEPTED, "completed") is LegState.ENDED
