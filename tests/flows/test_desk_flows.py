"""The duty desk on a plain handset: wrap-up, staff menu, duty check, handover, call back, reminders, notices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Ask, Begin, Choice, Dialled, Facts, Leave, Position, Record, Ring, TierWords
from ivr_flows.flows import FLOWS
from tests.flows.phone import BOOK, CHAIN, LANGUAGES, Call, facts, play

NUMBERS = (TierWords("survivor", "王桂兰"), TierWords("survivor", "王桂兰"))
OUTCOMES = {"1": "answered", "2": "guidance", "3": "visit", "4": "refer", "5": "urgent", "6": "wrong_number"}
CASE = {"station": "嘉峰镇", "ticket": "1001", "count": "2", "name": "王桂兰", "callback": "十五分钟内"}


def heard(call: Call, key: str, language: str = "zh-CN") -> bool:
    return BOOK.text(key, language) in call.heard


def desk(language: str = "zh-CN", flags: frozenset[str] = frozenset(), **words: str) -> Facts:
    lists = {"branches": (Choice("t1", "爱心队"),), "colleagues": (Choice("p2", "李秀英"),)}
    return replace(facts(), language=language, words={**CASE, **words}, choices=lists, flags=flags)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", OUTCOMES)
def test_wrap_up_is_one_key_and_a_sentence_in_under_forty_seconds(key: str, language: str) -> None:
    call = play(FLOWS["wrap_up"], desk(language), [key], tiers=(), talk=12)
    memo = [] if key == "6" else ["memo/12"]
    assert call.effects == [f"outcome/{OUTCOMES[key]}", *memo] and call.end == "Leave"
    assert call.seconds_to_ring + 12 < 40 and heard(call, "wrap_up.done", language)


def test_wrap_up_can_name_the_branch_be_skipped_and_be_resumed() -> None:
    assert play(FLOWS["wrap_up"], desk(), "41", (), talk=5).effects == ["outcome/refer", "referral/t1", "memo/5"]
    assert play(FLOWS["wrap_up"], desk(), "0", ()).effects == ["skip"]
    resumed = play(FLOWS["wrap_up"], desk(flags=frozenset({"outcome"})), (), (), talk=5)
    assert resumed.effects == ["memo/5"] and not heard(resumed, "wrap_up.outcome")


def test_a_voicemail_wraps_nothing_up() -> None:
    turn = run(FLOWS["wrap_up"], Position("wrap_up"), Begin(), desk())
    assert [type(step) for step in turn.steps] == [Ask, Leave] and turn.effects == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_ticket_is_rung_back_and_wrapped_up_in_the_same_call(language: str) -> None:
    call = play(FLOWS["staff_menu"], desk(language), "111", NUMBERS, taken_by=1, talk=8)
    assert call.effects == ["ticket/next", "call_survivor", "outcome/answered", "memo/8"]
    assert call.rung == ["survivor"] * 2 and heard(call, "staff.dialling", language) and call.end == "Leave"
    assert heard(call, "trying.survivor", language), "the second number is announced"


def test_a_survivor_who_does_not_answer_stays_on_the_list() -> None:
    call = play(FLOWS["staff_menu"], desk(), "2", NUMBERS)
    assert call.effects == ["ticket/latest", "call_survivor"] and heard(call, "staff.no_answer")


def test_tickets_are_resolved_noted_and_passed_over_one_after_the_other() -> None:
    call = play(FLOWS["staff_menu"], desk(), "1423", (), talk=6)
    assert call.effects == ["ticket/next", "ticket/next", "resolve", "ticket/next", "memo/6"]
    assert heard(call, "staff.resolved") and heard(call, "staff.bye")


@pytest.mark.parametrize("key", "12")
def test_with_nothing_open_it_says_so(key: str) -> None:
    call = play(FLOWS["staff_menu"], desk(ticket=""), key, ())
    assert heard(call, "staff.none") and call.end == "Leave"


def test_duty_is_taken_at_once_or_by_name() -> None:
    assert play(FLOWS["staff_menu"], desk(), "3", ()).effects == ["take_duty"]
    several = replace(desk(), choices={"staff": (Choice("p1", "张建国"), Choice("p2", "李秀英"))})
    call = play(FLOWS["staff_menu"], several, "32", ())
    assert call.effects == ["take_duty/p2"] and heard(call, "staff.on_duty")


@pytest.mark.parametrize(
    ("keys", "kind", "words"),
    [("3", "take_duty", "staff.on_duty"), ("12", "resolve", "staff.resolved"), ("41", "handover", "staff.handed_over")],
)
def test_what_could_not_be_done_is_not_called_done(keys: str, kind: str, words: str) -> None:
    call = play(FLOWS["staff_menu"], desk(), keys, (), raises={kind: "refused"})
    assert heard(call, "staff.cannot") and not heard(call, words)
    assert heard(play(FLOWS["staff_menu"], desk(), keys, ()), words)


def test_a_shift_is_handed_over_with_a_spoken_note() -> None:
    call = play(FLOWS["staff_menu"], desk(), "41", (), talk=20)
    assert call.effects == ["handover_note/20", "handover/p2"]


def test_a_handset_in_unknown_hands_is_put_through_when_nothing_is_pressed() -> None:
    assert play(FLOWS["staff_menu"], desk(), (), CHAIN, taken_by=0).rung == ["duty"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("flow", "key", "effect", "last"),
    [
        ("duty_check", "1", "on_duty", "duty_check.thanks"),
        ("duty_check", "0", "unable", "duty_check.relief"),
        ("handover", "1", "acknowledge", "handover.thanks"),
        ("handover", "0", "refuse", "handover.refused"),
        ("reminder", "1", "acknowledge", "reminder.thanks"),
        ("notice", "1", "acknowledge", "notice.thanks"),
        ("referral_offer", "0", "decline", "referral_offer.declined"),
    ],
)
def test_one_key_answers_after_any_wrong_one(flow: str, key: str, effect: str, last: str, language: str) -> None:
    given = desk(language, until="12:00", notice="明天换班", tickets="水管", village="下格碑村", need="医疗")
    call = play(FLOWS[flow], given, ["#", "9", key], ())
    assert call.effects == [effect] and heard(call, last, language) and call.end == "Leave"
    silent = play(FLOWS[flow], given, (), ())
    assert silent.effects == [] and silent.turns == 1, "a voicemail confirms nothing"


@pytest.mark.parametrize(("flow", "key"), [("reminder", "reminder.settled"), ("callback", "callback.settled")])
def test_what_is_settled_asks_for_nothing(flow: str, key: str) -> None:
    call = play(FLOWS[flow], desk(flags=frozenset({"settled"})), "1", NUMBERS)
    assert call.heard == [BOOK.text(key, "zh-CN")] and call.effects == []


def test_a_reminder_can_ring_the_family_at_once() -> None:
    call = play(FLOWS["reminder"], desk(flags=frozenset({"late"})), "21", NUMBERS, taken_by=0, talk=4)
    assert call.effects == ["call_survivor", "outcome/answered", "memo/4"] and heard(call, "reminder.late")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", "159")
def test_a_call_back_whispers_rings_and_is_wrapped_up(key: str, language: str) -> None:
    given = desk(language, village="下格碑村", hearing="耳背", missed="八点十分")
    call = play(FLOWS["callback"], given, [key, "1"], NUMBERS, taken_by=0, talk=7)
    assert call.effects == ["accept", "outcome/answered", "memo/7"] and call.rung == ["survivor"]
    assert any("下格碑村" in words for words in call.heard)


def test_a_call_back_that_meanwhile_is_settled_or_taken_rings_nobody() -> None:
    for flag in ("settled", "colleague"):
        call = play(FLOWS["callback"], desk(), "1", NUMBERS, raises={"accept": flag})
        assert call.rung == [] and call.end == "Leave"
    assert play(FLOWS["callback"], desk(), "0", NUMBERS).effects == ["decline"]


def test_an_unanswered_call_back_is_tried_again_by_the_system() -> None:
    call = play(FLOWS["callback"], desk(), "1", NUMBERS)
    assert call.rung == ["survivor"] * 2 and heard(call, "callback.no_answer")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_survivor_hears_who_rings_and_presses_nothing(language: str) -> None:
    call = play(FLOWS["callback_survivor"], desk(language))
    assert call.end == "Join" and call.turns == 1 and "嘉峰镇" in call.heard[0]


def test_a_branch_takes_a_case_and_is_joined_or_rings_itself() -> None:
    assert play(FLOWS["referral_offer"], desk(flags=frozenset({"waiting"})), "1").end == "Join"
    call = play(FLOWS["referral_offer"], desk(), "11", NUMBERS, taken_by=0, talk=9)
    assert call.effects == ["accept", "call_survivor", "memo/9"] and call.rung == ["survivor"]
    assert play(FLOWS["referral_offer"], desk(), "1", NUMBERS).effects == ["accept"]
    late = play(FLOWS["referral_offer"], desk(), "1", NUMBERS, raises={"accept": "withdrawn"})
    assert heard(late, "referral_offer.withdrawn") and late.rung == []


def test_a_reordered_result_of_a_ring_never_rings_a_number_that_is_not_there() -> None:
    turn = run(FLOWS["callback"], Position("ring_survivor"), Dialled(taken=False), desk())
    assert not [step for step in turn.steps if isinstance(step, Ring | Record)]
