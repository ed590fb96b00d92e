"""TwiML as the contract has it: order, answering, keys, recording, errors."""

from __future__ import annotations

import io
import wave

import pytest
from flask import Response

from hotline.simulator.switches import Switches
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Form, Toy

CALLER = "+8615400000001"
HELLO = "<Say language='zh-CN'>您好</Say>"


async def test_verbs_run_in_order_and_the_end_hangs_up(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Say>一</Say><Pause length='3'/><Say>二</Say>"
    call = await world.dial(CALLER, LINE)
    assert await call.ends() == "completed"
    said = [(entry.kind, entry.text) for entry in call.transcript.entries]
    assert said == [("answered", ""), ("say", "一"), ("silence", ""), ("say", "二"), ("ended", "completed")]
    assert call.leg.ended_by == "carrier"
    assert call.longest_silence() == pytest.approx(3)


async def test_speaking_takes_as_long_as_a_person_would(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Say>" + "关" * 45 + "</Say><Say>" + "a" * 140 + "</Say>"
    call = await world.dial(CALLER, LINE)
    await call.ends()
    assert [e.stopped_at - e.at for e in call.transcript.entries if e.kind == "say" and e.stopped_at] == [
        pytest.approx(10),
        pytest.approx(10),
    ]


async def test_a_leading_pause_lets_the_phone_ring(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Pause length='5'/>" + HELLO
    call = await world.dial(CALLER, LINE)
    await call.ends()
    assert call.transcript.answered_at == pytest.approx(5)


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "failed")])
async def test_reject_does_not_answer(world: World, toy: Toy, reason: str, status: str) -> None:
    toy.pages["carrier/voice"] = f"<Reject reason='{reason}'/>{HELLO}"
    call = await world.dial(CALLER, LINE)
    await call.ends()
    await world.quiet()
    assert toy.statuses() == [status]
    assert not call.leg.answered


