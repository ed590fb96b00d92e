"""An event loop whose clock jumps to the next timer, so that a ten-minute story takes milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from collections.abc import Iterator

STUCK_AFTER_SECONDS = 60.0
"""Real seconds a webhook may run under virtual time before the story is given up."""


class NothingLeftToHappenError(RuntimeError):
    """Everybody waits, no timer is set and nothing is under way: the story can never go on."""


class _JumpingSelector(selectors.DefaultSelector):
    """Where the loop would sleep, moves its clock instead; sleeps for real only while real work is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.under_way = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self.under_way:
            ready = super().select(STUCK_AFTER_SECONDS)
            if not ready:
                raise NothingLeftToHappenError(f"a webhook took more than {STUCK_AFTER_SECONDS:.0f} real seconds")
            return ready
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise NothingLeftToHappenError("everybody waits and no timer is set")
        self.now += timeout
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Time stands still while real work runs (see ``real_work``) and jumps when there is nothing left to do."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return virtual seconds since the loop was made. Safe to call from any thread."""
        return self._jumping.now

    @contextlib.contextmanager
    def real_work(self) -> Iterator[None]:
        """Hold the clock: something outside the loop (a thread, a socket) is working on our behalf."""
        self._jumping.under_way += 1
        try:
            yield
        finally:
            self._jumping.under_way -= 1


def real_work() -> contextlib.AbstractContextManager[None]:
    """Hold the running loop's clock if it is a virtual one; on an ordinary loop do nothing."""
    loop = asyncio.get_running_loop()
    return loop.real_work() if isinstance(loop, VirtualTimeLoop) else contextlib.nullcontext()
