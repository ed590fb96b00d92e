"""Recordings: a small valid WAV file each, with a tone where somebody spoke."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline.simulator.leg import Take

RATE = 8000
_TONE = struct.pack(f"<{RATE}h", *(int(6000 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(RATE)))
_SILENCE = bytes(2 * RATE)


@dataclass
class Recording:
    """One recording as the REST interface shows it."""

    sid: str
    call_sid: str
    started: datetime
    seconds: int
    source: str
    status: str
    text: str = ""
    """What was said, for stories and the phone wall; a real carrier has none."""


class Recordings:
    """The recordings kept in a folder."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self._url = url.rstrip("/")
        self._kept: dict[str, Recording] = {}
        self.lost: set[str] = set()
        """Calls of which nothing is kept: the carrier has crashed meanwhile."""

    def __iter__(self) -> Iterator[Recording]:
        return iter(list(self._kept.values()))

    def get(self, sid: str) -> Recording | None:
        """Return one, or None."""
        return self._kept.get(sid)

    def url(self, sid: str) -> str:
        """Return the address at which it is served (``.wav`` may be added)."""
        return f"{self._url}/{sid}"

    def path(self, sid: str) -> Path:
        """Return its file."""
        return self.folder / f"{sid}.wav"

    def keep(self, sid: str, call_sid: str, started: datetime, take: Take, *, source: str, trimmed: bool) -> Recording:
        """Write the file and return its record; status ``absent`` when nobody said anything."""
        seconds = take.seconds(trimmed=trimmed)
        status = "completed" if seconds > 0 else "absent"
        recording = Recording(sid, call_sid, started, max(1, round(seconds)) if seconds else 0, source, status)
        recording.text = take.text
        if call_sid in self.lost:
            return recording
        self._kept[sid] = recording
        if status == "completed":
            offset = min(start for start, _, _ in take.voices) if trimmed else take.started
            spans = [(start - offset, stop - offset) for start, stop, _ in take.voices]
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self.path(sid), recording.seconds, spans)
        return recording

    def delete(self, sid: str) -> bool:
        """Remove one; False when there is none."""
        self.path(sid).unlink(missing_ok=True)
        return self._kept.pop(sid, None) is not None

    def _write(self, path: Path, seconds: int, voices: list[tuple[float, float]]) -> None:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            for second in range(seconds):
                spoken = any(start < second + 1 and stop > second for start, stop in voices)
                file.writeframesraw(_TONE if spoken else _SILENCE)
