"""Within a minute after the survivor hangs up the handset is rung: the outcome by a key, a sentence for the ticket."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.phone import Phone
from tests.stories.town import Town


async def a_call(town: Town, caller: str = "p003") -> Phone:
    """A survivor rings, the duty handset accepts, they talk, she hangs up."""
    call = await town.ring(caller, "longgang")
    phone = town.handset("longgang-1")
    await phone.rings()
    phone.answer()
    await phone.hears("接听按1")
    phone.press("1")
    await call.joined(phone.number)
    await town.world.passes(60)
    call.hang_up()
    await phone.ends()
    return phone


def test_outcome_by_key_and_a_memo_within_forty_seconds(town: Town) -> None:
    async def story() -> float:
        phone = await a_call(town)
        await phone.rings(within=60)
        assert phone.display == town.line("longgang")
        phone.answer()
        began = town.world.now()
        await phone.hears("薛春娥")
        phone.press("1")
        await phone.hears_beep()
        await phone.speak("问学费补助，告诉她找教育局", 6)
        phone.press("#")
        await phone.ends()
        return (town.world.now() - began).total_seconds()

    assert town.play(story()) <= 40
    ticket = town.ticket()
    assert (ticket.outcome, ticket.state) == ("answered", "resolved")
    assert ticket.wrapped_at is not None
    assert {"wrapped_up", "memo"} <= set(town.events())


OUTCOMES = {
    "2": ("guidance", "resolved"),
    "3": ("visit", "following_up"),
    "5": ("urgent", "following_up"),
    "6": ("wrong_number", "closed"),
}


@pytest.mark.parametrize("key", list(OUTCOMES))
def test_each_outcome_moves_the_ticket(town: Town, key: str) -> None:
    async def story() -> None:
        phone = await a_call(town)
        await phone.rings(within=60)
        phone.answer()
        await phone.hears("薛春娥")
        phone.press(key)
        await town.world.passes(20)
        phone.hang_up()
        await town.world.passes(5)

    town.play(story())
    assert (town.ticket().outcome, town.ticket().state) == OUTCOMES[key]


def test_asked_again_after_three_and_ten_minutes_and_then_left_to_the_coordinator(town: Town) -> None:
    async def story() -> None:
        phone = await a_call(town)
        phone.behaviour = NEVER_ANSWERS
        await town.world.passes(1800)

    town.play(story())
    wrap_ups = town.errands("wrap_up")
    assert [errand.state for errand in wrap_ups] == ["missed"] * 3
    assert town.ticket().wrapped_at is None


def test_skipped_by_a_key_is_not_asked_again(town: Town) -> None:
    async def story() -> None:
        phone = await a_call(town)
        await phone.rings(within=60)
        phone.answer()
        await phone.hears("薛春娥")
        phone.press("0")
        await phone.ends()
        await town.world.passes(1800)

    town.play(story())
    assert len(town.errands("wrap_up")) == 1
    assert "wrap_up_skipped" in town.events()


def test_resumed_at_the_memo_when_the_line_broke_after_the_outcome(town: Town) -> None:
    async def story() -> None:
        phone = await a_call(town)
        await phone.rings(within=60)
        phone.answer()
        await phone.hears("薛春娥")
        phone.press("3")
        await phone.hears_beep()
        phone.hang_up()
        await phone.ends()

    town.play(story())
    assert town.ticket().outcome == "visit"
    assert town.ticket().state == "following_up"
