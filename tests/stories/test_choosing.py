"""Keys during the greeting are shortcuts; none is needed and none leads nowhere."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.town import Town


def test_another_township_by_number(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好，龙港镇")
        call.press("1")
        await call.hears("您找哪里")
        await call.hears("端氏镇按1")
        call.press("1")
        await call.hears("好的，为您接端氏镇")
        await town.handset("duanshi-1").rings(within=20)

    town.play(story())
    assert {leg.state for leg in town.legs() if leg.plan == 1 and leg.tier == 1} == {"superseded", "passed_over"}
    assert town.handset("longgang-1").times_rung == 0


def test_urgent_help_names_120_and_rings_everybody_at_once(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    county = town.handset("county-1", answers(after=2))

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.press("2")
        await call.hears("有生命危险，请挂机拨120")
        await call.joined(county.number, within=30)

    town.play(story())
    assert town.ticket().priority == "urgent"
    assert len([leg for leg in town.legs() if leg.tier_kind == "urgent" and leg.rung_at]) >= 5


def test_volunteers_by_need(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    team = town.branch("xinqiao-day", answers(after=2))

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.press("3")
        await call.hears("心理疏导按3")
        call.press("3")
        await call.joined(team.number, within=40)

    town.play(story())
    assert town.ticket().need == "counselling"


def test_partners_by_domain(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    hospital = town.branch("hospital-er", answers(after=2))

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.press("4")
        await call.hears("医疗按1")
        call.press("1")
        await call.joined(hospital.number, within=40)

    town.play(story())
    assert town.ticket().domain == "medical"


def test_english_from_the_greeting_to_the_message(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.press("8")
        await call.hears("Longgang")
        await call.hears("within 15 minutes", within=150)
        await call.hears_beep()
        said = [e.text for e in call.transcript.entries if e.kind == "say"][1:]
        assert not [text for text in said if any("\u4e00" <= c <= "\u9fff" for c in text)], said

    town.play(story())


@pytest.mark.parametrize("key", ["6", "7", "#"])
def test_a_wrong_key_is_answered_kindly_and_leads_on(town: Town, key: str) -> None:
    phone = town.handset("longgang-1", answers())

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.press(key)
        if key != "#":
            await call.hears("没关系，这就为您接通")
        await call.joined(phone.number)

    town.play(story())


def test_the_keys_are_read_out_and_repeated(town: Town) -> None:
    phone = town.handset("longgang-1", answers())

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.press("9")
        await call.hears("不用按键，等一等就有人接")
        call.press("9")
        await call.hears("不用按键，等一等就有人接")
        await call.joined(phone.number, within=60)

    town.play(story())


def test_the_volunteer_line_enters_at_its_team_and_falls_back_to_the_trunk(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "volunteer")
        await call.hears("红星退役军人志愿服务队热线")
        await town.branch("hongxing-1").rings(within=15)
        await town.handset("longgang-1").rings(within=30)

    town.play(story())


def test_the_partner_line_enters_at_its_partner_and_falls_back_to_the_trunk(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "medical")
        await call.hears("拥军专线")
        await town.branch("hospital-er").rings(within=15)
        await town.handset("longgang-1").rings(within=30)

    town.play(story())


def test_the_state_of_my_ticket_without_a_code(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("接听按1")
        phone.press("1")
        await call.joined(phone.number)
        await town.world.passes(30)
        call.hang_up()
        await town.world.passes(3600)
        again = await town.ring("p003", "longgang")
        await again.hears("您好")
        again.press("5")
        await again.hears("您的事")

    town.play(story(), working=False)
