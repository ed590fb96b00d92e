"""The published lines: nobody has to press, every key leads to a human, every way has an end."""

from __future__ import annotations

import pytest

from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Choice, Keys, Position, Ring
from ivr_flows.flows import FLOWS
from ivr_flows.wording import duration
from tests.flows.phone import BOOK, CHAIN, LANGUAGES, TOWNSHIPS, WORDS, facts, play

MAIN = FLOWS["main_line"]
LINES = ("main_line", "volunteer_line", "partner_line")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LINES)
def test_a_silent_caller_rings_within_seconds_and_in_the_first_turn(name: str, language: str) -> None:
    call = play(FLOWS[name], facts(language=language), taken_by=0)
    assert call.rung == ["duty"] and call.effects == [] and call.end == "Leave"
    assert call.turns == 2, "greeting and ringing are one document, the goodbye the second"
    assert call.seconds_to_ring < 7.5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LINES)
def test_the_greeting_names_the_place_and_stays_under_six_seconds(name: str, language: str) -> None:
    longest = {**WORDS, "station": "沁水县嘉峰镇", "team": "龙港镇爱心队", "partner": "县人民医院"}
    if language == "en":
        longest |= {"station": "Longgang Town", "team": "Longgang team", "partner": "County Clinic"}
    greeting = play(FLOWS[name], facts(language=language, words=longest)).heard[0]
    assert any(longest[word] in greeting for word in ("station", "team", "partner"))
    assert duration(greeting) < 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_answers_each_tier_is_named_and_a_message_ends_kindly(language: str) -> None:
    call = play(MAIN, facts(language=language), talk=20)
    assert call.rung == [tier.kind for tier in CHAIN]
    for tier in CHAIN[1:]:
        assert any(tier.name in heard for heard in call.heard)
    assert CHAIN[0].name not in "".join(call.heard), "the first tier rings without a word in front"
    assert WORDS["callback"] in call.heard[-1]
    assert call.effects == ["message/20"] and call.end == "Leave"


@pytest.mark.parametrize("language", LANGUAGES)
def test_saying_nothing_after_the_tone_is_no_message_but_still_a_promise(language: str) -> None:
    call = play(MAIN, facts(language=language))
    assert call.effects == [] and WORDS["callback"] in call.heard[-1] and call.end == "Leave"


def test_an_empty_plan_goes_straight_to_the_message() -> None:
    call = play(MAIN, facts(), tiers=())
    assert call.turns == 1 and call.rung == [] and call.end == "Leave"


@pytest.mark.parametrize("talk", [0, 9])
def test_a_withheld_number_is_asked_for_and_promised_no_call_back(talk: int) -> None:
    call = play(MAIN, facts(flags=frozenset({"no_number"})), tiers=(), talk=talk)
    assert WORDS["callback"] not in "".join(call.heard)
    assert BOOK.text("message.number", "zh-CN") in call.heard


@pytest.mark.parametrize("key", [*"0#*67", "77"])
def test_a_wrong_key_or_zero_leads_on_to_ringing(key: str) -> None:
    assert play(MAIN, facts(), [key], taken_by=0).rung == ["duty"]


def test_another_township_is_chosen_by_number_across_pages() -> None:
    call = play(MAIN, facts(), ["1", "9", "2"], taken_by=0)
    assert call.effects == [f"station/{TOWNSHIPS[7].id}"] and call.rung == ["duty"]
    assert "樊村河乡按2" in "".join(call.heard)


def test_the_last_page_says_no_next_and_nine_begins_anew() -> None:
    turn = run(MAIN, Position("stations", 1), Keys("9"), facts(next_tier=CHAIN[0]))
    assert str(turn.steps[0].at) == "stations.0.1"  # type: ignore[union-attr]
    last = run(MAIN, Position("stations", 0), Keys("9"), facts(next_tier=CHAIN[0])).steps[0]
    assert "choose.more" not in [prompt.key for prompt in last.prompts]  # type: ignore[union-attr]


