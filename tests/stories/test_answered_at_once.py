"""A survivor rings, the duty handset of her township rings, a human presses a key, they talk."""

from __future__ import annotations

from hotline.simulator.behaviours import answers
from tests.stories.town import Town


def test_the_duty_handset_answers_and_the_ticket_tells_everything(town: Town) -> None:
    async def story() -> None:
        call = await town.ring("p001", "longgang")
        await call.hears("您好，龙港镇关爱帮扶热线")
        phone = town.handset("longgang-1")
        await phone.rings(within=15)
        phone.answer()
        await phone.hears("罗爱莲")
        phone.press("1")
        await call.joined(phone.number)
        await town.world.passes(30)
        call.hang_up()
        await town.world.quiet()

    town.play(story())
    ticket = town.ticket()
    assert ticket.state == "answered"
    assert 0 < (ticket.waited_seconds or 0) <= 20
    assert "值班手机" in ticket.answered_by
    [leg] = town.legs("ended")
    assert (leg.reason, leg.key) == ("duty", "1")
    assert leg.rung_at is not None and leg.picked_up_at is not None
    assert (leg.picked_up_at - leg.rung_at).total_seconds() < 3, "the greeting is no ringing"
    assert town.events()[:4] == ["opened", "called", "answer", "call_ended"]


def test_the_caller_hears_the_first_word_at_once_and_never_a_long_silence(town: Town) -> None:
    town.handset("longgang-1", answers())

    async def story() -> float:
        call = await town.ring("p001", "longgang")
        await call.joined(within=30)
        return call.longest_silence()

    assert town.play(story()) <= 6
