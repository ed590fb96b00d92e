"""A connection to a simulated telephone: the carrier's side (Leg) and the telephone's side of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from hotline.simulator.leg import Answer, Leg, Take
from hotline.simulator.phone import Phone
from hotline.simulator.pulse import Pulse
from hotline.simulator.speech import speech_seconds
from hotline.simulator.switches import Switches
from hotline.simulator.transcript import Entry, Transcript


class SimulatedLeg(Leg):
    """One call on one simulated telephone."""

    def __init__(
        self, sid: str, phone: Phone, display: str, switches: Switches, world: Pulse, *, incoming: bool
    ) -> None:
        self.sid = sid
        self.incoming = incoming
        """True when the carrier calls the telephone, False when the telephone calls."""
        self.phone = phone
        self.number = phone.number
        self.display = display
        """What the telephone's screen shows."""
        self.switches = switches
        self.changed = Pulse(world)
        self.time = asyncio.get_running_loop().time
        self.began = self.time()
        self.transcript = Transcript(self.time, self.changed)
        self.answered = False
        self.ringing = False
        self.gathering = False
        self.gone = asyncio.Event()
        self.when_gone: Callable[[], None] = lambda: None
        self.final_status = ""
        self.ended_by = ""
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.words: asyncio.Queue[str] = asyncio.Queue()
        self.peer: SimulatedLeg | None = None
        self.take: Take | None = None
        self._voice = asyncio.Event()
        self._speaking: Entry | None = None
        self._picked_up: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    # The carrier's side

    async def ring(self, on_ringing: Callable[[], None]) -> Answer:
        """See Leg.ring; a telephone that is on another call is busy."""
        await asyncio.sleep(self.switches.ring_delay_seconds)
        if self.phone.behaviour.network == "off":
            await asyncio.sleep(self.switches.unreachable_after_seconds)
            return Answer("failed", 480)
        if self.phone.behaviour.network == "busy" or self.phone.leg is not None:
            return Answer("busy", 486)
        self.ringing = True
        tone = self.transcript.begin("ringing")
        self.phone.take_call(self)
        on_ringing()
        try:
            return await self._picked_up
        finally:
            self.ringing = False
            self.transcript.stop(tone)

    async def answer(self) -> None:
        """See Leg.answer."""
        if not self.answered:
            self.answered = True
            self.transcript.answered_at = self.time()
            self.transcript.mark("answered")

    async def say(self, text: str, language: str, voice: str) -> None:
        """See Leg.say; takes as long as a person would need."""
        seconds = speech_seconds(text, self.switches)
        with self._sounding("say", text, seconds, language=language, voice=voice):
            await asyncio.sleep(seconds)

    async def play(self, url: str, seconds: float) -> None:
        """See Leg.play."""
        with self._sounding("play", "", seconds, url=url):
            await asyncio.sleep(seconds)

    async def beep(self) -> None:
        """See Leg.beep."""
        with self._sounding("beep", "", self.switches.beep_seconds):
            await asyncio.sleep(self.switches.beep_seconds)

    async def pause(self, seconds: float) -> None:
        """See Leg.pause."""
        with self._sounding("silence", "", seconds):
            await asyncio.sleep(seconds)

    @contextlib.contextmanager
    def ringback(self) -> Iterator[None]:
        """See Leg.ringback."""
        with self._sounding("ringback"):
            yield

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """See Leg.listening."""
        self.gathering = True
        self.changed()
        try:
            yield
        finally:
            self.gathering = False
            self.changed()

    async def record(self, take: Take, limit: float, silence: float, finish_keys: str) -> None:
        """See Leg.record."""
        self.take = take
        self.changed()
        pressed = asyncio.ensure_future(self.keys.get())
        try:
            while not take.key:
                quiet_since = max([take.started, *(stop for _, stop, _ in take.voices)])
                end = take.started + limit if self._speaking else min(take.started + limit, quiet_since + silence)
                if end - self.time() <= 1e-6:
                    return
                self._voice.clear()
                heard = asyncio.ensure_future(self._voice.wait())
                await asyncio.wait({pressed, heard}, timeout=end - self.time(), return_when=asyncio.FIRST_COMPLETED)
                heard.cancel()
                if pressed.done():
                    take.key = pressed.result() if pressed.result() in finish_keys else ""
                    pressed = asyncio.ensure_future(self.keys.get())
        finally:
            pressed.cancel()
            self._close_voice()
            take.stopped = self.time()
            self.take = None
            self.changed()

    async def bridge(self, other: Leg, limit: float, *, star_ends: bool) -> None:
        """See Leg.bridge."""
        if not isinstance(other, SimulatedLeg):
            raise TypeError("a simulated telephone can only be joined to another one")
        self.peer, other.peer = other, self
        mine = self.transcript.begin("bridged", other.number)
        theirs = other.transcript.begin("bridged", self.number)
        ends: list[asyncio.Future[Any]] = [asyncio.ensure_future(leg.gone.wait()) for leg in (self, other)]
        if star_ends:
            ends.append(asyncio.ensure_future(self._star()))
        try:
            await asyncio.wait(ends, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            self.peer = other.peer = None
            self.transcript.stop(mine)
            other.transcript.stop(theirs)
            for leg in (self, other):
                if not leg.gone.is_set():
                    leg.transcript.mark("unbridged")

    def send_keys(self, digits: str) -> None:
        """See Leg.send_keys."""
        self.transcript.mark("note", f"dials {digits.strip('wW')}")

    def hang_up(self, status: str) -> None:
        """See Leg.hang_up."""
        self._over(status, "carrier")

    # The telephone's side

    def pick_up(self) -> None:
        """Answer a ringing telephone."""
        self.answered = True
        self.ringing = False
        self.transcript.answered_at = self.time()
        self.transcript.mark("answered")
        self._picked_up.set_result(Answer("answered", 200, self.phone.behaviour.machine))

    def decline(self) -> None:
        """Press the red button of a ringing telephone."""
        self.ringing = False
        self._picked_up.set_result(Answer(self.switches.declined_status, 603))

    def press(self, digits: str) -> None:
        """Press keys; the other party hears them when connected."""
        for digit in digits:
            self.transcript.mark("press", digit)
            self.keys.put_nowait(digit)

    async def speak(self, text: str, seconds: float) -> None:
        """Say something for so long: to the other party, into a recording, to speech recognition."""
        self._close_voice()
        entry = self._speaking = self.transcript.begin("speak", text, seconds)
        heard = self.peer.transcript.begin("party", text, seconds) if self.peer else None
        self._voice.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)
        if heard and self.peer:
            self.peer.transcript.stop(heard)
        if self._speaking is entry:
            self._close_voice()
            self.words.put_nowait(text)
            self._voice.set()

    def leave(self) -> None:
        """Put the receiver down."""
        self._over("completed" if self.answered else self.switches.status_of_abandoned, "phone")

    # Both

    def _over(self, status: str, by: str) -> None:
        if self.gone.is_set():
            return
        self._close_voice()
        self.final_status, self.ended_by = status, by
        self.transcript.mark("ended", status)
        self.transcript.end()
        self.phone.release(self)
        self.gone.set()
        self.when_gone()
        self.changed()

    def _close_voice(self) -> None:
        if self._speaking is None:
            return
        entry, self._speaking = self._speaking, None
        self.transcript.stop(entry)
        if self.take is not None:
            self.take.voices.append((max(entry.at, self.take.started), self.time(), entry.text))

    async def _star(self) -> None:
        while await self.keys.get() != "*":
            continue

    @contextlib.contextmanager
    def _sounding(
        self, kind: str, text: str = "", seconds: float = 0.0, *, language: str = "", voice: str = "", url: str = ""
    ) -> Iterator[None]:
        entry = self.transcript.begin(kind, text, seconds, language=language, voice=voice, url=url)
        try:
            yield
        finally:
            self.transcript.stop(entry)
