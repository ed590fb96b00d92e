"""Carriers that cannot all that Twilio can: the caller still gets to a human, and nobody is called answered falsely."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS, answers, voicemail
from tests.stories.town import Town


@pytest.mark.parametrize("carrier", ["twilio", "signalwire"])
def test_the_same_story_on_each_carrier_with_screening(make_town: Callable[..., Town], carrier: str) -> None:
    town = make_town(carrier, profile=carrier)
    phone = town.handset("longgang-1", answers())

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.joined(phone.number)
        await call.ends()

    town.play(story(), working=False)
    assert town.ticket().state == "answered"


def test_without_screening_a_voicemail_is_not_taken_for_a_human(make_town: Callable[..., Town]) -> None:
    town = make_town("somleng", profile="somleng")
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", voicemail(after=3, records=4))
    backup = town.handset("longgang-2", answers(talks=5))

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("刚才要是没人帮到您，请别挂机", within=60)
        await call.joined(backup.number, within=60)

    town.play(story(), working=False)
    assert town.ticket().state == "open"


def test_without_screening_a_talked_call_stays_owed_until_staff_confirm_it(make_town: Callable[..., Town]) -> None:
    town = make_town("somleng", profile="somleng")
    phone = town.handset("longgang-1", answers(talks=40))

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.joined(phone.number)
        await town.world.passes(30)
        call.hang_up()
        await town.world.passes(30)

    town.play(story(), working=False)
    assert town.calls()[0].outcome == "unconfirmed"
    assert town.ticket().call_back_by is not None
