"""A voicemail is not a human, a dead number not the end of the chain (yap#971, goalert#921)."""

from __future__ import annotations

from sqlalchemy import select, update

from hotline.directory.models import Handset
from hotline.simulator.behaviours import (
    NEVER_ANSWERS,
    OFF,
    answers,
    answers_but_presses_nothing,
    voicemail,
    wrong_number,
)
from tests.stories.town import Town


def state_of(town: Town, code: str) -> Handset:
    with town.reading() as session:
        return session.scalars(select(Handset).where(Handset.code == code)).one()


def test_a_voicemail_never_takes_a_call(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", voicemail(after=4))
    backup = town.handset("longgang-2", answers())

    async def story() -> None:
        call = await town.ring("p001", "longgang")
        await call.joined(backup.number, within=60)

    town.play(story())
    [machine] = [leg for leg in town.legs("silent") if leg.reason == "duty"]
    assert machine.key == ""
    assert town.ticket().state == "answered"


def test_a_person_who_presses_nothing_has_not_accepted(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", answers_but_presses_nothing(after=2))
    backup = town.handset("longgang-2", answers())

    async def story() -> None:
        call = await town.ring("p001", "longgang")
        await call.joined(backup.number, within=60)

    town.play(story())


def test_a_mistyped_number_at_which_a_stranger_answers(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", wrong_number(after=2))
    backup = town.handset("longgang-2", answers())

    async def story() -> None:
        call = await town.ring("p001", "longgang")
        await call.joined(backup.number, within=60)

    town.play(story())


def test_a_handset_that_fails_again_and_again_is_passed_over_until_a_key_is_pressed_on_it(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", OFF)
    town.handset("longgang-2", answers(talks=9))

    async def story() -> None:
        for _ in range(4):
            call = await town.ring("p001", "longgang")
            await call.joined(within=60)
            await call.ends(within=60)
            await town.world.passes(700)

    town.play(story())
    assert state_of(town, "longgang-1").state == "dead"

    async def later() -> None:
        call = await town.ring("p001", "longgang")
        await call.joined(within=60)

    town.play(later())
    assert "dead" in [leg.reason for leg in town.legs("passed_over")]

    town.change(lambda s: s.execute(update(Handset).where(Handset.code == "longgang-1").values(state="suspect")))
    phone = town.handset("longgang-1", answers())

    async def found_again() -> None:
        await town.world.passes(900)
        call = await town.ring("p003", "longgang")
        await call.joined(phone.number, within=60)

    town.play(found_again())
    assert (state_of(town, "longgang-1").state, state_of(town, "longgang-1").failures) == ("ok", 0)
