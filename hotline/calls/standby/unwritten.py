"""What the journal's disk had no room for, kept by this process: brought in, or written once there is room."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from hotline.calls.standby.entry import Entry

MOST = 50_000
"""Entries that a process keeps, of some kilobytes each: hours of calls without database and disk."""


@dataclass
class Unwritten:
    """Safe for several threads. Its entries have negative numbers, so that nobody takes them for the file's."""

    id: UUID = field(default_factory=uuid4)
    """The name by which the database knows these entries."""
    lost: int = 0
    """Entries that there was no room for here either: only the carrier's books know of them."""
    _entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: int = 0

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, entry: Entry) -> str:
        """Keep an entry and return its answer: the first one's where it came twice."""
        with self._lock:
            known = self._entries.get((entry.owner, entry.step))
            if known is not None:
                return known.reply
            if len(self._entries) >= MOST:
                self.lost += 1
                return entry.reply
            self._last -= 1
            self._entries[entry.owner, entry.step] = replace(entry, seq=self._last)
        return entry.reply

    def reply(self, owner: str, step: str) -> str | None:
        """Return what this webhook was answered before, None when it is not here."""
        known = self._entries.get((owner, step))
        return known.reply if known else None

    def all(self) -> Sequence[Entry]:
        """Return the entries, oldest first."""
        with self._lock:
            return tuple(self._entries.values())

    def is_in(self, seq: int) -> None:
        """Let go of an entry that is in the database."""
        with self._lock:
            for key, entry in self._entries.items():
                if entry.seq == seq:
                    del self._entries[key]
                    return

    def move(self, write: Callable[[Entry], object]) -> None:
        """Write the entries elsewhere, oldest first, as far as ``write`` does not return None."""
        for entry in self.all():
            if write(entry) is None:
                return
            self.is_in(entry.seq)