def test_a_list_that_became_shorter_is_read_and_understood_from_its_start() -> None:
    short = facts(choices={"stations": TOWNSHIPS[:2]}, next_tier=CHAIN[0])
    assert [str(e) for e in run(MAIN, Position("stations", 3), Keys("2"), short).effects] == ["station/s2"]


@pytest.mark.parametrize(
    ("keys", "effect"),
    [("32", "need/counselling"), ("42", "domain/transport"), ("2", "urgent"), ("8", "language/en")],
)
def test_shortcuts_decide_and_ring(keys: str, effect: str) -> None:
    call = play(MAIN, facts(), keys, taken_by=0)
    assert call.effects == [effect] and call.rung == ["duty"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_urgent_help_names_the_faster_numbers_before_it_rings(language: str) -> None:
    heard = "".join(play(MAIN, facts(language=language), "2", taken_by=0).heard)
    assert "120" in heard and "110" in heard


def test_english_and_back() -> None:
    call = play(MAIN, facts(), "88", taken_by=0)
    assert call.effects == ["language/en", "language/zh-CN"]
    assert call.heard[0] == call.heard[2] and call.heard[1].startswith("Hello")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keys_are_read_out_and_repeated(language: str) -> None:
    call = play(MAIN, facts(language=language), "99", taken_by=0)
    assert call.heard.count(BOOK.text("entrance.keys", language)) == 2 and call.rung == ["duty"]


@pytest.mark.parametrize("key", "134")
def test_an_empty_list_is_said_and_leads_on(key: str) -> None:
    call = play(MAIN, facts(choices={}), key, taken_by=0)
    assert BOOK.text("entrance.nothing", "zh-CN") in call.heard and call.rung == ["duty"]


@pytest.mark.parametrize("keys", ["1", "10", "18"])
def test_hesitating_going_back_or_erring_in_a_list_still_rings(keys: str) -> None:
    call = play(MAIN, facts(), keys, taken_by=0)
    assert call.rung == ["duty"] and call.effects == []


def test_without_screening_the_caller_who_stays_is_connected_further() -> None:
    call = play(MAIN, facts(flags=frozenset({"unconfirmed"})), taken_by=0)
    assert BOOK.text("closing.unconfirmed", "zh-CN") in call.heard
    assert call.rung == [tier.kind for tier in CHAIN] and call.end == "Leave"


def test_the_first_tier_rings_with_no_word_between() -> None:
    turn = run(MAIN, Position("connect"), Keys("0"), facts(next_tier=CHAIN[0]))
    assert turn.steps == (Ring(Position("connect")),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_my_ticket_says_what_is_done_by_whom_until_when_and_then_waits(language: str) -> None:
    words = {**WORDS, "doing": "上门修水管", "holder": "张建国", "until": "明天中午前"}
    given = facts(language=language, words=words, flags=frozenset({"ticket"}))
    for call in (play(FLOWS["progress"], given, taken_by=0), play(MAIN, given, "5", taken_by=0)):
        heard = "".join(call.heard)
        assert all(words[word] in heard for word in ("doing", "holder", "until"))
        assert call.rung == ["duty"], "whoever stays on the line wants a human"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("flags", "key"), [({"ticket", "late"}, "progress.late"), (set(), "progress.none")])
def test_a_late_or_unknown_ticket_is_connected(flags: set[str], key: str, language: str) -> None:
    call = play(FLOWS["progress"], facts(language=language, flags=frozenset(flags)), taken_by=0)
    assert BOOK.text(key, language) in call.heard and call.rung == ["duty"]


def test_two_people_behind_one_number_are_asked_only_for_their_ticket() -> None:
    several = facts(flags=frozenset({"several", "ticket"}))
    assert play(MAIN, several, taken_by=0).effects == []
    assert play(MAIN, several, "52", taken_by=0).effects == ["survivor/8", "stays_on"]
    assert play(MAIN, several, "5", taken_by=0).rung == ["duty"], "not saying who leads on"


def test_a_single_choice_with_a_nine_does_not_trap() -> None:
    one = facts(choices={"stations": (Choice("s1", "龙港镇"),)})
    assert play(MAIN, one, "1" + "9" * 40, taken_by=0).rung == ["duty"]
