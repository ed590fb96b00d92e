"""What every session shares: the courier, the books, the telephones behind a factory."""

from __future__ import annotations

import io
import logging
import wave
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hotline.simulator.calls import CallRecord, Reporter
from hotline.simulator.courier import Courier, Errand, WebhookError
from hotline.simulator.document import Step
from hotline.simulator.leg import Leg
from hotline.simulator.recordings import Recordings
from hotline.simulator.sids import Sids
from hotline.simulator.switches import Profile, Switches

log = logging.getLogger(__name__)


class PlaceLeg(Protocol):
    """Makes a connection to a number, not yet ringing. ``display`` is what the telephone shows."""

    def __call__(self, sid: str, number: str, display: str) -> Leg:
        """Return the leg."""


@dataclass
class Exchange:
    """Shared by all sessions of a carrier."""

    account: str
    profile: Profile
    switches: Switches
    courier: Courier
    reporter: Reporter
    recordings: Recordings
    sids: Sids
    now: Callable[[], datetime]
    spawn: Callable[[Coroutine[Any, Any, None]], object]
    place: PlaceLeg
    carry_on: Callable[[Any, Step], Coroutine[Any, Any, None]]
    """Runs a session (first argument) from a step to its end, on its own."""
    records: dict[str, CallRecord]
    sessions: dict[str, Any]
    """Live sessions by sid (Session; it imports this module)."""

    def new_record(self, caller: str, called: str, direction: str, parent: CallRecord | None = None) -> CallRecord:
        """Enter a leg in the books."""
        sid = self.sids.new("CA")
        record = CallRecord(sid, self.account, caller, called, direction, self.now())
        if parent is not None:
            record.parent_sid, record.line = parent.sid, parent.line
        self.records[sid] = record
        return record

    async def audio_seconds(self, url: str, call_sid: str) -> float | None:
        """Return the length of an audio file, or None when it cannot be had."""
        try:
            reply = await self.courier.fetch(Errand("audio", "GET", url, (), call_sid))
            with wave.open(io.BytesIO(reply.body)) as file:
                return float(file.getnframes() / file.getframerate())
        except WebhookError:
            return None
        except (wave.Error, EOFError):
            return self.switches.unknown_audio_seconds

    def note(self, leg: Leg, text: str) -> None:
        """Write a remark of the carrier's into the log and, where there is one, the leg's transcript."""
        log.warning("call to %s: %s", leg.number[-4:], text)
        transcript = getattr(leg, "transcript", None)
        if transcript is not None:
            transcript.mark("note", text)
