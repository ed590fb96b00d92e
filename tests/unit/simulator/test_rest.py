"""twilio-python against the carrier in the same process: calls placed, watched, redirected and ended."""

from __future__ import annotations

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from hotline.simulator.behaviours import BUSY, NEVER_ANSWERS, OFF, answers_but_presses_nothing, rejects, voicemail
from hotline.simulator.carrier import Config
from hotline.simulator.switches import Switches
from hotline.simulator.world import WEBHOOK, World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Form, Toy

CALLER, DUTY = "+8615400000001", "+8615400000002"


def client(world: World, token: str = Config.token) -> Client:
    return Client(Config.account, token, http_client=world.http)


def place(world: World, **more: object) -> str:
    settings = {"to": DUTY, "from_": LINE, "url": f"{WEBHOOK}/duty", "timeout": 20, **more}
    return str(client(world).calls.create(**settings).sid)


async def test_a_placed_call_rings_and_runs_its_document(world: World, toy: Toy) -> None:
    toy.pages["duty"] = "<Gather numDigits='1' action='/confirm'><Say>按一确认值班</Say></Gather>"
    events = ["initiated", "ringing", "answered", "completed"]
    sid = place(world, status_callback=f"{WEBHOOK}/watch", status_callback_event=events)
    assert client(world).calls(sid).fetch().status == "queued"
    ring = await world.phone(DUTY).rings()
    assert ring.display == LINE
    ring.answer()
    await ring.hears("按一")
    ring.press("1")
    await ring.ends()
    await world.quiet()
    assert toy.forms("confirm")[0]["Digits"] == "1"
    assert toy.statuses("watch") == ["initiated", "ringing", "in-progress", "completed"]
    call = client(world).calls(sid).fetch()
    assert (call.status, call.direction, call.to) == ("completed", "outbound-api", DUTY)
    assert call.date_created is not None


@pytest.mark.parametrize(
    ("behaviour", "status"), [(BUSY, "busy"), (OFF, "failed"), (NEVER_ANSWERS, "no-answer"), (rejects(), "busy")]
)
async def test_a_placed_call_that_fails_says_how(world: World, toy: Toy, behaviour: object, status: str) -> None:
    world.phone(DUTY, behaviour)  # type: ignore[arg-type]
    sid = place(world, status_callback=f"{WEBHOOK}/watch")
    await world.quiet()
    assert client(world).calls(sid).fetch().status == status
    assert toy.statuses("watch") == [status]
    assert toy.forms("duty") == []


async def test_machine_detection_tells_the_document(world: World, toy: Toy) -> None:
    world.phone(DUTY, voicemail(after=2))
    place(world, machine_detection="Enable")
    await world.quiet()
    assert toy.forms("duty")[0]["AnsweredBy"] == "machine_start"


async def test_detection_meanwhile_reports_later(world: World, toy: Toy) -> None:
    toy.pages["duty"] = "<Pause length='10'/>"
    world.phone(DUTY, answers_but_presses_nothing())
    place(world, machine_detection="Enable", async_amd="true", async_amd_status_callback=f"{WEBHOOK}/amd")
    await world.quiet()
    assert "AnsweredBy" not in toy.forms("duty")[0]
    assert toy.forms("amd")[0]["AnsweredBy"] == "human"


