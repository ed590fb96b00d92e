"""A person on a call, as a story or a script sees them: what they hear, press and say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline.simulator.pulse import Pulse
from hotline.simulator.transcript import Transcript

if TYPE_CHECKING:
    from hotline.simulator.phone import Phone
    from hotline.simulator.simulated_leg import SimulatedLeg


class PartyGoneError(AssertionError):
    """The call was over before this could be done."""


class Party:
    """One side of one call. Every wait is in the loop's (virtual) seconds and ends in AssertionError."""

    def __init__(self, leg: SimulatedLeg, pulse: Pulse) -> None:
        self.leg = leg
        self.incoming = leg.incoming
        self._pulse = pulse
        self._heard_up_to = 0

    @property
    def sid(self) -> str:
        """The carrier's identifier of this leg."""
        return self.leg.sid

    @property
    def number(self) -> str:
        """The telephone this party holds."""
        return self.leg.number

    @property
    def display(self) -> str:
        """What the telephone's screen shows."""
        return self.leg.display

    @property
    def transcript(self) -> Transcript:
        """All that was heard and done."""
        return self.leg.transcript

    @property
    def over(self) -> bool:
        """True when the call has ended for this party."""
        return self.leg.gone.is_set()

    @property
    def status(self) -> str:
        """The final CallStatus of this leg, empty while it lasts."""
        return self.leg.final_status

    @property
    def connected_to(self) -> Phone | None:
        """The telephone this party is talking to."""
        return self.leg.peer.phone if self.leg.peer else None

    def longest_silence(self) -> float:
        """Return the longest silence in seconds since the answer (see Transcript)."""
        return self.transcript.longest_silence()

    async def until(self, holds: Callable[[], bool], within: float) -> bool:
        """Wait until ``holds()``; False after ``within`` seconds. Raises PartyGoneError when the call ends first."""
        done = await self._pulse.until(lambda: self.over or holds(), within)
        if self.over and not holds():
            raise PartyGoneError(self._story("the call ended"))
        return done

    async def hears(self, text: str, within: float = 60.0) -> None:
        """Wait until ``text`` has begun to be spoken (or a file whose address contains it to be played).

        What began before this party's last key counts as old; one prompt may be heard for several texts.
        """
        if not await self.until(lambda: self.transcript.find(text, self._heard_up_to) is not None, within):
            raise AssertionError(self._story(f"“{text}” was not heard within {within:g} s"))
        entry = self.transcript.find(text, self._heard_up_to)
        if entry is not None:
            self._heard_up_to = entry.id - 1

    async def hears_beep(self, within: float = 60.0) -> None:
        """Wait until what this party says is being recorded."""
        if not await self.until(lambda: self.leg.take is not None, within):
            raise AssertionError(self._story(f"no recording began within {within:g} s"))

    async def joined(self, number: str = "", within: float = 120.0) -> Phone:
        """Wait until this party is connected to another (to ``number``, if given) and return that telephone."""

        def joined() -> bool:
            return self.leg.peer is not None and number in ("", self.leg.peer.number)

        if not await self.until(joined, within) or self.leg.peer is None:
            raise AssertionError(self._story(f"not connected to {number or 'anybody'} within {within:g} s"))
        return self.leg.peer.phone

    async def ends(self, within: float = 120.0) -> str:
        """Wait until the call is over for this party and return its final CallStatus."""
        if not await self._pulse.until(lambda: self.over, within):
            raise AssertionError(self._story(f"the call still lasts after {within:g} s"))
        return self.status

    async def ringing_stops(self, within: float = 120.0) -> None:
        """Wait until it no longer rings: answered, declined or given up."""
        if not await self._pulse.until(lambda: self.over or self.leg.answered, within):
            raise AssertionError(self._story(f"it still rings after {within:g} s"))

    def answer(self) -> None:
        """Pick up. Raises AssertionError when it does not ring."""
        self._need(self.leg.ringing, "it does not ring")
        self.leg.pick_up()

    def reject(self) -> None:
        """Press the red button. Raises AssertionError when it does not ring."""
        self._need(self.leg.ringing, "it does not ring")
        self.leg.decline()

    def press(self, digits: str) -> None:
        """Press keys. Raises PartyGoneError when the call is over."""
        self._need(not self.over and (self.leg.answered or not self.incoming), "not on a call")
        self._heard_up_to = len(self.transcript.entries)
        self.leg.press(digits)

    async def speak(self, text: str, seconds: float = 3.0) -> None:
        """Say ``text`` for so many seconds. Raises PartyGoneError when the call is over."""
        self._need(not self.over, "not on a call")
        await self.leg.speak(text, seconds)

    def hang_up(self) -> None:
        """Put the receiver down (red button while it rings); nothing happens when the call is over."""
        if self.leg.ringing:
            self.leg.decline()
        else:
            self.leg.leave()

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    def _need(self, holds: bool, why: str) -> None:
        if not holds:
            raise PartyGoneError(self._story(why))

    def _story(self, why: str) -> str:
        return f"{self.number} at {self.leg.time():.1f}s: {why}. So far:\n{self.transcript}"
