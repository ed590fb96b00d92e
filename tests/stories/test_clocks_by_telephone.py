"""Clocks by telephone (跟踪督办): half the time and the holder is reminded, over and the head, then each level up."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.calls.models import Errand
from hotline.clock import local
from hotline.simulator.behaviours import NEVER_ANSWERS, OFF
from tests.stories.calls import answered, wrapped_up
from tests.stories.town import Town
from tests.stories.waiting import passes, rings
from tickets.models import TicketEvent

MINUTE = timedelta(minutes=1)


async def missed(town: Town) -> datetime:
    call = await town.ring("p003", "longgang")
    await town.world.passes(3)
    call.hang_up()
    await town.world.passes(1)
    return town.world.now()


def reminders(town: Town) -> list[Errand]:
    return list(town.errands("reminder"))


def steps(town: Town) -> list[tuple[str, str, int]]:
    with town.reading() as session:
        rows = session.scalars(select(TicketEvent.data).where(TicketEvent.kind == "clock").order_by(TicketEvent.id))
        return [(data["clock"], data["step"], data["level"]) for data in rows]


def test_holder_then_head_then_the_level_above_are_rung(town: Town) -> None:
    town.everybody(OFF)

    async def story() -> datetime:
        start = await missed(town)
        await passes(town, minutes=40)
        return start

    start = town.play(story(), working=False)
    assert steps(town)[:3] == [("call_back", "half", 0), ("call_back", "due", 0), ("call_back", "due", 1)]
    rung = [(errand.label, (errand.created_at - start) // MINUTE) for errand in reminders(town) if errand.attempt == 1]
    assert [label for label, _ in rung][:3] == ["龙港镇值班手机", "谢丽萍", "宋志强"]
    assert [minute for _, minute in rung][:2] == [7, 14]


def test_a_key_acknowledges_and_the_history_knows_it(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        head = await rings(town, town.staff("longgang-s1"), minutes=20)
        head.answer()
        await head.hears("1001号工单")
        await head.hears("薛春娥")
        await head.hears("经办人")
        await head.hears("已经超时")
        head.press("1")
        await head.hears("拜托您了")
        await head.ends()
        await town.world.passes(1)

    town.play(story(), working=False)
    assert "reminder_acknowledged" in town.events()
    with town.reading() as session:
        event = session.scalars(select(TicketEvent).where(TicketEvent.kind == "reminder_acknowledged")).one()
    assert event.actor == "谢丽萍"


def test_the_survivor_can_be_rung_from_the_reminder(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        head = await rings(town, town.staff("longgang-s1"), minutes=20)
        head.answer()
        await head.hears("现在给家属打电话按2")
        head.press("2")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=20)
        survivor.answer()
        await survivor.hears("您好，龙港镇关爱帮扶热线给您回电话")
        await head.joined(survivor.number)
        await town.world.passes(20)
        survivor.hang_up()
        await head.hears("刚才薛春娥的电话")
        head.press("1")
        await head.ends()
        await passes(town, hours=1)

    town.play(story(), working=False)
    ticket = town.ticket()
    assert (ticket.outcome, ticket.state) == ("answered", "resolved")
    assert [step[1:] for step in steps(town) if step[0] == "call_back"] == [("half", 0), ("due", 0)]


def test_no_clock_fires_after_its_cause_is_gone(town: Town) -> None:
    async def story() -> None:
        town.everybody(NEVER_ANSWERS)
        await missed(town)
        phone = await answered(town)
        await wrapped_up(town, phone, "1")
        await passes(town, days=20)

    town.play(story(), working=False)
    assert len(town.tickets()) == 1
    assert steps(town) == []
    assert reminders(town) == []


def test_a_reminder_on_its_way_is_not_spoken_when_the_case_is_settled_meanwhile(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        head = await rings(town, town.staff("longgang-s1"), minutes=20)
        await answered(town, talked=1)
        head.answer()
        await head.hears("这件事已经办好了")
        await head.ends()

    town.play(story(), working=False)


def test_what_is_not_urgent_waits_for_the_morning(town: Town) -> None:
    """Half of seven days is three and a half: the reminder of a call at nine in the morning comes in the evening."""

    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        town.everybody(NEVER_ANSWERS)
        await passes(town, days=4)

    town.play(story(), working=False)
    assert steps(town) == [("first_feedback", "half", 0)]
    placed = [local(errand.placed_at) for errand in reminders(town) if errand.placed_at]
    assert placed
    assert all(8 <= moment.hour < 21 for moment in placed)
