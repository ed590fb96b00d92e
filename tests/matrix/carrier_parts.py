"""The carrier's REST interface fails while its telephones go on; or the carrier crashes, and its calls are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import requests
from twilio.http.response import Response

from hotline.simulator.inprocess import InProcessHttpClient
from hotline.telephony.rest import Carrier
from tests.matrix.failing import Mend
from tests.stories.town import Town


class Failing(InProcessHttpClient):
    """A connection to the carrier that answers a status, or breaks before or after the request has arrived."""

    def __init__(self, town: Town, how: int | str) -> None:
        super().__init__(town.world.carrier)
        self.how = how

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        if isinstance(self.how, int):
            return Response(self.how, '{"code": 20001, "message": "not now"}', {})
        if self.how == "refused":
            raise requests.ConnectionError("nobody listens there")
        super().request(method, uri, *args, **kwargs)
        raise requests.ReadTimeout("no answer in time")


def fails(how: int | str) -> Callable[[Town], Mend]:
    """Return what lets the carrier's REST interface fail: an HTTP status, ``refused`` or ``answers lost``."""

    def broken(town: Town) -> Mend:
        well = town.x.carrier
        town.x = replace(town.x, carrier=Carrier(town.x.settings, Failing(town, how)))

        def mend() -> None:
            town.x = replace(town.x, carrier=well)

        return mend

    return broken


def killed(town: Town) -> Mend:
    """The carrier crashes and is there again at once: it has no calls, and has never heard of those it had."""
    carrier = town.world.carrier
    carrier.loop.call_soon_threadsafe(carrier.lose_calls)
    return lambda: None
