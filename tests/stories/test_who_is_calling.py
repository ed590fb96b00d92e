"""Unknown, withheld and foreign callers, and two people behind one number: all reach a human."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS
from tests.stories.town import Town


@pytest.mark.parametrize(
    "caller", ["+8615400007777", "anonymous", "+12025550123"], ids=["unknown", "withheld", "foreign"]
)
def test_strangers_reach_the_township_whose_line_they_ring(town: Town, caller: str) -> None:
    async def story() -> None:
        call = await town.ring(caller, "duanshi")
        phone = town.handset("duanshi-1")
        await phone.rings()
        phone.answer()
        await phone.hears("新号码来电")
        phone.press("1")
        await call.joined(phone.number)

    town.play(story())
    ticket = town.ticket()
    assert ticket.survivor_id is None
    assert ticket.state == "answered"
    assert (ticket.caller_hash is None) == (caller == "anonymous")


def test_a_withheld_number_is_asked_for_in_the_message(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("anonymous", "duanshi")
        await call.hears("您的号码没有显示", within=200)
        await call.hears_beep()
        await call.speak("我是坪上村的，电话是…", 5)
        call.press("#")
        await call.ends()
        await town.world.quiet()

    town.play(story())
    assert town.ticket().call_back_by is None
    assert "no_number_to_ring" in town.events()


def test_two_people_behind_one_number_are_both_named_to_the_handset(town: Town) -> None:
    async def story() -> None:
        call = await town.ring("p001", "longgang")  # the landline that 罗爱莲 and 赵建军 share
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("罗爱莲或赵建军")
        phone.press("1")
        await call.joined(phone.number)

    town.play(story())
    assert town.ticket().survivor_id is None


def test_a_known_survivor_who_rings_the_county_trunk_gets_her_own_township(town: Town) -> None:
    async def story() -> None:
        call = await town.ring("p003", "trunk")
        await call.hears("您好，龙港镇")
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("东关社区")
        phone.press("1")
        await call.joined(phone.number)

    town.play(story())


def test_a_number_that_is_not_ours_is_taken_as_the_trunk(town: Town) -> None:
    town.world.line("+863560999999")

    async def story() -> None:
        call = await town.world.dial("+8615400007777", "+863560999999")
        await call.hears("您好，沁水县")

    town.play(story())
