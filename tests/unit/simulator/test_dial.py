"""Ringing several telephones: who is joined, who is cancelled, what the application is told."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import (
    BUSY,
    NEVER_ANSWERS,
    OFF,
    Behaviour,
    answers,
    answers_but_presses_nothing,
    hangs_up,
    presses,
    rejects,
    voicemail,
    wrong_number,
)
from hotline.simulator.switches import Switches
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Form, Toy

CALLER, FIRST, SECOND = "+8615400000001", "+8615400000002", "+8615400000003"
EVENTS = "statusCallback='/leg' statusCallbackEvent='initiated ringing answered completed'"
ACCEPT_AT_LAST = pytest.mark.carrier(switches=Switches(cancel_others_at="accept"))


def ring(toy: Toy, *numbers: str, screened: bool = True, on_bridge: bool = True, more: str = "") -> None:
    url = "url='/screen'" if screened else ""
    nouns = "".join(f"<Number {url} {EVENTS}>{number}</Number>" for number in numbers)
    bridge = "answerOnBridge='true'" if on_bridge else ""
    toy.pages = {
        "carrier/voice": f"<Dial action='/after' callerId='{LINE}' timeout='20' {bridge} {more}>{nouns}</Dial>",
        "screen": "<Gather numDigits='1' timeout='6' action='/accept'><Say>请按一</Say></Gather><Hangup/>",
        "accept": lambda form: "" if form["Digits"] == "1" else "<Hangup/>",
        "after": "<Say>结束</Say>",
    }


def after(toy: Toy) -> Form:
    assert len(toy.forms("after")) == 1
    return toy.forms("after")[0]


@pytest.mark.parametrize(
    ("behaviour", "status", "history"),
    [
        (BUSY, "busy", ["initiated", "busy"]),
        (OFF, "failed", ["initiated", "failed"]),
        (NEVER_ANSWERS, "no-answer", ["initiated", "ringing", "no-answer"]),
        (rejects(), "busy", ["initiated", "ringing", "busy"]),
        (voicemail(after=8), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (wrong_number(), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (hangs_up(), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (presses("0"), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (answers_but_presses_nothing(), "completed", ["initiated", "ringing", "in-progress", "completed"]),
    ],
    ids=lambda value: value.name if isinstance(value, Behaviour) else None,
)
async def test_who_does_not_accept_is_not_joined(
    world: World, toy: Toy, behaviour: Behaviour, status: str, history: list[str]
) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, behaviour)
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    await world.quiet()
    assert (after(toy)["DialCallStatus"], after(toy)["DialBridged"]) == (status, "false")
    assert toy.statuses("leg") == history
    assert not any(entry.kind == "bridged" for entry in call.transcript.entries)
    assert toy.forms("leg")[-1]["ParentCallSid"] == call.sid
    assert call.transcript.find("结束") is not None
    assert (call.transcript.answered_at or 0) >= 0.5, "the caller's call was answered before the bridge"


@pytest.mark.carrier(switches=Switches(status_after_reject="no-answer"))
async def test_the_status_after_a_refusal_is_a_switch(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, presses("0"))
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    await world.quiet()
    assert after(toy)["DialCallStatus"] == "no-answer"


async def test_the_ring_time_is_kept(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    began = world.loop.time()
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    assert world.loop.time() - began == pytest.approx(20)
    await world.quiet()


@pytest.mark.carrier(switches=Switches(dial_timeout_extra_seconds=5))
async def test_a_carrier_may_ring_longer(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    began = world.loop.time()
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    assert world.loop.time() - began == pytest.approx(25)
    await world.quiet()


async def test_the_others_stop_at_the_first_answer(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    first, second = world.phone(FIRST, answers(after=3)), world.phone(SECOND)
    call = await world.dial(CALLER, LINE)
    other = await second.rings()
    assert await call.joined() is first
    assert other.status == "canceled"
    assert other.transcript.ended_at == pytest.approx(3.5)
    await world.quiet()


async def test_a_refusal_after_the_others_were_cancelled_ends_the_dial(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    world.phone(FIRST, presses("0", after=2))
    second = world.phone(SECOND, answers(after=12))
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    await world.quiet()
    assert second.status == "canceled"


@ACCEPT_AT_LAST
async def test_the_others_ring_on_until_somebody_accepts(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    world.phone(FIRST, voicemail(after=2))
    second = world.phone(SECOND, answers(after=12))
    call = await world.dial(CALLER, LINE)
    assert await call.joined() is second
    await world.quiet()
    assert after(toy)["DialCallSid"] == second.sid


@ACCEPT_AT_LAST
async def test_of_two_who_listen_the_first_to_accept_is_joined(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    slow = world.phone(FIRST, answers(after=2, accept_after=5))
    quick = world.phone(SECOND, answers(after=3, accept_after=1))
    call = await world.dial(CALLER, LINE)
    assert await call.joined() is quick
    assert slow.status == "completed"
    await world.quiet()
    assert toy.statuses("leg").count("completed") == 2


@pytest.mark.carrier(switches=Switches(screening_supported=False))
async def test_without_screening_whoever_answers_is_joined(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, answers(after=3, talks=10))
    call = await world.dial(CALLER, LINE)
    assert (await call.joined()).number == FIRST
    await world.quiet()
    assert toy.forms("screen") == []
    assert (after(toy)["DialCallStatus"], after(toy)["DialCallDuration"]) == ("completed", "10")


@pytest.mark.parametrize(("on_bridge", "silence"), [(True, 0), (False, 2.4)])
async def test_the_caller_hears_ringing_until_the_bridge_only_with_answer_on_bridge(
    world: World, toy: Toy, on_bridge: bool, silence: float
) -> None:
    ring(toy, FIRST, on_bridge=on_bridge)
    world.phone(FIRST, answers(after=3, accept_after=2.4, talks=5))
    call = await world.dial(CALLER, LINE)
    await call.joined()
    await world.quiet()
    ringback = next(entry for entry in call.transcript.entries if entry.kind == "ringback")
    bridged = next(entry for entry in call.transcript.entries if entry.kind == "bridged")
    assert bridged.at - (ringback.stopped_at or 0) == pytest.approx(silence)


@pytest.mark.parametrize("number", ["12ab", "0000", ""])
async def test_a_mistyped_number_fails_and_the_others_ring(world: World, toy: Toy, number: str) -> None:
    ring(toy, number, SECOND)
    world.phone(SECOND, answers())
    call = await world.dial(CALLER, LINE)
    assert (await call.joined()).number == SECOND
    await world.quiet()
    failed = next(form for form in toy.forms("leg") if form["CallStatus"] == "failed")
    assert failed["SipResponseCode"] == "404"


async def test_a_telephone_takes_one_call_at_a_time(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    handset = world.phone(FIRST, answers(after=2, talks=60))
    first = await world.dial(CALLER, LINE)
    await first.joined()
    second = await world.dial("+8615400000009", LINE)
    await second.hears("结束", within=5)
    await world.quiet()
    assert handset.times_rung == 1
    assert [form["DialCallStatus"] for form in toy.forms("after")] == ["busy", "completed"]


@pytest.mark.parametrize(
    ("phase", "status"), [("ringing", "canceled"), ("screening", "canceled"), ("talking", "completed")]
)
async def test_a_caller_hangs_up(world: World, toy: Toy, phase: str, status: str) -> None:
    ring(toy, FIRST)
    handset = world.phone(FIRST)
    call = await world.dial(CALLER, LINE)
    await handset.rings()
    if phase != "ringing":
        handset.answer()
        await handset.hears("请按一")
    if phase == "talking":
        handset.press("1")
        await call.joined()
        await world.passes(30)
    call.hang_up()
    await handset.ends(within=1)
    await world.quiet()
    told = after(toy)
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, str(phase == "talking").lower())
    assert told["CallStatus"] == ("completed" if phase == "talking" else "no-answer")
    assert handset.status == ("canceled" if phase == "ringing" else "completed")


@pytest.mark.carrier(switches=Switches(dial_action_after_hang_up=False))
async def test_the_action_after_a_hang_up_is_a_switch(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    call = await world.dial(CALLER, LINE)
    await world.phone(FIRST).rings()
    call.hang_up()
    await world.quiet()
    assert toy.forms("after") == []


async def test_a_talk_has_a_time_limit_and_may_be_recorded(world: World, toy: Toy) -> None:
    ring(toy, FIRST, more="timeLimit='45' record='record-from-answer' recordingStatusCallback='/sound'")
    world.phone(FIRST, answers(talks=600))
    call = await world.dial(CALLER, LINE)
    await call.hears("结束", within=120)
    await world.quiet()
    assert after(toy)["RecordingDuration"] == "45"
    assert toy.forms("sound")[0]["RecordingSource"] == "DialVerb"


async def test_the_callers_star_ends_the_handsets_leg(world: World, toy: Toy) -> None:
    ring(toy, FIRST, more="hangupOnStar='true'")
    handset = world.phone(FIRST, answers(talks=600))
    call = await world.dial(CALLER, LINE)
    await call.joined()
    call.press("*")
    await call.hears("结束", within=1)
    assert handset.over
    await world.quiet()


async def test_a_dial_while_screening_is_an_error_and_joins_nobody(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    toy.pages["screen"] = f"<Dial>{SECOND}</Dial>"
    handset = world.phone(FIRST, answers_but_presses_nothing())
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    assert any("13201" in entry.text for entry in handset.transcript.entries)
    await world.quiet()


async def test_an_extension_is_dialled_after_the_answer(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    toy.pages["carrier/voice"] = f"<Dial><Number sendDigits='wwww801'>{FIRST}</Number></Dial>"
    handset = world.phone(FIRST, answers(talks=3))
    call = await world.dial(CALLER, LINE)
    await call.joined()
    assert any("801" in entry.text for entry in handset.transcript.entries)
    await world.quiet()


@pytest.mark.carrier(profile="somleng")
async def test_somleng_ignores_screening_and_answer_on_bridge(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, answers(after=3, talks=5))
    call = await world.dial(CALLER, LINE)
    await call.joined()
    await world.quiet()
    assert toy.forms("screen") == toy.forms("leg") == []
    assert "-" in call.sid
    assert "DialBridged" not in after(toy)
    assert len(toy.forms("carrier/voice")[0]) == 9
    assert toy.forms("carrier/status")[0]["SequenceNumber"] == "0"


@pytest.mark.carrier(profile="somleng")
async def test_somleng_ends_the_document_at_a_pause(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Say>一</Say><Pause/><Say>二</Say>"
    toy.pages["carrier/fallback"] = "<Say>三</Say>"
    call = await world.dial(CALLER, LINE)
    await call.hears("三")
    assert not call.transcript.heard("二")
    await world.quiet()
