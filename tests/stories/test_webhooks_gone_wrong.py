"""Each webhook repeated, swapped, late or lost: rung once, one ticket, a human or a message (chatwoot#14836)."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.town import Town

KINDS = {
    "the first webhook": ("voice", ""),
    "the end of a tier": ("action", "/connect"),
    "the whisper": ("screen", "/screen"),
    "the accept key": ("action", "/key/"),
    "a report on a handset": ("status", "/legs/"),
    "the report on the caller": ("status", "/carrier/status"),
}


EFFECTS = ["duplicate", "duplicate_at_once", "late", "reordered", "lost", "error", "error_after", "slow"]


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("which", list(KINDS))
def test_the_call_still_reaches_one_human_once(town: Town, which: str, effect: str) -> None:
    kind, url = KINDS[which]
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-2", answers(after=3, talks=20))
    town.world.faults.add(effect, kind, url, times=1, seconds=6)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("", within=60)
        await call.ends(within=300)
        await town.world.quiet()
        await town.world.passes(600)
        await town.sweep()

    town.play(story(), working=False)
    ticket = town.ticket()
    assert len(town.calls()) == 1
    assert town.calls()[0].ended_at is not None
    assert ticket.state == "answered" or ticket.call_back_by is not None
    numbers = [leg.number_hash for leg in town.legs() if leg.rung_at]
    assert len(numbers) == len(set(numbers))
    assert town.events().count("opened") == 1
    assert town.events().count("call_ended") == 1


def test_a_call_whose_end_was_never_reported_is_found_over_by_the_sweep(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)
    town.world.faults.add("lost", "status", "/carrier/status", times=0)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        call.hang_up()
        await town.world.passes(30)
        assert town.calls()[0].ended_at is None
        await town.world.passes(300)
        await town.sweep()

    town.play(story(), working=False)
    assert town.calls()[0].ended_at is not None
    assert town.ticket().call_back_by is not None


def test_an_unsigned_webhook_is_refused(town: Town) -> None:
    answer = town.app.test_client().post("/carrier/voice", data={"CallSid": "CA1", "From": "+8615400000001", "To": "1"})
    assert answer.status_code == 403
    assert town.tickets() == []


def test_a_wrongly_signed_webhook_is_refused(town: Town) -> None:
    headers = {"X-Twilio-Signature": "bm90IHRoaXM="}
    assert town.app.test_client().post("/carrier/voice", data={"CallSid": "CA1"}, headers=headers).status_code == 403
