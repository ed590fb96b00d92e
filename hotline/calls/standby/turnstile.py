"""So many at once, the others in the order in which they came: a place goes from hand to hand.

The library's semaphores let whoever happens to run take a place before those who wait; under load somebody then always
waits longest, and here that is a caller in silence.
"""

from __future__ import annotations

import threading
from collections import deque


class Turnstile:
    """``places`` threads are inside at once. Safe to use from any number of threads."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    @property
    def crowded(self) -> bool:
        """Return whether somebody waits for a place."""
        return bool(self._waiting)

    def acquire(self, timeout: float) -> bool:
        """Wait for a place, at most ``timeout`` seconds; return whether there was one."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was given in the very moment in which we gave up

    def release(self) -> None:
        """Give the place to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
