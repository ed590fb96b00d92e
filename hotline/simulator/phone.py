"""A simulated telephone: a number, a label, and the call it is on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hotline.simulator.behaviours import MANUAL, Behaviour
from hotline.simulator.party import Party, PartyGoneError
from hotline.simulator.pulse import Pulse

if TYPE_CHECKING:
    from hotline.simulator.simulated_leg import SimulatedLeg


@dataclass(frozen=True)
class Message:
    """A text message as it was received."""

    sid: str
    at: datetime
    sender: str
    receiver: str
    body: str


class Phone:
    """One telephone. It takes one call at a time; a second caller finds it busy.

    What a person does with it (``hears``, ``press``, ``speak``, ``hang_up`` and the rest of Party) goes to the call
    it is on, or was on last.
    """

    def __init__(self, number: str, pulse: Pulse, behaviour: Behaviour = MANUAL) -> None:
        self.number = number
        self.behaviour = behaviour
        self.label = self.label_en = self.group = ""
        self.kind = "unknown"
        self.leg: SimulatedLeg | None = None
        self.parties: list[Party] = []
        """One for each time it rang or dialled, oldest first."""
        self.messages: list[Message] = []
        self._pulse = pulse
        self._seen = 0
        self.script: asyncio.Task[None] | None = None

    # The network's side

    def take_call(self, leg: SimulatedLeg) -> None:
        """Begin to ring; the behaviour's script runs until the call is over."""
        self._hold(leg)
        if self.behaviour.steps:
            self.script = asyncio.get_running_loop().create_task(self._follow(self.parties[-1]))

    def place_call(self, leg: SimulatedLeg) -> Party:
        """Begin to dial."""
        self._hold(leg)
        return self.parties[-1]

    def release(self, leg: SimulatedLeg) -> None:
        """The call is over."""
        if self.leg is leg:
            self.leg = None
            if self.script is not None and self.script is not asyncio.current_task():
                self.script.cancel()

    def _hold(self, leg: SimulatedLeg) -> None:
        self.leg = leg
        self.parties.append(Party(leg, leg.changed))

    async def _follow(self, party: Party) -> None:
        for step in self.behaviour.steps:
            try:
                await step(party)
            except PartyGoneError:
                return

    # The person's side

    @property
    def party(self) -> Party:
        """The call it is on, or was on last. Raises AssertionError when it never was on one."""
        assert self.parties, f"{self.number} has not been on any call"  # noqa: S101  (this is a test instrument)
        return self.parties[-1]

    @property
    def times_rung(self) -> int:
        """How often it has rung so far."""
        return sum(1 for party in self.parties if party.incoming)

    async def rings(self, within: float = 60.0) -> Party:
        """Wait for it to ring (each ring counts once) and return that call. Raises AssertionError when it does not."""

        def ringing() -> Party | None:
            fresh = self.parties[self._seen :]
            return next((party for party in fresh if party.leg.ringing), None)

        if not await self._pulse.until(lambda: ringing() is not None, within):
            raise AssertionError(f"{self.number} did not ring within {within:g} s")
        party = ringing()
        assert party is not None  # noqa: S101
        self._seen = self.parties.index(party) + 1
        return party

    async def stays_quiet(self, seconds: float) -> None:
        """Check that it does not ring for so long. Raises AssertionError when it does."""
        before = self.times_rung
        if await self._pulse.until(lambda: self.times_rung > before, seconds):
            raise AssertionError(f"{self.number} rang, and should not have")

    def __getattr__(self, name: str) -> Any:
        # ``phone.press("1")`` reads better in a story than ``phone.party.press("1")``.
        if name.startswith("_") or not hasattr(Party, name):
            raise AttributeError(name)
        return getattr(self.party, name)
