"""Who reached no human is rung back: the duty chain first, the case whispered, then the survivor, and joined."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.town import Town


async def missed(town: Town, caller: str = "p003", seconds: float = 3) -> None:
    call = await town.ring(caller, "longgang")
    await town.world.passes(seconds)
    call.hang_up()


def test_a_three_second_hang_up_is_rung_back_and_joined(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        phone = town.handset("longgang-1")
        await phone.rings(within=180)
        phone.answer()
        await phone.hears("薛春娥")
        phone.press("1")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=30)
        assert survivor.display == town.line("longgang")
        survivor.answer()
        await survivor.hears("龙港镇关爱帮扶热线给您回电话")
        await phone.joined(survivor.number)
        await town.world.passes(60)
        survivor.hang_up()
        await town.world.passes(30)

    town.play(story())
    ticket = town.ticket()
    assert ticket.state in ("answered", "resolved")
    assert ticket.call_back_by is None
    assert "called_back" in town.events()


def test_the_chain_is_rung_one_after_the_other_until_somebody_accepts(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        backup = town.handset("longgang-2")
        await backup.rings(within=240)
        backup.answer()
        await backup.hears("薛春娥")
        backup.press("1")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=30)

    town.play(story())
    assert town.handset("longgang-1").times_rung >= 1


def test_nobody_accepts_so_the_chain_is_rung_again_and_everybody_above_hears_of_it(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        await town.world.passes(3600)

    town.play(story())
    events = town.events()
    assert events.count("call_back_nobody") >= 2
    assert len(town.errands("reminder")) >= 1
    assert town.ticket().state == "open"


def test_a_survivor_who_gets_through_meanwhile_is_not_rung_back(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        await town.world.passes(20)
        town.handset("longgang-1", answers(after=2, talks=30))
        again = await town.ring("p003", "longgang")
        await again.joined(within=30)
        await again.ends()
        await town.world.passes(1200)

    town.play(story())
    assert len(town.tickets()) == 1
    assert [e.state for e in town.errands("call_back") if e.state != "cancelled"] == []


def test_several_missed_calls_of_one_person_are_one_ticket_and_one_call_back(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        for _ in range(3):
            await missed(town)
            await town.world.passes(8)
        await town.handset("longgang-1").rings(within=180)

    town.play(story())
    assert len(town.tickets()) == 1
    assert len([e for e in town.errands("call_back") if e.state not in ("cancelled", "missed")]) == 1


def test_three_tries_at_a_survivor_with_growing_pauses(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", answers(after=2, accept="1", talks=5))

    async def story() -> None:
        await missed(town)
        town.world.phone(town.survivor("p003"), NEVER_ANSWERS)
        await town.world.passes(4 * 3600)

    town.play(story())
    assert town.ticket().call_back_tries == 3
    assert "call_back_given_up" in town.events()
    rung = [e.placed_at for e in town.errands("call_back") if e.result == "accepted" and e.placed_at]
    pauses = [later - earlier for earlier, later in pairwise(rung)]
    assert len(pauses) == 2
    assert timedelta(minutes=9) < pauses[0] < pauses[1]
