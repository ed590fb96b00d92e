"""Feedback: two questions by key or none at all, and what is not solved is taken up again."""

from __future__ import annotations

import pytest

from ivr_flows.flows import FLOWS
from tests.flows.phone import BOOK, CHAIN, LANGUAGES, facts, play

FLOW = FLOWS["feedback"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("key", "rating"), [("1", "satisfied"), ("2", "mostly"), ("3", "not")])
@pytest.mark.parametrize(("second", "solved"), [("1", "yes"), ("2", "no")])
def test_two_keys_and_a_spoken_word(key: str, rating: str, second: str, solved: str, language: str) -> None:
    call = play(FLOW, facts(language=language), key + second, (), talk=6)
    assert call.effects == [f"rating/{rating}", f"solved/{solved}", "word/6"]
    assert call.heard[-1] == BOOK.text("feedback.thanks", language) and call.end == "Leave"


def test_what_is_reopened_is_promised_to_be_taken_up() -> None:
    call = play(FLOW, facts(), "32", (), raises={"solved": "reopened"})
    assert call.heard[-1] == BOOK.text("feedback.again", "zh-CN")


def test_whoever_presses_nothing_may_say_it() -> None:
    assert play(FLOW, facts(), (), (), talk=9).effects == ["word/9"]
    silent = play(FLOW, facts(), (), ())
    assert silent.effects == [] and silent.heard[-1] == BOOK.text("feedback.quiet", "zh-CN")


def test_a_wrong_key_asks_again_without_the_greeting() -> None:
    call = play(FLOW, facts(), "7#15", (), talk=3)
    assert call.effects == ["rating/satisfied", "word/3"]
    assert call.heard.count(BOOK.text("feedback.rating", "zh-CN")) == 3


@pytest.mark.parametrize("keys", ["0", "10"])
def test_zero_is_a_human_here_too(keys: str) -> None:
    assert play(FLOW, facts(), keys, CHAIN, taken_by=0).rung == ["duty"]
