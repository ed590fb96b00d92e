"""The caller hangs up, in every phase: one ticket, a promise to ring back, no telephone left ringing or held."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hotline.calls.models import Hold
from hotline.calls.states import LIVE
from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.party import Party
from tests.stories.town import Town


def nobody_is_held(town: Town) -> bool:
    with town.reading() as session:
        held = session.scalar(select(func.count()).select_from(Hold)) == 0
    return held and not [leg for leg in town.legs() if leg.state in LIVE]


PHASES = {
    "after three seconds": ("您好", 3.0),
    "while the duty handset rings": ("您好", 12.0),
    "while the backup is announced": ("再给您找一位", 1.0),
    "while the county rings": ("正在为您接沁水县", 8.0),
    "while the message is promised": ("一定给您回电话", 1.0),
    "during the message": ("有话请在嘀声后说", 8.0),
}


@pytest.mark.parametrize("phase", list(PHASES))
def test_a_missed_caller_is_owed_a_call_back(town: Town, phase: str) -> None:
    town.everybody(NEVER_ANSWERS)
    words, seconds = PHASES[phase]

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears(words, within=120)
        await town.world.passes(seconds)
        call.hang_up()
        await town.world.passes(20)

    town.play(story(), working=False)
    ticket = town.ticket()
    assert ticket.state == "open"
    assert ticket.call_back_by is not None
    assert nobody_is_held(town)
    assert town.calls()[0].outcome in ("abandoned", "message")


def test_while_the_duty_person_listens_to_the_whisper(town: Town) -> None:
    async def story() -> Party:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        party = await phone.rings()
        phone.answer()
        await phone.hears("东关社区")
        call.hang_up()
        await town.world.passes(20)
        return party

    assert town.play(story(), working=False).over
    assert town.ticket().call_back_by is not None
    assert nobody_is_held(town)


def test_while_talking_is_an_ordinary_end(town: Town) -> None:
    async def story() -> None:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("接听按1")
        phone.press("1")
        await call.joined(phone.number)
        await town.world.passes(40)
        call.hang_up()
        await town.world.passes(20)

    town.play(story(), working=False)
    assert town.ticket().call_back_by is None
    assert town.calls()[0].outcome == "answered"
    assert nobody_is_held(town)


def test_the_duty_person_hanging_up_first_leaves_a_goodbye(town: Town) -> None:
    async def story() -> None:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("接听按1")
        phone.press("1")
        await call.joined(phone.number)
        await town.world.passes(40)
        phone.hang_up()
        await call.hears("说完了就请挂机")
        await phone.rings(within=20)
        phone.answer()
        await phone.hears("刚才")
        phone.press("1")
        await call.hears("谢谢您来电话", within=20)
        await call.ends()

    town.play(story())
    assert town.calls()[0].outcome == "answered"


def test_a_line_that_breaks_at_once_goes_on_through_the_chain(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings()
        phone.answer()
        await phone.hears("接听按1")
        phone.press("1")
        await call.joined(phone.number)
        await town.world.passes(1)
        phone.hang_up()
        await call.hears("再给您找一位", within=20)

    town.play(story(), working=False)
    assert "cut_off" in town.events()


def test_ringing_again_after_a_cut_off_gets_the_same_handset_first_and_the_same_ticket(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        county = town.handset("county-2")
        await county.rings(within=90)
        county.answer()
        await county.hears("接听按1")
        county.press("1")
        await call.joined(county.number)
        await town.world.passes(20)
        call.hang_up()
        await town.world.passes(120)
        again = await town.ring("p003", "longgang")
        await county.rings(within=12)
        county.answer()
        await county.hears("接听按1")
        county.press("1")
        await again.joined(county.number)

    town.play(story(), working=False)
    assert len(town.tickets()) == 1
    assert "cut_off" in [leg.reason for leg in town.legs()]
