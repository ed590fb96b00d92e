"""What one party heard and did, second by second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

SOUNDS = frozenset({"say", "play", "beep", "ringback", "ringing", "bridged", "party", "speak"})
"""Kinds during which this party's telephone is not silent (its own voice included)."""


@dataclass
class Entry:
    """One thing heard or done; ``at`` and ``stopped_at`` are loop seconds, ``seconds`` the planned length."""

    id: int
    at: float
    kind: str
    text: str = ""
    seconds: float = 0.0
    stopped_at: float | None = None
    language: str = ""
    voice: str = ""
    url: str = ""


@dataclass
class Transcript:
    """The entries of one leg, oldest first."""

    time: Callable[[], float]
    changed: Callable[[], None]
    entries: list[Entry] = field(default_factory=list)
    answered_at: float | None = None
    ended_at: float | None = None

    def begin(
        self, kind: str, text: str = "", seconds: float = 0.0, *, language: str = "", voice: str = "", url: str = ""
    ) -> Entry:
        """Write down that something begins; ``stop`` says when it ends."""
        entry = Entry(len(self.entries) + 1, self.time(), kind, text, seconds, language=language, voice=voice, url=url)
        self.entries.append(entry)
        self.changed()
        return entry

    def stop(self, entry: Entry) -> None:
        """Write down that ``entry`` is over (once)."""
        if entry.stopped_at is None:
            entry.stopped_at = self.time()
            self.changed()

    def mark(self, kind: str, text: str = "") -> Entry:
        """Write down something that takes no time."""
        entry = self.begin(kind, text)
        entry.stopped_at = entry.at
        return entry

    def end(self) -> None:
        """Close whatever still sounds: the party is gone."""
        self.ended_at = self.time()
        for entry in self.entries:
            self.stop(entry)

    def heard(self, text: str) -> bool:
        """Return whether a prompt or a file whose words or address contain ``text`` has begun."""
        return self.find(text) is not None

    def find(self, text: str, after: int = 0) -> Entry | None:
        """Return the first entry with id above ``after`` that was heard and contains ``text``."""
        return next(
            (
                entry
                for entry in self.entries
                if entry.id > after and entry.kind in ("say", "play", "party") and text in (entry.text or entry.url)
            ),
            None,
        )

    def longest_silence(self) -> float:
        """Return the longest stretch, in seconds, in which this answered party heard nothing at all."""
        if self.answered_at is None:
            return 0.0
        end = self.time() if self.ended_at is None else self.ended_at
        longest, quiet_since = 0.0, self.answered_at
        for entry in self.entries:
            if entry.kind in SOUNDS:
                longest = max(longest, min(entry.at, end) - quiet_since)
                stopped = end if entry.stopped_at is None else entry.stopped_at
                quiet_since = max(quiet_since, stopped)
        return max(longest, end - quiet_since)

    def __str__(self) -> str:
        return "\n".join(
            f"{entry.at:8.1f}s {entry.kind:<9} {entry.text or entry.url}"
            + ("" if entry.stopped_at in (None, entry.at) else f"  [{entry.stopped_at - entry.at:.1f}s]")
            for entry in self.entries
        )
