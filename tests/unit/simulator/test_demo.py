"""A whole call through a toy application: prompt, key, handset rings, whisper, accepted, talk, end."""

from __future__ import annotations

import time

from hotline.simulator.behaviours import NEVER_ANSWERS, answers, voicemail
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Form, Toy

CALLER, DUTY, BACKUP = "+8615400000001", "+8615400000002", "+8615400000003"

DIAL = f"""<Dial action="/after" callerId="{LINE}" timeout="20" answerOnBridge="true">
  <Number url="/screen" statusCallback="/leg"
    statusCallbackEvent="initiated ringing answered completed">{DUTY}</Number>
  <Number url="/screen">{BACKUP}</Number></Dial>"""
SCREEN = '<Gather numDigits="1" timeout="6" action="/accept"><Say>王秀英来电，请按一</Say></Gather><Hangup/>'


def accept(form: Form) -> str:
    return "" if form["Digits"] == "1" else "<Hangup/>"


def hotline(toy: Toy) -> None:
    toy.pages = {
        "carrier/voice": '<Say language="zh-CN">您好，这里是关爱热线。</Say>' + DIAL,
        "screen": SCREEN,
        "accept": accept,
        "after": lambda form: (
            "" if form["DialBridged"] == "true" else "<Say>没有人接听，请留言。</Say><Record action='/message'/>"
        ),
        "message": "<Say>谢谢。</Say>",
    }


async def test_a_call_is_accepted_and_reported(world: World, toy: Toy) -> None:
    hotline(toy)
    handset = world.phone(DUTY)
    began = time.monotonic()
    call = await world.dial(CALLER, LINE)
    await call.hears("关爱热线")
    ring = await handset.rings(within=10)
    assert ring.display == LINE
    await world.passes(3)
    handset.answer()
    await handset.hears("请按一")
    assert call.connected_to is None
    handset.press("1")
    assert await call.joined() is handset
    await call.speak("想问优抚", 4)
    await handset.hears("优抚")
    handset.hang_up()
    assert await call.ends() == "completed"
    await world.quiet()
    after = toy.forms("after")[0]
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")
    assert toy.statuses("leg") == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in toy.forms("leg")] == ["0", "1", "2", "3"]
    assert toy.statuses() == ["completed"]
    assert call.longest_silence() < 1
    assert time.monotonic() - began < 5


async def test_a_mailbox_does_not_count_as_an_answer(world: World, toy: Toy) -> None:
    hotline(toy)
    world.phone(DUTY, voicemail(after=5))
    world.phone(BACKUP, NEVER_ANSWERS)
    call = await world.dial(CALLER, LINE)
    await call.hears("没有人接听")
    await call.hears_beep()
    await call.speak("请回电", 5)
    await call.hears("谢谢", within=20)
    await call.ends()
    await world.quiet()
    assert toy.forms("after")[0]["DialBridged"] == "false"
    message = toy.forms("message")[0]
    assert message["RecordingDuration"] == "5"
    assert world.carrier.recordings.path(message["RecordingSid"]).exists()


async def test_scripted_phones_answer_by_themselves(world: World, toy: Toy) -> None:
    hotline(toy)
    world.phone(BACKUP, answers(after=4, talks=60))
    call = await world.dial(CALLER, LINE)
    assert (await call.joined()).number == BACKUP
    assert await call.ends(within=90) == "completed"
    await world.quiet()
    duration = int(toy.forms("after")[0]["DialCallDuration"])
    assert 60 <= duration <= 65


async def test_a_caller_who_hangs_up_stops_the_ringing(world: World, toy: Toy) -> None:
    hotline(toy)
    call = await world.dial(CALLER, LINE)
    ring = await world.phone(DUTY).rings()
    await world.passes(2)
    call.hang_up()
    await ring.ringing_stops(within=1)
    assert ring.status == "canceled"
    await world.quiet()
    assert toy.forms("after")[0]["DialCallStatus"] == "canceled"
    assert toy.statuses() == ["completed"]
