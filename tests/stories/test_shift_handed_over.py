"""A shift changes hands: the open tickets are read out and taken by key, at the change of shift or before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from hotline.directory.models import Station
from hotline.roster.models import Handover
from hotline.roster.queries import duty_at
from hotline.simulator.behaviours import NEVER_ANSWERS, presses
from hotline.simulator.phone import Phone
from tests.stories.lookout import duties, notices, watched
from tests.stories.town import Town

TOO_EARLY = datetime(2026, 11, 22, 23, 40, tzinfo=UTC)
"""Twenty to eight: the shift changes at eight."""


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """The sample county twenty minutes before the shifts change; nobody picks up."""
    town = make_town(start=TOO_EARLY)
    town.everybody(NEVER_ANSWERS)
    return town


async def missed_call(town: Town) -> None:
    """A survivor of Longgang rings and gives up: a ticket is open."""
    call = await town.ring("p003", "longgang")
    await call.hears("您好")
    await town.world.passes(8)
    call.hang_up()
    await town.world.passes(20)


async def asked_to_take_over(phone: Phone) -> None:
    """Pick up until it is the change of shift that rings, and not the call back that is owed."""
    while True:
        await phone.rings(within=1800)
        phone.answer()
        await phone.passes(2)
        if phone.transcript.heard("交班给您"):
            return
        phone.hang_up()


def handovers(town: Town) -> list[Handover]:
    with town.reading() as session:
        return list(session.scalars(select(Handover).order_by(Handover.made_at)))


def on_duty(town: Town) -> str:
    with town.reading() as session:
        station = session.scalars(select(Station.id).where(Station.code == "longgang")).one()
        first = duty_at(session, [station], town.x.clock())[station].first
    return first.name if first else ""


def test_the_call_at_the_change_of_shift_reads_the_open_tickets_and_one_key_takes_both(town: Town) -> None:
    phone = town.handset("longgang-1")

    async def story() -> None:
        await missed_call(town)
        await asked_to_take_over(phone)
        await phone.hears("王宇航交班给您")
        await phone.hears("龙港镇待办1件")
        await phone.hears("1001")
        phone.press("1")
        await phone.hears("现在由您值班")
        await phone.ends()

    watched(town, story())
    [row] = duties(town, "longgang")
    [handover] = handovers(town)
    assert row.state == "confirmed" and row.handover_id == handover.id
    assert handover.acknowledged_at == row.settled_at
    assert handover.open_tickets == [town.ticket().id]


def test_refusing_the_shift_raises_the_backup(town: Town) -> None:
    phone = town.handset("longgang-1")

    async def story() -> None:
        await missed_call(town)
        await asked_to_take_over(phone)
        phone.press("0")
        await phone.hears("告诉督导员")
        await town.world.until(lambda: len(duties(town, "longgang")) == 2)

    watched(town, story())
    assert duties(town, "longgang")[0].state == "unable"
    assert handovers(town)[0].acknowledged_at is None
    assert notices(town, "duty_unconfirmed")


async def hand_over_by_menu(town: Town, taker: str) -> None:
    """The person on duty rings the hotline from the handset and hands the shift to a colleague."""
    desk = await town.world.dial(town.handset("longgang-1").number, town.line("longgang"))
    await desk.hears("交班按4")
    desk.press("4")
    await desk.hears("有要交代的请在嘀声后说")
    await desk.hears_beep()
    await desk.speak("张奶奶的药下午送到", 4)
    await desk.hears("交给谁", within=30)
    await desk.hears(taker)
    labels = ["谢丽萍", "熊静", "王宇航", "薛国庆"]
    desk.press(str(labels.index(taker) + 1))
    await desk.hears("马上打电话通知接班的同志")
    desk.hang_up()


def test_handing_over_by_the_staff_menu_rings_the_next_person_and_the_roster_follows(town: Town) -> None:
    phone = town.handset("longgang-1")

    async def story() -> str:
        before = on_duty(town)
        await hand_over_by_menu(town, "薛国庆")
        await phone.rings(within=60)
        phone.answer()
        await phone.hears("龙港镇待办0件")
        phone.press("1")
        await phone.hears("现在由您值班")
        await phone.ends()
        await town.world.passes(300)
        return before

    assert watched(town, story()) == "王宇航"
    assert on_duty(town) == "薛国庆"
    [handover] = handovers(town)
    assert handover.acknowledged_at is not None and handover.note
    assert notices(town, "shift_changed") == [] == notices(town, "shift_lifted"), "both were there"


def test_whoever_took_the_shift_a_moment_early_is_not_rung_again_at_its_beginning(town: Town) -> None:
    phone = town.handset("longgang-1")

    async def story() -> None:
        await hand_over_by_menu(town, "熊静")
        await phone.rings(within=60)
        phone.answer()
        await phone.hears("接班请按1")
        phone.press("1")
        await phone.ends()
        await phone.stays_quiet(1800)

    watched(town, story())
    assert [row.state for row in duties(town, "longgang")] == ["confirmed"]
    assert on_duty(town) == "熊静"


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "no key"])
def test_a_handover_nobody_takes_is_told_to_the_coordinator(town: Town, refused: bool) -> None:
    async def story() -> None:
        await hand_over_by_menu(town, "薛国庆")
        if refused:
            town.handset("longgang-1", presses("0"))
        await town.world.until(lambda: bool(notices(town, "handover_refused")), within=900)

    watched(town, story())
    assert on_duty(town) == "王宇航"
    assert {row.channel for row in notices(town, "handover_refused")} == {"console", "telephone"}
    assert handovers(town)[0].acknowledged_at is None
