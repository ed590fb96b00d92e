"""The simulated carrier: its numbers, its telephones, and the calls between them and the application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hotline.simulator.calls import CallRecord, Reporter
from hotline.simulator.courier import Courier, Sent
from hotline.simulator.document import Fetch, Step
from hotline.simulator.exchange import Exchange
from hotline.simulator.executor import run, serve
from hotline.simulator.faults import Faults
from hotline.simulator.lines import Line
from hotline.simulator.party import Party
from hotline.simulator.phone import Message, Phone
from hotline.simulator.placing import Order, Placer
from hotline.simulator.pulse import Pulse
from hotline.simulator.recordings import Recordings
from hotline.simulator.session import Session
from hotline.simulator.sids import Sids
from hotline.simulator.simulated_leg import SimulatedLeg
from hotline.simulator.switches import PROFILES, Profile, Switches
from hotline.simulator.transport import Transport

log = logging.getLogger(__name__)
WITHHELD = "anonymous"


@dataclass(frozen=True)
class Config:
    """What a carrier is set up with."""

    account: str = "AC00000000000000000000000000000000"
    token: str = "simulated-carrier-token"  # noqa: S105  (a simulated secret)
    url: str = "http://127.0.0.1:8081"
    """Under which its REST interface and recordings are reached."""
    data: Path = field(default_factory=lambda: Path("simulator"))
    profile: Profile = PROFILES["twilio"]
    switches: Switches | None = None
    start: datetime | None = None
    """Its clock at the beginning; None: the machine's."""
    seed: int | None = None


