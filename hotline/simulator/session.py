"""One leg with the program it runs: its record, its connection, and what may interrupt it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hotline.simulator.calls import CallRecord, form_of
from hotline.simulator.courier import Errand, WebhookError
from hotline.simulator.document import Document, DocumentError, Fetch, Step, from_reply
from hotline.simulator.exchange import Exchange
from hotline.simulator.leg import Leg

T = TypeVar("T")


class HungUp(Exception):  # noqa: N818  (an event on the line, not a fault)
    """The party is gone."""


class Redirected(Exception):  # noqa: N818
    """Through REST the call was sent to another document."""

    def __init__(self, step: Step) -> None:
        super().__init__("redirected")
        self.step = step


class Ended(Exception):  # noqa: N818
    """The document ended the call (Hangup, Reject); ``status`` is the final CallStatus of an unanswered one."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Session:
    """A leg and its program. Everything that waits goes through ``guard``, so that a hang-up ends it at once."""

    exchange: Exchange
    record: CallRecord
    leg: Leg
    run: Callable[[Session, Step], Awaitable[None]]
    """Executes a program; see executor.run."""
    fallback: Fetch | None = None
    screening: bool = False
    """True for a callee's leg before the bridge: Dial is an error there."""
    _interrupt: asyncio.Future[Exception] = field(init=False)

    def __post_init__(self) -> None:
        self._interrupt = asyncio.get_running_loop().create_future()
        self.leg.when_gone = lambda: self.interrupt(HungUp())

    def interrupt(self, reason: Exception) -> None:
        """Stop whatever goes on: ``guard`` raises ``reason``. A hang-up replaces a redirect, never the reverse."""
        if not self._interrupt.done():
            self._interrupt.set_result(reason)
        elif isinstance(reason, HungUp):
            self._interrupt = asyncio.get_running_loop().create_future()
            self._interrupt.set_result(reason)

    async def guard(self, work: Awaitable[T]) -> T:
        """Return the result of ``work``, or cancel it and raise HungUp or Redirected when that comes first."""
        task = asyncio.ensure_future(work)
        try:
            both: set[asyncio.Future[Any]] = {task, self._interrupt}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        reason = self._interrupt.result()
        if isinstance(reason, Redirected):
            self._interrupt = asyncio.get_running_loop().create_future()
        raise reason

    async def answer(self) -> None:
        """Pick up the incoming call, if that was not done yet."""
        if not self.leg.answered:
            await self.leg.answer()
        self.exchange.reporter.move(self.record, "in-progress")

    def errand(self, step: Fetch, status: str = "") -> Errand:
        """Return the webhook that asks for a document; ``status`` replaces the record's."""
        form = (*form_of(self.record, self.exchange.profile, status), *step.extra)
        return Errand(step.kind, step.method, step.url, form, self.record.sid)

    async def fetch(self, step: Step) -> Document:
        """Return the document. Raises DocumentError, WebhookError."""
        if isinstance(step, Document):
            return step
        return from_reply(await self.exchange.courier.fetch(self.errand(step)), step.url)

    def after(self, error: DocumentError | WebhookError, step: Step) -> Step:
        """Return where the call goes when ``step`` failed: the fallback address, told why. Raises ``error`` again."""
        self.exchange.note(self.leg, str(error))
        if self.fallback is None or self.screening or (isinstance(step, Fetch) and step.kind == "fallback"):
            raise error
        extra = (("ErrorCode", str(error.code)), ("ErrorUrl", step.url))
        return Fetch("fallback", self.fallback.method, self.fallback.url, extra)

    async def tell(self, step: Fetch) -> None:
        """Ask an action whose answer no longer matters: the party is gone. Never raises for the answer."""
        try:
            await self.exchange.courier.fetch(self.errand(step, self.leg.final_status))
        except WebhookError as error:
            self.exchange.note(self.leg, str(error))