async def test_a_caller_who_gives_up_early_is_reported(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Pause length='20'/>"
    call = await world.dial(CALLER, LINE)
    await world.passes(3)
    call.hang_up()
    await world.quiet()
    assert toy.statuses() == ["no-answer"]


async def test_redirect_makes_the_rest_unreachable(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Redirect>sub/next?x=1&amp;y=%E5%85%B3</Redirect><Say>不</Say>"}
    toy.pages["carrier/sub/next"] = HELLO
    call = await world.dial(CALLER, LINE)
    await call.hears("您好")
    await call.ends()
    assert not call.transcript.heard("不")


async def test_the_first_key_stops_the_prompt(world: World, toy: Toy) -> None:
    prompt = "请按键" * 15
    toy.pages = {"carrier/voice": f"<Gather numDigits='2' action='/got'><Say>{prompt}</Say></Gather>", "got": HELLO}
    call = await world.dial(CALLER, LINE)
    await call.hears("请按键")
    await world.passes(1)
    call.press("1")
    await world.passes(4)
    call.press("2")
    await call.hears("您好", within=0.5)
    assert toy.forms("got")[0]["Digits"] == "12"
    entry = call.transcript.find("请按键")
    assert entry is not None
    assert entry.stopped_at == pytest.approx(entry.at + 1)


async def test_gather_times_out_with_what_was_pressed(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Gather timeout='4' action='/got'><Say>请输入</Say></Gather>", "got": ""}
    call = await world.dial(CALLER, LINE)
    await call.hears("请输入")
    call.press("123")
    began = world.loop.time()
    await call.ends()
    assert world.loop.time() - began == pytest.approx(4)
    assert toy.forms("got")[0]["Digits"] == "123"


async def test_the_finish_key_is_not_part_of_the_digits(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Gather action='/got'><Say>请输入</Say></Gather>", "got": ""}
    call = await world.dial(CALLER, LINE)
    await call.hears("请输入")
    call.press("12#")
    await call.ends(within=1)
    assert toy.forms("got")[0]["Digits"] == "12"


@pytest.mark.parametrize(("attribute", "asked"), [("", []), ("actionOnEmptyResult='true'", [""])])
async def test_without_keys_the_next_verb_follows(world: World, toy: Toy, attribute: str, asked: list[str]) -> None:
    toy.pages["carrier/voice"] = f"<Gather timeout='3' action='/got' {attribute}/><Say>没有按键</Say>"
    call = await world.dial(CALLER, LINE)
    await call.ends()
    assert [form["Digits"] for form in toy.forms("got")] == asked
    assert call.transcript.heard("没有按键") is not bool(asked)


async def test_keys_pressed_before_a_gather_do_not_count(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": HELLO + "<Gather timeout='3' numDigits='1' action='/got'/>"}
    call = await world.dial(CALLER, LINE)
    await call.hears("您好")
    call.press("7")
    await call.ends()
    assert toy.forms("got") == []


@pytest.mark.carrier(switches=Switches(type_ahead=True))
async def test_keys_pressed_before_a_gather_count_where_the_carrier_types_ahead(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": HELLO + "<Gather timeout='3' numDigits='1' action='/got'/>"}
    call = await world.dial(CALLER, LINE)
    await call.hears("您好")
    call.press("7")
    await call.ends()
    assert [form["Digits"] for form in toy.forms("got")] == ["7"]


async def test_a_sentence_is_recognised(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Gather input='dtmf speech' action='/got'><Say>请讲</Say></Gather>"}
    call = await world.dial(CALLER, LINE)
    await call.hears("请讲")
    await call.speak("我要找人", 2)
    await call.ends()
    assert toy.forms("got")[0]["SpeechResult"] == "我要找人"


async def test_a_gather_without_action_asks_the_same_document_again(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = lambda form: HELLO if "Digits" in form else "<Gather numDigits='1'/>"
    call = await world.dial(CALLER, LINE)
    await world.passes(1)
    call.press("1")
    await call.hears("您好")
    await world.quiet()


async def test_a_message_ends_with_a_key_and_keeps_its_length(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Record action='/kept' finishOnKey='#' timeout='10'/>", "kept": HELLO}
    call = await world.dial(CALLER, LINE)
    await call.hears_beep()
    await world.passes(2)
    await call.speak("请给我回电话", 7)
    call.press("5")
    await world.passes(1)
    call.press("#")
    await call.hears("您好", within=1)
    form = toy.forms("kept")[0]
    assert (form["Digits"], form["RecordingDuration"]) == ("#", "7")
    with wave.open(io.BytesIO(world.carrier.recordings.path(form["RecordingSid"]).read_bytes())) as sound:
        assert sound.getnframes() / sound.getframerate() == 7
    await world.quiet()


async def test_a_message_cut_off_by_the_caller_is_kept(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Record action='/kept' recordingStatusCallback='/sound'/>"
    call = await world.dial(CALLER, LINE)
    await call.hears_beep()
    await call.speak("喂", 4)
    call.hang_up()
    await world.quiet()
    kept = toy.forms("kept")[0]
    assert (kept["Digits"], kept["CallStatus"], kept["RecordingDuration"]) == ("hangup", "completed", "4")
    assert [form["RecordingStatus"] for form in toy.forms("sound")] == ["completed"]


async def test_an_empty_message_goes_on_without_the_action(world: World, toy: Toy) -> None:
    events = "recordingStatusCallbackEvent='in-progress completed absent'"
    toy.pages["carrier/voice"] = f"<Record action='/kept' recordingStatusCallback='/sound' {events}/>{HELLO}"
    call = await world.dial(CALLER, LINE)
    await call.hears("您好")
    await world.quiet()
    assert toy.forms("kept") == []
    assert [form["RecordingStatus"] for form in toy.forms("sound")] == ["in-progress", "absent"]


async def test_audio_files_are_fetched_and_last_as_long_as_they_are(world: World, toy: Toy) -> None:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 3))
    toy.pages = {"carrier/voice": "<Play>/greeting.wav</Play><Play>/missing.wav</Play>" + HELLO}
    toy.pages["greeting.wav"] = lambda _: Response(sound.getvalue(), content_type="audio/wav")
    toy.pages["missing.wav"] = lambda _: Response("", status=404)
    call = await world.dial(CALLER, LINE)
    await call.hears("greeting.wav")
    await call.hears("您好")
    await call.ends()
    played = [entry for entry in call.transcript.entries if entry.kind == "play"]
    assert [entry.seconds for entry in played] == [3]


def failing(_: Form) -> Response:
    return Response("oops", status=500)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (failing, "11200"),
        (lambda _: Response("<Response><Say>", content_type="text/xml"), "12100"),
        (lambda _: Response("{}", content_type="application/json"), "12300"),
        (lambda _: Response("<Response><Sing/></Response>", content_type="text/xml"), "12200"),
        (lambda _: "<Say>" + "关" * 30_000 + "</Say>", "11750"),
        (lambda _: "<Dial></Dial>", "13223"),
    ],
)
async def test_a_failing_document_leads_to_the_fallback(world: World, toy: Toy, answer: object, code: str) -> None:
    toy.pages = {"carrier/voice": answer, "carrier/fallback": HELLO}  # type: ignore[dict-item]
    call = await world.dial(CALLER, LINE)
    await call.hears("您好")
    await world.quiet()
    told = toy.forms("carrier/fallback")[0]
    assert (told["ErrorCode"], told["ErrorUrl"]) == (code, "http://hotline.test/carrier/voice")
    assert len(toy.forms("carrier/voice")) == 1, "a 5xx is not retried"


async def test_when_the_fallback_fails_too_the_caller_hears_a_canned_sentence(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": failing, "carrier/fallback": failing}
    call = await world.dial(CALLER, LINE)
    await call.hears("application error")
    assert await call.ends() == "completed"
    await world.quiet()


async def test_an_application_that_raises_is_a_500(world: World, toy: Toy) -> None:
    def crash(_: dict[str, object], __: object) -> list[bytes]:
        raise ValueError("bug")

    world.connect(crash)
    call = await world.dial(CALLER, LINE)
    await call.hears("application error")
    await call.ends()


async def test_documents_without_end_are_stopped(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Redirect/>"
    call = await world.dial(CALLER, LINE)
    await call.hears("application error")
    await call.ends()


async def test_a_withheld_caller_has_the_carriers_number(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = HELLO
    first, second = await world.dial("anonymous", LINE), await world.dial("anonymous", LINE)
    assert (first.number, second.number) == ("anonymous", "anonymous-2")
    await world.quiet()
    assert {form["From"] for form in toy.forms("carrier/voice")} == {"+266696687"}
