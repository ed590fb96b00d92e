"""Calls that the application places through REST: queue, ring, detect machines, run the document."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hotline.simulator.calls import CallRecord, form_of
from hotline.simulator.courier import Errand
from hotline.simulator.document import Fetch, Step
from hotline.simulator.exchange import Exchange
from hotline.simulator.leg import Answer
from hotline.simulator.session import HungUp, Redirected, Session


@dataclass(frozen=True)
class Order:
    """What calls.create asked for; times in seconds."""

    step: Step
    fallback: Fetch | None = None
    ring_seconds: float = 60.0
    detects: bool = False
    """Find out whether a machine answered."""
    detects_meanwhile: bool = False
    """Do not wait for that (AsyncAmd)."""
    detection_url: str = ""
    send_digits: str = ""


class Placer:
    """Places calls one after the other, no more a second than the account may."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._next_slot = 0.0

    async def place(self, session: Session, order: Order) -> None:
        """Carry a call through to its end."""
        record, exchange = session.record, self._exchange
        try:
            answer = await session.guard(self._ring(session, order))
        except (HungUp, Redirected):
            answer = Answer("canceled", 487)
        if not answer.answered:
            session.leg.hang_up(answer.status)
            exchange.reporter.move(record, answer.status, answer.sip_code)
            exchange.sessions.pop(record.sid, None)
            return
        exchange.reporter.move(record, "in-progress")
        if order.send_digits:
            session.leg.send_keys(order.send_digits)
        await self._detect(session, order, answer)
        await exchange.carry_on(session, order.step)

    async def _ring(self, session: Session, order: Order) -> Answer:
        reporter, record = self._exchange.reporter, session.record
        await asyncio.sleep(self._wait_for_slot())
        reporter.move(record, "initiated")
        try:
            ringing = session.leg.ring(lambda: reporter.move(record, "ringing"))
            return await asyncio.wait_for(ringing, order.ring_seconds)
        except TimeoutError:
            return Answer("no-answer", 487)

    def _wait_for_slot(self) -> float:
        rate = self._exchange.switches.calls_per_second
        if rate is None:
            return 0.0
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next_slot)
        self._next_slot = slot + 1.0 / rate
        return slot - now

    async def _detect(self, session: Session, order: Order, answer: Answer) -> None:
        if not order.detects:
            return
        verdict = "machine_start" if answer.machine else "human"
        if order.detects_meanwhile:
            self._exchange.spawn(self._tell_verdict(session.record, order.detection_url, verdict))
            return
        try:
            await session.guard(asyncio.sleep(self._exchange.switches.detection_seconds))
        except (HungUp, Redirected):
            return
        session.record.answered_by = verdict

    async def _tell_verdict(self, record: CallRecord, url: str, verdict: str) -> None:
        seconds = self._exchange.switches.detection_seconds
        await asyncio.sleep(seconds)
        record.answered_by = verdict
        if url:
            extra = (("MachineDetectionDuration", str(round(seconds * 1000))),)
            form = (*form_of(record, self._exchange.profile), *extra)
            self._exchange.courier.notify(Errand("amd", "POST", url, form, record.sid))
