"""The clock that jumps, and waits for real work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from hotline.simulator.virtualtime import NothingLeftToHappenError, VirtualTimeLoop, real_work


@pytest.fixture
def loop() -> Iterator[VirtualTimeLoop]:
    loop = VirtualTimeLoop()
    yield loop
    loop.close()


def test_an_hour_passes_at_once(loop: VirtualTimeLoop) -> None:
    async def story() -> list[float]:
        first = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(60)
        minute = loop.time()
        await first
        return [minute, loop.time()]

    began = time.monotonic()
    assert loop.run_until_complete(story()) == [60, 3600]
    assert time.monotonic() - began < 1


def test_timers_fire_in_their_order(loop: VirtualTimeLoop) -> None:
    async def story() -> list[int]:
        fired: list[int] = []
        for seconds in (5, 1, 3, 2, 4):
            loop.call_later(seconds, fired.append, seconds)
        await asyncio.sleep(10)
        return fired

    assert loop.run_until_complete(story()) == [1, 2, 3, 4, 5]


def test_the_clock_stands_still_while_a_thread_works(loop: VirtualTimeLoop) -> None:
    async def story() -> tuple[bool, float]:
        timer = asyncio.create_task(asyncio.sleep(5))
        with real_work():
            await asyncio.to_thread(time.sleep, 0.1)
        seen = timer.done(), loop.time()
        await timer
        return seen

    assert loop.run_until_complete(story()) == (False, 0.0)
    with loop.real_work():
        loop.run_until_complete(loop.shutdown_default_executor())


def test_waiting_for_nothing_is_an_error(loop: VirtualTimeLoop) -> None:
    with pytest.raises(NothingLeftToHappenError):
        loop.run_until_complete(loop.create_future())


def test_on_an_ordinary_loop_real_work_changes_nothing() -> None:
    async def story() -> bool:
        with real_work():
            return True

    assert asyncio.run(story())
