"""The whisper: only a human's key takes the call, and everything useful is said in one breath."""

from __future__ import annotations

import pytest

from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Ask, Begin, Facts, Leave, Position, Silence
from ivr_flows.flows import FLOWS
from ivr_flows.wording import duration
from tests.flows.phone import BOOK, LANGUAGES, play

FLOW = FLOWS["accept_call"]
KNOWN = {
    "zh-CN": {"village": "下格碑村", "name": "王桂兰", "hearing": "耳背", "dialect": "沁水话"},
    "en": {"village": "Xiagebei", "name": "Wang Guilan", "hearing": "Hard of hearing", "dialect": "Jin"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", "123456789")
def test_any_of_one_to_nine_takes_the_call(key: str, language: str) -> None:
    call = play(FLOW, Facts(language), [key])
    assert call.effects == ["accept"] and call.end == "Join"


@pytest.mark.parametrize("key", "0*")
def test_zero_and_star_pass_on_at_once(key: str) -> None:
    call = play(FLOW, Facts(), [key])
    assert call.effects == ["decline"] and call.end == "Leave" and call.turns == 2


def test_a_voicemail_hears_the_whisper_and_is_left_without_another_webhook() -> None:
    turn = run(FLOW, Position(FLOW.start), Begin(), Facts())
    assert [type(step) for step in turn.steps] == [Ask, Leave] and turn.effects == ()


def test_a_carrier_that_reports_silence_is_told_to_leave() -> None:
    turn = run(FLOW, Position("whisper"), Silence(), Facts())
    assert [str(effect) for effect in turn.effects] == ["silence"] and turn.steps == (Leave(),)


def test_another_key_hears_the_whisper_again_but_not_for_ever() -> None:
    assert play(FLOW, Facts(), "#1").end == "Join"
    assert play(FLOW, Facts(), "#" * 50).end == "Leave"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("flag", "key"), [("colleague", "1"), ("caller_gone", "5")])
def test_a_key_too_late_is_told_why(flag: str, key: str, language: str) -> None:
    for call in (
        play(FLOW, Facts(language), [key], raises={"accept": flag}),
        play(FLOW, Facts(language, flags=frozenset({flag}))),
    ):
        assert call.heard[-1] == BOOK.text(f"accept_call.{flag}", language) and call.end == "Leave"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_whisper_is_one_breath(language: str) -> None:
    whole = "".join(play(FLOW, Facts(language, KNOWN[language], flags=frozenset({"ticket", "urgent"}))).heard)
    assert all(value in whole for value in KNOWN[language].values())
    assert duration(whole) < 7


def test_only_what_is_known_is_said() -> None:
    heard = play(FLOW, Facts(words={"name": "王桂兰", "village": ""}, flags=frozenset({"ticket"}))).heard
    assert heard == ["王桂兰。", "有事在办。", BOOK.text("accept_call.keys", "zh-CN")]
