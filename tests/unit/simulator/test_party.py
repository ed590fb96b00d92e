"""The instruments of stories: hearing, silence, ringing; and that they fail when they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.simulator.masking import mask, mask_text
from hotline.simulator.party import PartyGoneError
from hotline.simulator.transcript import Transcript
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Toy

CALLER, DUTY = "+8615400000001", "+8615400000002"


async def test_what_is_not_said_is_missed_with_the_story_so_far(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Say>您好</Say><Pause length='60'/>"
    call = await world.dial(CALLER, LINE)
    with pytest.raises(AssertionError, match=r"(?s)“再见” was not heard within 5 s.*say\s+您好"):
        await call.hears("再见", within=5)
    with pytest.raises(PartyGoneError, match="the call ended"):
        await call.hears("再见", within=600)


async def test_a_prompt_heard_before_the_key_is_not_heard_again(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Gather numDigits='1'><Say>请按一</Say></Gather>"
    call = await world.dial(CALLER, LINE)
    await call.hears("请按一")
    await call.hears("按一")
    call.press("9")
    before = len([entry for entry in call.transcript.entries if entry.kind == "say"])
    await call.hears("请按一")
    assert len([entry for entry in call.transcript.entries if entry.kind == "say"]) == before + 1
    call.hang_up()
    await world.quiet()


async def test_a_telephone_that_does_not_ring_is_noticed(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = f"<Pause length='5'/><Dial><Number>{DUTY}</Number></Dial>"
    phone = world.phone(DUTY)
    with pytest.raises(AssertionError, match="has not been on any call"):
        phone.answer()
    call = await world.dial(CALLER, LINE)
    with pytest.raises(AssertionError, match="did not ring within 2 s"):
        await phone.rings(within=2)
    with pytest.raises(AssertionError, match="rang, and should not have"):
        await phone.stays_quiet(10)
    await phone.rings()
    call.hang_up()
    with pytest.raises(PartyGoneError):
        call.press("1")
    await world.quiet()


async def test_a_person_can_look_at_the_state_of_the_call(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = f"<Dial callerId='{LINE}'><Number>{DUTY}</Number></Dial>"
    phone = world.phone(DUTY)
    call = await world.dial(CALLER, LINE)
    await phone.rings()
    phone.answer()
    assert await call.joined(DUTY) is phone
    assert call.connected_to is phone
    assert (call.over, call.status, phone.display) == (False, "", LINE)
    await world.passes(9)
    phone.hang_up()
    assert await call.ends() == "completed"
    assert call.connected_to is None
    assert "bridged" in str(call.transcript)


@given(
    st.lists(st.tuples(st.floats(0.1, 20), st.floats(0, 20)), max_size=8),
    st.floats(0, 20),
)
def test_the_longest_silence_is_the_longest_gap(sounds: list[tuple[float, float]], tail: float) -> None:
    now = 0.0
    transcript = Transcript(lambda: now, lambda: None)
    transcript.answered_at = 0.0
    for sounding, gap in sounds:
        entry = transcript.begin("say", "x")
        now += sounding
        transcript.stop(entry)
        now += gap
    now += tail
    transcript.end()
    gaps = [0.0, *(gap for _, gap in sounds[:-1]), (sounds[-1][1] if sounds else 0.0) + tail]
    assert transcript.longest_silence() == pytest.approx(max(gaps))


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+8615412345678", "+86154****5678"),
        ("12345", "12345"),
        ("anonymous", "anonymous"),
        ("+12025550100", "+120****0100"),
    ],
)
def test_numbers_are_masked(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_numbers_in_addresses_are_masked() -> None:
    assert mask_text("/x?To=%2B8615412345678&n=12") == "/x?To=+86154****5678&n=12"


def test_who_is_connected_is_not_in_silence_between_two_sentences() -> None:
    now = 0.0
    transcript = Transcript(lambda: now, lambda: None)
    transcript.answered_at = 0.0
    bridged = transcript.begin("bridged", DUTY)
    now = 5.0
    sentence = transcript.begin("party", "您好")
    now = 6.0
    transcript.stop(sentence)
    now = 60.0
    transcript.stop(bridged)
    transcript.end()
    assert transcript.longest_silence() == 0


async def test_a_final_state_stays(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = "<Reject/>"
    call = await world.dial(CALLER, LINE)
    await world.quiet()
    record = world.carrier.records[call.sid]
    world.carrier.exchange.reporter.move(record, "completed")
    assert record.status == "failed"
    assert toy.statuses() == ["failed"]
