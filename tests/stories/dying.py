"""Workers that die, and what they were at: for the stories of the background work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twilio.http.response import Response

from hotline.calls import due
from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.inprocess import InProcessHttpClient
from hotline.telephony.rest import Carrier
from tests.stories.calls import answered
from tests.stories.town import Town


class Killed(BaseException):
    """The worker process dies here."""


class Dying(InProcessHttpClient):
    """A connection to the carrier on which the worker dies, or times out, once, after the request has arrived."""

    def __init__(self, town: Town, error: BaseException, after: bool = True) -> None:
        super().__init__(town.world.carrier)
        self.error: BaseException | None = error
        self.after = after

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        error = self.error if method.upper() == "POST" else None
        if error and not self.after:
            self.error = None
            raise error
        answer = super().request(method, uri, *args, **kwargs)
        if error:
            self.error = None
            raise error
        return answer


def dying(town: Town, error: BaseException, after: bool = True) -> Dying:
    """Let the next call that is placed be the worker's end."""
    http = Dying(town, error, after)
    town.x = replace(town.x, carrier=Carrier(town.x.settings, http))
    return http


def placed(town: Town) -> int:
    """How many calls the carrier was asked to place and did."""
    return sum(1 for record in town.world.carrier.records.values() if record.direction == "outbound-api")


async def tick(town: Town) -> None:
    """A worker's round; where it dies, it dies."""
    try:
        await town.world.work(due.fire_due, town.x)
    except Killed:
        return


async def a_wrap_up_is_due(town: Town) -> None:
    phone = await answered(town)
    phone.behaviour = NEVER_ANSWERS
    await town.world.passes(35)
