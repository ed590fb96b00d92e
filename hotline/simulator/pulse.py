"""Tells whoever waits that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pulse:
    """Call it when anything changed; ``version`` counts the calls. For one loop's thread only.

    One with a ``parent`` stands for a part: what changes there changes the whole, but wakes no other part's waiters.
    """

    def __init__(self, parent: Pulse | None = None) -> None:
        self.version = 0
        self._parent = parent
        self._waiting: set[asyncio.Future[None]] = set()

    def __call__(self) -> None:
        """Wake everybody who waits."""
        self.version += 1
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        if self._parent is not None:
            self._parent()

    async def next(self, within: float) -> None:
        """Return at the next change, or after ``within`` seconds."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait({future}, timeout=within)
        finally:
            self._waiting.discard(future)

    async def until(self, holds: Callable[[], bool], within: float) -> bool:
        """Wait until ``holds()``; return False when it does not within so many seconds."""
        time = asyncio.get_running_loop().time
        deadline = time() + within
        while not holds():
            left = deadline - time()
            if left <= 0:
                return False
            await self.next(left)
        return True
