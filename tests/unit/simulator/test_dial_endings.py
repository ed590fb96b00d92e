"""How a Dial ends: hang-ups, limits, keys, errors; and carriers that know less."""

from __future__ import annotations

import time

import pytest

from hotline.simulator.behaviours import (
    answers,
    answers_but_presses_nothing,
)
from hotline.simulator.switches import Switches
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.dialling import CALLER, FIRST, SECOND, after, ring
from tests.unit.simulator.toy import Form, Toy


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


async def test_reports_of_one_leg_leave_one_after_the_other(world: World, toy: Toy) -> None:
    done: list[str] = []

    def leg(form: Form) -> str:
        if form["CallStatus"] == "initiated":
            time.sleep(0.1)  # real time: the next report is due at the same virtual instant
        done.append(form["CallStatus"])
        return ""

    ring(toy, "12ab")
    toy.pages["leg"] = leg
    await world.dial(CALLER, LINE)
    await world.quiet()
    assert done == ["initiated", "failed"]
