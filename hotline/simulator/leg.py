"""What the executor needs of a connection to one party; simulated here, SIP where a real one is put under it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """How ringing a telephone ended: ``answered``, or a final CallStatus, with the SIP code behind it."""

    status: str
    sip_code: int
    machine: bool = False
    """Detection would say that a machine answered."""

    @property
    def answered(self) -> bool:
        """True when somebody (or something) picked up."""
        return self.status == "answered"


@dataclass
class Take:
    """One recording in the making: when it ran and when a voice was heard, in loop seconds."""

    started: float
    stopped: float | None = None
    voices: list[tuple[float, float, str]] = field(default_factory=list)
    key: str = ""

    @property
    def text(self) -> str:
        """What was said."""
        return " ".join(text for _, _, text in self.voices if text)

    def seconds(self, *, trimmed: bool) -> float:
        """Return its length; ``trimmed`` leaves out the silence before the first and after the last word."""
        if trimmed and not self.voices:
            return 0.0
        if trimmed:
            return max(stop for _, stop, _ in self.voices) - min(start for start, _, _ in self.voices)
        return (self.started if self.stopped is None else self.stopped) - self.started


class Leg(ABC):
    """A connection to one party. Every waiting method may be cancelled; none raises when the party leaves.

    ``gone`` is set when the connection is over, whoever ended it; ``when_gone`` is called once at that moment.
    """

    number: str
    answered: bool
    final_status: str
    """The CallStatus with which it ended, empty while it lasts."""
    gone: asyncio.Event
    when_gone: Callable[[], None]
    keys: asyncio.Queue[str]
    """Keys the party pressed."""
    words: asyncio.Queue[str]
    """Sentences the party said, for speech recognition."""

    @abstractmethod
    async def ring(self, on_ringing: Callable[[], None]) -> Answer:
        """Call the party; return when it answers or the network refuses. Cancelling it stops the ringing."""

    @abstractmethod
    async def answer(self) -> None:
        """Pick up an incoming call."""

    @abstractmethod
    async def say(self, text: str, language: str, voice: str) -> None:
        """Speak ``text``; return at its end."""

    @abstractmethod
    async def play(self, url: str, seconds: float) -> None:
        """Play the audio file of that length; return at its end."""

    @abstractmethod
    async def beep(self) -> None:
        """Sound the recording tone."""

    @abstractmethod
    async def pause(self, seconds: float) -> None:
        """Stay silent for so long."""

    @abstractmethod
    def ringback(self) -> AbstractContextManager[None]:
        """Let the party hear the ringing tone inside this context."""

    @abstractmethod
    def listening(self) -> AbstractContextManager[None]:
        """Expect keys inside this context (a screen may show a keypad)."""

    @abstractmethod
    async def record(self, take: Take, limit: float, silence: float, finish_keys: str) -> None:
        """Record into ``take`` until a finish key, ``silence`` seconds without a voice, or ``limit`` seconds."""

    @abstractmethod
    async def bridge(self, other: Leg, limit: float, *, star_ends: bool) -> None:
        """Let the two parties talk; return when either is gone, after ``limit`` seconds, or on this party's star."""

    @abstractmethod
    def send_keys(self, digits: str) -> None:
        """Send keys to the party (an extension); ``w`` is half a second."""

    @abstractmethod
    def hang_up(self, status: str) -> None:
        """End the connection; ``status`` is the final CallStatus. Does nothing when it is over."""
