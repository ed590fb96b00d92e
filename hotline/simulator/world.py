"""A carrier with telephones for stories: one process, virtual time, an application as a WSGI callable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from hotline.simulator.behaviours import MANUAL, Behaviour
from hotline.simulator.carrier import Carrier, Config
from hotline.simulator.courier import Sent
from hotline.simulator.faults import Faults
from hotline.simulator.inprocess import InProcessHttpClient
from hotline.simulator.lines import Line, at
from hotline.simulator.media_server import MediaServer
from hotline.simulator.party import Party
from hotline.simulator.phone import Phone
from hotline.simulator.switches import PROFILES, Switches
from hotline.simulator.transport import Reply, WsgiTransport
from hotline.simulator.virtualtime import VirtualTimeLoop, real_work

P = ParamSpec("P")
T = TypeVar("T")
WEBHOOK = "http://hotline.test"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Shanghai."""


def _nobody(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"no application connected"]


class World:
    """Set up, ``connect`` an application, then ``play`` stories. Close it at the end."""

    def __init__(
        self,
        data: Path,
        *,
        profile: str = "twilio",
        switches: Switches | None = None,
        start: datetime = START,
        webhook: str = WEBHOOK,
        token: str = Config.token,
        account: str = Config.account,
    ) -> None:
        self.webhook = webhook
        self.loop = VirtualTimeLoop()
        self._application: Callable[..., Iterable[bytes]] = _nobody
        self._transport = WsgiTransport(lambda environ, start: self._application(environ, start))
        self._media = MediaServer(data / "recordings")
        config = Config(
            account=account,
            token=token,
            url=self._media.url,
            data=data,
            profile=PROFILES[profile],
            switches=switches,
            start=start,
            seed=1,
        )
        self.carrier = Carrier(config, self._transport, self.loop)
        self.http = InProcessHttpClient(self.carrier)
        """Give it to ``twilio.rest.Client(account, token, http_client=world.http)``."""

    def connect(self, application: Callable[..., Iterable[bytes]]) -> None:
        """Put the application (a WSGI callable) behind the webhooks."""
        self._application = application

    def now(self) -> datetime:
        """Return the time of this world, aware, UTC; the application's clock. Safe in any thread."""
        return self.carrier.now()

    @property
    def faults(self) -> Faults:
        """What goes wrong; see Faults.add."""
        return self.carrier.faults

    def line(self, number: str, label: str = "") -> Line:
        """Publish a number whose webhooks are the application's ``/carrier/...`` addresses."""
        return self.carrier.add_line(at(self.webhook, number, label))

    def phone(self, number: str, behaviour: Behaviour = MANUAL, label: str = "") -> Phone:
        """Return a telephone that behaves so from now on."""
        phone = self.carrier.phone(number)
        phone.behaviour, phone.label = behaviour, label or phone.label
        return phone

    async def dial(self, caller: str, called: str) -> Party:
        """Let ``caller`` (a number, or ``anonymous``) ring a published number."""
        return self.carrier.dial(caller, called)

    def sent(self, kind: str = "", call_sid: str = "") -> list[Sent]:
        """Return the webhooks of a kind and a call that were sent so far, oldest first."""
        return [s for s in self.carrier.log if kind in ("", s.kind) and call_sid in ("", s.call_sid)]

    async def passes(self, seconds: float) -> None:
        """Let time pass; whatever is due meanwhile happens."""
        await asyncio.sleep(seconds)

    async def work(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function of the application's (a sweep, a timer) in a thread while the clock stands still."""
        with real_work():
            return await asyncio.to_thread(function, *args, **kwargs)

    async def until(self, holds: Callable[[], bool], within: float = 120.0) -> None:
        """Wait until ``holds()``. Raises AssertionError when it does not in so many seconds."""
        if not await self.carrier.pulse.until(holds, within):
            raise AssertionError(f"it did not happen within {within:g} s")

    async def quiet(self, within: float = 3600.0) -> None:
        """Wait until every call is over and every webhook delivered."""
        await self.until(lambda: not self.carrier.live, within)
        await self.carrier.settle()

    def play(self, story: Coroutine[Any, Any, T]) -> T:
        """Run a story and return what it returns. Raises what it raises, or what crashed inside the simulator."""
        result = self.loop.run_until_complete(story)
        if self.carrier.crashes:
            raise RuntimeError("the simulator itself failed") from self.carrier.crashes.pop()
        return result

    async def request(self, method: str, url: str) -> Reply:
        """Ask the application something unsigned, as a stranger would."""
        return await self._transport.send(method, url, (), {})

    async def _end_tasks(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def close(self) -> None:
        """Cut every call and end the loop and its threads."""
        self.loop.run_until_complete(self.carrier.stop())
        self.loop.run_until_complete(self._end_tasks())
        self.loop.run_until_complete(self._transport.close())
        with self.loop.real_work():
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self._media.close()