class Carrier:
    """Everything of one simulated carrier. Make and use it on its loop's thread; ``now`` may be called anywhere."""

    def __init__(self, config: Config, transport: Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.config = config
        self.loop = loop
        self.pulse = Pulse()
        self.lines: dict[str, Line] = {}
        self.phones: dict[str, Phone] = {}
        self.legs: dict[str, SimulatedLeg] = {}
        """Every leg by its sid, live and ended."""
        self.lost: dict[str, CallRecord] = {}
        """What was lost in crashes; the REST interface does not know it."""
        self.messages: list[Message] = []
        self.crashes: list[BaseException] = []
        self._offset = timedelta(0)
        self._start = (config.start or datetime.now(UTC)) - timedelta(seconds=loop.time())
        self._tasks: set[asyncio.Task[None]] = set()
        profile, switches = config.profile, config.switches or config.profile.switches
        courier = Courier(transport, config.token, profile, switches, self.now, self.spawn, self.pulse)
        recordings = f"{config.url}/2010-04-01/Accounts/{config.account}/Recordings"
        self.exchange = Exchange(
            account=config.account,
            profile=profile,
            switches=switches,
            courier=courier,
            reporter=Reporter(courier, profile, self.now, self.pulse),
            recordings=Recordings(config.data / "recordings", recordings),
            sids=Sids(uuids=profile.uuid_sids, seed=config.seed),
            now=self.now,
            spawn=self.spawn,
            place=self._place,
            carry_on=self._carry_on,
            records={},
            sessions={},
        )
        self.since = self.now()
        self._placer = Placer(self.exchange)

    # Time

    def now(self) -> datetime:
        """Return the carrier's time, aware, in UTC."""
        return self._start + timedelta(seconds=self.loop.time()) + self._offset

    def shift(self, seconds: float) -> None:
        """Put the clock forward; running prompts take as long as before."""
        self._offset += timedelta(seconds=seconds)
        self.pulse()

    @property
    def offset(self) -> float:
        """Seconds by which the clock was put forward."""
        return self._offset.total_seconds()

    # Things to look at

    @property
    def log(self) -> list[Sent]:
        """Every webhook that was sent, oldest first."""
        return self.exchange.courier.log

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.exchange.courier.faults

    @property
    def records(self) -> dict[str, CallRecord]:
        """Every leg's record by its sid, oldest first."""
        return self.exchange.records

    @property
    def recordings(self) -> Recordings:
        """What was recorded."""
        return self.exchange.recordings

    @property
    def live(self) -> list[Session]:
        """Sessions that are not over."""
        return list(self.exchange.sessions.values())

    # Setting up

    def add_line(self, line: Line) -> Line:
        """Publish a number."""
        line = line if line.sid else line.with_sid(self.exchange.sids.new("PN"))
        self.lines[line.number] = line
        self.pulse()
        return line

    def phone(self, number: str) -> Phone:
        """Return the telephone with this number; an unknown one is created, without a label."""
        if number not in self.phones:
            self.phones[number] = Phone(number, self.pulse)
            self.pulse()
        return self.phones[number]

    # Calls

    def dial(self, caller: str, called: str) -> Party:
        """Let a telephone ring a published number; ``anonymous`` hides who calls.

        Raises KeyError when the number is not published, RuntimeError when the telephone is on a call already.
        """
        line = self.lines[called]
        phone = self._calling_phone(caller)
        shown = self.exchange.switches.withheld_from if caller == WITHHELD else caller
        record = self.exchange.new_record(shown, called, "inbound")
        record.line, record.number_sid, record.status_url = called, line.sid, line.status_callback
        leg = SimulatedLeg(record.sid, phone, called, self.exchange.switches, self.pulse, incoming=False)
        party = self._hold(leg, phone)
        session = self._session(record, leg, line.fallback)
        self.exchange.reporter.move(record, "ringing")
        self.spawn(self._carry_on(session, Fetch("voice", line.voice_method, line.voice_url)))
        return party

    def place(self, record: CallRecord, order: Order) -> None:
        """Call a telephone on behalf of the application."""
        leg = self._place(record.sid, record.called, record.caller)
        self.spawn(self._placer.place(self._session(record, leg, order.fallback), order))

    def deliver(self, message: Message) -> Message:
        """Put a text message onto a telephone."""
        self.messages.append(message)
        self.phone(message.receiver).messages.append(message)
        self.pulse()
        return message

    def lose_calls(self) -> None:
        """Lose every call that is not over, as a carrier that crashes does: the lines go dead, and nobody is told.

        No webhook comes for them any more, the books know nothing of them, and what was being recorded is gone.
        """
        lost = {sid: record for sid, record in self.records.items() if not record.over}
        self.lost |= lost
        self.exchange.courier.lost |= set(lost)
        self.recordings.lost |= set(lost)
        for sid in lost:
            del self.records[sid]
            if sid in self.legs:
                self.legs[sid].hang_up("failed")

    def _calling_phone(self, number: str) -> Phone:
        if number != WITHHELD:
            phone = self.phone(number)
            if phone.leg is not None:
                raise RuntimeError(f"{number} is on a call already")
            return phone
        names = (WITHHELD if n == 1 else f"{WITHHELD}-{n}" for n in range(1, 1000))
        return next(phone for phone in map(self.phone, names) if phone.leg is None)

    def _hold(self, leg: SimulatedLeg, phone: Phone) -> Party:
        self.legs[leg.sid] = leg
        return phone.place_call(leg)

    def _session(self, record: CallRecord, leg: SimulatedLeg, fallback: Fetch | None) -> Session:
        session = Session(self.exchange, record, leg, run, fallback)
        self.exchange.sessions[record.sid] = session
        return session

    def _place(self, sid: str, number: str, display: str) -> SimulatedLeg:
        leg = SimulatedLeg(sid, self.phone(number), display, self.exchange.switches, self.pulse, incoming=True)
        self.legs[sid] = leg
        return leg

    async def _carry_on(self, session: Session, step: Step) -> None:
        """Run a session to its end and close its books."""
        leg = self.legs[session.record.sid]
        status = await serve(session, step)
        leg.hang_up(status)
        self.exchange.reporter.move(session.record, leg.final_status or status)
        self.exchange.sessions.pop(session.record.sid, None)
        self.pulse()

    # Tasks

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something in the background; what it raises is kept in ``crashes``."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the simulator failed", exc_info=error)
            self.crashes.append(error)

    async def settle(self) -> None:
        """Wait until no webhook and no call is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Cut every call and end all background work."""
        tasks = {*self._tasks, *(phone.script for phone in self.phones.values() if phone.script)}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
