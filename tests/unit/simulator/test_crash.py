"""A carrier that crashes: its calls are gone for everybody, and nobody is told."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from hotline.simulator.behaviours import answers
from hotline.simulator.carrier import Config
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.dialling import CALLER, FIRST, ring
from tests.unit.simulator.toy import Toy


async def test_a_lost_call_ends_without_a_word_and_is_in_no_book(world: World, toy: Toy) -> None:
    ring(toy, FIRST, screened=False)
    phone = world.phone(FIRST, answers(after=3, talks=60))
    call = await world.dial(CALLER, LINE)
    await call.joined(within=20)
    sent, rest = len(world.sent()), Client(Config.account, Config.token, http_client=world.http)
    world.carrier.lose_calls()
    await call.ends(within=1)
    await world.quiet()
    assert phone.leg is None and len(world.sent()) == sent and not world.carrier.live
    assert rest.calls.list() == [] and set(world.carrier.lost) >= {call.sid}
    with pytest.raises(TwilioRestException) as unknown:
        rest.calls(call.sid).fetch()
    assert unknown.value.status == 404
    again = await world.dial(CALLER, LINE)
    await again.joined(within=20)
