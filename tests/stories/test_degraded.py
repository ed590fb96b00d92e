"""Neither a database nor a snapshot: it is never heard as an error, it is spoken, and leads on to a human."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.outage import unplug
from tests.stories.town import Town


@pytest.fixture
def town(town: Town) -> Town:
    """A process that has never taken a snapshot."""
    town.x.standby.directory = None
    return town


def test_the_database_stops_in_mid_call_and_comes_back(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    backup = town.handset("longgang-2", answers())

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        await town.world.passes(10)
        plug_in = unplug(town)
        await call.hears("线路有点小问题", within=30)
        await call.hears("请稍等", within=30)
        await town.world.passes(20)
        plug_in()
        await call.joined(backup.number, within=60)

    town.play(story(), working=False)
    assert town.ticket().state == "answered"


def test_the_database_is_down_when_the_call_comes_in(town: Town) -> None:
    phone = town.handset("longgang-1", answers())
    plug_in = unplug(town)
    lines = {"survivor": "+8615403580003", "line": "+863560100001"}

    async def story() -> None:
        call = await town.world.dial(lines["survivor"], lines["line"])
        await call.hears("线路有点小问题", within=10)
        await town.world.passes(15)
        plug_in()
        await call.joined(phone.number, within=60)

    town.play(story(), working=False)
    assert len(town.tickets()) == 1


def test_a_key_pressed_while_the_database_was_down_is_not_lost(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        plug_in = unplug(town)
        call.press("2")
        await call.hears("线路有点小问题", within=30)
        plug_in()
        await call.hears("有生命危险，请挂机拨120", within=30)

    town.play(story(), working=False)
    assert town.ticket().priority == "urgent"