async def test_a_live_call_is_redirected(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Say>请稍等</Say><Pause length='60'/>", "other": "<Say>换了地方</Say>"}
    call = await world.dial(CALLER, LINE)
    await call.hears("请稍等")
    client(world).calls(call.sid).update(url=f"{WEBHOOK}/other", method="POST")
    await call.hears("换了地方", within=1)
    await world.quiet()


async def test_a_redirect_takes_the_caller_off_the_ringing(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": f"<Dial callerId='{LINE}'><Number>{DUTY}</Number></Dial>", "other": "<Say>留言</Say>"}
    call = await world.dial(CALLER, LINE)
    ring = await world.phone(DUTY).rings()
    client(world).calls(call.sid).update(url=f"{WEBHOOK}/other")
    await call.hears("留言", within=1)
    assert ring.status == "canceled"
    await world.quiet()


async def test_a_live_call_is_ended(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Pause length='60'/><Say>请稍等</Say>"
    call = await world.dial(CALLER, LINE)
    await world.passes(2)
    client(world).calls(call.sid).update(status="completed")
    assert await call.ends(within=1) == "canceled"
    with pytest.raises(TwilioRestException, match="not in-progress"):
        client(world).calls(call.sid).update(status="completed")


async def test_lists_are_filtered_and_paged(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Say>您好</Say>"
    for number in range(5):
        call = await world.dial(f"+861540000001{number}", LINE)
        await call.ends()
    calls = client(world).calls
    assert len(calls.list(page_size=2)) == 5
    assert [call._from for call in calls.list(from_="+8615400000013")] == ["+8615400000013"]
    assert calls.list(status="in-progress") == []
    assert len(calls.list(start_time_after=world.carrier.since)) == 5


@pytest.mark.parametrize(
    ("to", "sender", "code"),
    [
        ("", LINE, 21201),
        (DUTY, "", 21213),
        ("+15005550001", LINE, 21217),
        ("12", LINE, 21211),
        (DUTY, "+8615499999999", 21210),
    ],
)
async def test_bad_numbers_are_refused_with_their_codes(world: World, to: str, sender: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        place(world, to=to, from_=sender)
    assert (refusal.value.status, refusal.value.code) == (400, code)


async def test_a_wrong_token_and_an_unknown_call_are_refused(world: World) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        client(world, "wrong").calls("CA" + "0" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (401, 20003)
    with pytest.raises(TwilioRestException) as refusal:
        client(world).calls("CA" + "0" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


async def test_the_application_may_ask_in_the_middle_of_a_webhook(world: World, toy: Toy) -> None:
    def voice(form: Form) -> str:
        return f"<Say>{client(world).calls(form['CallSid']).fetch().status}</Say>"

    toy.pages["carrier/voice"] = voice
    call = await world.dial(CALLER, LINE)
    await call.hears("ringing")
    await world.quiet()


async def test_recordings_are_listed_fetched_and_deleted(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Record action='/done' timeout='3' recordingStatusCallback='/kept'/>"
    call = await world.dial(CALLER, LINE)
    await call.hears_beep()
    await call.speak("我想问抚恤金", 6)
    await world.quiet()
    form = toy.forms("kept")[0]
    assert (form["RecordingStatus"], form["RecordingDuration"]) == ("completed", "6")
    sound = await world.work(requests.get, form["RecordingUrl"] + ".wav", timeout=5)
    assert sound.content[:4] == b"RIFF"
    recordings = client(world).recordings
    assert [item.sid for item in recordings.list(call_sid=call.sid)] == [form["RecordingSid"]]
    assert recordings(form["RecordingSid"]).fetch().duration == "6"
    assert recordings(form["RecordingSid"]).delete()
    assert recordings.list() == []


async def test_numbers_are_configured_through_rest(world: World, toy: Toy) -> None:
    toy.pages["elsewhere"] = "<Say>新地址</Say>"
    number = client(world).incoming_phone_numbers.list(phone_number=LINE)[0]
    client(world).incoming_phone_numbers(number.sid).update(voice_url=f"{WEBHOOK}/elsewhere")
    call = await world.dial(CALLER, LINE)
    await call.hears("新地址")
    await world.quiet()


async def test_text_messages_arrive_on_the_phone(world: World) -> None:
    sent = client(world).messages.create(to=DUTY, from_=LINE, body="明天由你值班")
    assert [message.body for message in world.phone(DUTY).messages] == ["明天由你值班"]
    assert client(world).messages(sent.sid).fetch().status == "delivered"


@pytest.mark.carrier(switches=Switches(calls_per_second=1.0))
async def test_calls_beyond_the_rate_wait_in_the_queue(world: World, toy: Toy) -> None:
    phones = [world.phone(f"+861540000002{n}") for n in range(3)]
    for phone in phones:
        place(world, to=phone.number)
    starts = []
    for phone in phones:
        await phone.rings()
        starts.append(world.loop.time())
    assert [round(start - starts[0]) for start in starts] == [0, 1, 2]
