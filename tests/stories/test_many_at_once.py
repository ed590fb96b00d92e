"""Several survivors ring at the same moment: nobody is rung for two calls, and nobody is left (yap#540)."""

from __future__ import annotations

import asyncio

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.town import Town


def test_three_calls_at_the_same_moment_to_one_station(town: Town) -> None:
    town.everybody(answers(after=3, talks=60))

    async def story() -> list[str]:
        calls = await asyncio.gather(*(town.ring(p, "longgang") for p in ("p001", "p003", "+8615400008888")))
        joined = await asyncio.gather(*(call.joined(within=80) for call in calls))
        return [phone.number for phone in joined]

    numbers = town.play(story())
    assert len(set(numbers)) == 3
    assert {ticket.state for ticket in town.tickets()} == {"answered"}
    assert len(town.tickets()) == 3


def test_a_handset_that_talks_is_passed_over_and_free_again_afterwards(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    duty = town.handset("longgang-1", answers(after=2, talks=25))
    backup = town.handset("longgang-2", answers(after=2, talks=5))

    async def story() -> None:
        first = await town.ring("p001", "longgang")
        await first.joined(duty.number)
        second = await town.ring("p003", "longgang")
        await second.joined(backup.number, within=40)
        await first.ends()
        await second.ends()
        third = await town.ring("+8615400008888", "longgang")
        await third.joined(duty.number, within=40)

    town.play(story(), working=False)  # no wrap-up call occupies the handset
    assert "busy" in [leg.reason for leg in town.legs("passed_over")]


def test_when_everybody_talks_the_caller_waits_spoken_to_and_gets_the_first_who_is_free(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    def only_the_county(session: object) -> None:
        from sqlalchemy import update

        from hotline.directory.models import BranchLine, Handset, Staff

        session.execute(update(Handset).where(Handset.code != "county-1").values(active=False))  # type: ignore[attr-defined]
        session.execute(update(BranchLine).values(active=False))  # type: ignore[attr-defined]
        session.execute(update(Staff).values(number_sealed=None))  # type: ignore[attr-defined]

    town.change(only_the_county)
    desk = town.handset("county-1", answers(after=2, talks=30))

    async def story() -> float:
        first = await town.ring("p001")
        await first.joined(desk.number, within=60)
        second = await town.ring("p003")
        await second.hears("大家都在忙，请别挂机", within=30)
        await first.ends()
        await second.joined(desk.number, within=60)
        return second.longest_silence()

    assert town.play(story()) <= 4.5
