"""Several telephones ring at once; the first that is ready is joined to the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from hotline.simulator.courier import WebhookError
from hotline.simulator.document import Document, DocumentError, Element, Fetch, flag
from hotline.simulator.leg import Answer, Take
from hotline.simulator.session import Ended, HungUp, Redirected, Session
from hotline.simulator.verbs.record import recording_fields, report_recording


@dataclass(frozen=True)
class Target:
    """A Number of a Dial."""

    number: str
    diallable: bool
    screen: Fetch | None = None
    status_url: str = ""
    status_method: str = "POST"
    status_events: frozenset[str] = frozenset()
    send_digits: str = ""


@dataclass(frozen=True)
class DialOptions:
    """The attributes of a Dial; times in seconds."""

    targets: tuple[Target, ...]
    caller_id: str
    ring_seconds: float
    talk_seconds: float
    answer_on_bridge: bool
    star_ends: bool
    records: bool


@dataclass
class Child:
    """One telephone being called."""

    target: Target
    session: Session
    outcome: str = ""
    """Final CallStatus, empty while it lasts."""
    answered: bool = False
    kept: bool = False
    """It was led away by REST and is no longer ours to hang up."""

    def finish(self, status: str, sip_code: int = 0) -> None:
        """Hang it up and report its final state, once."""
        if self.outcome or self.kept:
            return
        self.outcome = status
        self.session.leg.hang_up(status)
        self.session.exchange.reporter.move(self.session.record, status, sip_code)
        self.session.exchange.sessions.pop(self.session.record.sid, None)


@dataclass
class RingGroup:
    """One Dial under way."""

    parent: Session
    options: DialOptions
    verb: Element
    document: Document
    children: list[Child] = field(default_factory=list)
    bridged: Child | None = None
    recording: tuple[tuple[str, str], ...] = ()
    _tasks: dict[asyncio.Task[bool], Child] = field(default_factory=dict)
    _tone: ExitStack = field(default_factory=ExitStack)

    async def run(self) -> None:
        """Ring, join, talk; return when that is over. Cancelling it hangs up every child."""
        self.children = [self._child(target) for target in self.options.targets]
        try:
            with self._tone:
                self._tone.enter_context(self.parent.leg.ringback())
                winner = await self._first_ready()
            if winner is not None:
                await self._talk(winner)
        finally:
            for child in self.children:
                child.finish("completed" if child.answered else "canceled")

    def fields(self, *, caller_gone: bool = False) -> tuple[tuple[str, str], ...]:
        """Return what the Dial's action is told."""
        profile = self.parent.exchange.profile
        chosen = self.bridged or next((child for child in self.children if child.answered), None)
        chosen = chosen or next(iter(self.children), None)
        if chosen is None:
            return (("DialCallStatus", "canceled"), ("DialBridged", "false"))
        return (
            ("DialCallStatus", self._status(caller_gone=caller_gone)),
            ("DialCallSid", chosen.session.record.sid),
            ("DialCallDuration", str(chosen.session.record.seconds)),
            *((("DialBridged", "true" if self.bridged else "false"),) if profile.reports_bridge else ()),
            *self.recording,
        )

    def _status(self, *, caller_gone: bool) -> str:
        switches = self.parent.exchange.switches
        outcomes = {child.outcome for child in self.children}
        if self.bridged is not None:
            return "completed"
        if caller_gone:
            return switches.dial_status_after_hang_up
        if any(child.answered for child in self.children):
            return switches.status_after_reject
        return outcomes.pop() if len(outcomes) == 1 else "no-answer"

    def _child(self, target: Target) -> Child:
        exchange, parent = self.parent.exchange, self.parent
        record = exchange.new_record(self.options.caller_id, target.number, "outbound-dial", parent.record)
        record.status_url, record.status_method = target.status_url, target.status_method
        record.status_events = target.status_events
        leg = exchange.place(record.sid, target.number, self.options.caller_id)
        session = Session(exchange, record, leg, parent.run, screening=True)
        exchange.sessions[record.sid] = session
        return Child(target, session)

    async def _first_ready(self) -> Child | None:
        self._tasks = {asyncio.ensure_future(self._attempt(child)): child for child in self.children}
        waiting = set(self._tasks)
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if not task.cancelled() and task.result():
                        return self._tasks[task]
            return None
        finally:
            for task in waiting:
                task.cancel()
            if waiting:
                await asyncio.wait(waiting)

    async def _attempt(self, child: Child) -> bool:
        """Ring one telephone; True when it is ready to be joined."""
        try:
            return await self._ring_and_screen(child)
        except asyncio.CancelledError:
            child.finish("completed" if child.answered else "canceled")
            raise

    async def _ring_and_screen(self, child: Child) -> bool:
        answer = await self._ring(child)
        if not answer.answered:
            child.finish(answer.status, answer.sip_code)
            return False
        child.answered = True
        child.session.exchange.reporter.move(child.session.record, "in-progress")
        if child.target.send_digits:
            child.session.leg.send_keys(child.target.send_digits)
        self._on_answer(child)
        ready = await self._screen(child) and not child.session.leg.gone.is_set()
        if not ready:
            child.finish("completed")
        return ready

    async def _ring(self, child: Child) -> Answer:
        reporter, record = child.session.exchange.reporter, child.session.record
        reporter.move(record, "initiated")
        if not child.target.diallable:
            return Answer("failed", 404)
        limit = self.options.ring_seconds + child.session.exchange.switches.dial_timeout_extra_seconds
        try:
            ringing = child.session.leg.ring(lambda: reporter.move(record, "ringing"))
            return await child.session.guard(asyncio.wait_for(ringing, limit))
        except HungUp:  # through REST
            return Answer("canceled", 487)
        except TimeoutError:
            return Answer("no-answer", 487)

    def _on_answer(self, answered: Child) -> None:
        if not self.options.answer_on_bridge:
            self._tone.close()
        if self.parent.exchange.switches.cancel_others_at == "answer":
            for task in self._still_ringing(answered):
                task.cancel()

    def _still_ringing(self, answered: Child) -> Iterator[asyncio.Task[bool]]:
        return (task for task, child in self._tasks.items() if child is not answered and not child.answered)

    async def _screen(self, child: Child) -> bool:
        """Run the screening document; True when it came to its end without hanging up."""
        if child.target.screen is None or not child.session.exchange.switches.screening_supported:
            return True
        try:
            await child.session.run(child.session, child.target.screen)
        except (Ended, HungUp):
            return False
        except (DocumentError, WebhookError):  # noted already; nobody is joined to a leg that could not be asked
            return False
        return True

    async def _talk(self, child: Child) -> None:
        parent, exchange = self.parent, self.parent.exchange
        await parent.answer()
        self.bridged = child
        child.session.screening = False
        take, started = Take(asyncio.get_running_loop().time()), exchange.now()
        try:
            bridge = parent.leg.bridge(child.session.leg, self.options.talk_seconds, star_ends=self.options.star_ends)
            await child.session.guard(bridge)
        except HungUp:
            pass
        except Redirected as redirected:
            child.kept = True
            exchange.spawn(exchange.carry_on(child.session, redirected.step))
        finally:
            child.finish("completed")
            if self.options.records:
                self._keep(take, started)

    def _keep(self, take: Take, started: datetime) -> None:
        take.stopped = asyncio.get_running_loop().time()
        exchange, record = self.parent.exchange, self.parent.record
        sid = exchange.sids.new("RE")
        trimmed = flag(self.verb, "trim") and bool(take.voices)
        kept = exchange.recordings.keep(sid, record.sid, started, take, source="DialVerb", trimmed=trimmed)
        self.recording = recording_fields(self.parent, kept)
        report_recording(self.parent, self.verb, self.document, kept)
