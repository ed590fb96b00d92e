"""Nobody takes it here: the call goes on to the next tier, the caller is told, and it ends at a human or a message."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import BUSY, NEVER_ANSWERS, OFF, Behaviour, answers, rejects
from hotline.simulator.party import Party
from hotline.simulator.phone import Phone
from tests.stories.town import Town

# Telephones of the chain for p001 (Hexi village, Longgang): tier, what the caller is told, who answers there.
TIERS = [
    ("backup", "再给您找一位", "longgang-2"),
    ("village", "再给您找一位", "longgang-hexi-1"),
    ("neighbour", "正在请附近的张村乡", "zhangcun-1"),
    ("county", "正在为您接沁水县", "county-1"),
]


@pytest.mark.parametrize(("tier", "told", "handset"), TIERS)
def test_each_tier_of_the_trunk_in_turn(town: Town, tier: str, told: str, handset: str) -> None:
    town.everybody(NEVER_ANSWERS)
    phone = town.handset(handset, answers())

    async def story() -> Party:
        call = await town.ring("p001", "longgang")
        await call.hears(told, within=90)
        await call.joined(phone.number, within=40)
        return call

    call = town.play(story())
    assert call.longest_silence() <= 6
    taken = [leg for leg in town.legs("accepted", "ended") if leg.accepted_at]
    assert taken[0].tier_kind == ("backup" if tier == "village" else tier)


def test_volunteers_then_partners_then_a_message(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p001", "longgang")
        await call.hears("正在给您找志愿者", within=90)
        await call.hears("正在给您找爱心单位", within=40)
        await call.hears("十五分钟内一定给您回电话", within=40)
        await call.hears_beep()
        await call.speak("我想问问医药费的事", 6)
        call.hang_up()
        await town.world.quiet()

    town.play(story())
    ticket = town.ticket()
    assert ticket.state == "open"
    assert ticket.message_at is not None
    assert ticket.call_back_by is not None
    assert town.calls()[0].outcome == "message"


def test_the_whole_way_to_the_message_takes_at_most_ninety_seconds(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> float:
        call = await town.ring("p001", "longgang")
        began = town.world.now()
        await call.hears_beep(within=200)
        promise = 8.0  # the words before the beep
        return (town.world.now() - began).total_seconds() - promise

    assert town.play(story()) <= 90


def test_nobody_is_rung_twice_in_one_call(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p001", "longgang")
        await call.hears_beep(within=200)
        call.hang_up()
        await town.world.quiet()

    town.play(story())
    rung = [leg.number_hash for leg in town.legs() if leg.rung_at]
    assert len(rung) == len(set(rung)) > 6


@pytest.mark.parametrize("how", [BUSY, OFF, rejects()], ids=["busy", "switched off", "declined on the telephone"])
def test_a_handset_that_cannot_be_had_costs_no_dead_air(town: Town, how: Behaviour) -> None:
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", how)
    backup = town.handset("longgang-2", answers(after=2))

    async def story() -> float:
        call = await town.ring("p001", "longgang")
        began = town.world.now()
        await call.joined(backup.number)
        return (town.world.now() - began).total_seconds()

    assert town.play(story()) <= 25


@pytest.mark.parametrize("key", ["0", "*"])
def test_a_key_passes_the_call_on_at_once(town: Town, key: str) -> None:
    town.everybody(NEVER_ANSWERS)
    backup = town.handset("longgang-2", answers())

    async def story() -> None:
        call = await town.ring("p001", "longgang")
        first = town.handset("longgang-1")
        await first.rings()
        first.answer()
        await first.hears("接听按1")
        first.press(key)
        await call.joined(backup.number, within=25)

    town.play(story())
    assert [leg.key for leg in town.legs("declined")] == [key]


@pytest.mark.parametrize("key", list("123456789"))
def test_any_sensible_key_accepts(town: Town, key: str) -> None:
    async def story() -> None:
        call = await town.ring("p001", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("接听按1")
        phone.press(key)
        await call.joined(phone.number, within=10)

    town.play(story())


def test_empty_tiers_cost_no_time(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    phone: Phone = town.handset("county-1", answers(after=2))

    async def story() -> float:
        call = await town.ring("+8615400009999", "trunk")  # unknown to us: only the county centre serves them
        began = town.world.now()
        await call.joined(phone.number)
        return (town.world.now() - began).total_seconds()

    assert town.play(story()) <= 20
