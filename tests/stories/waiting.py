"""Long waits: from one due timer to the next, so that days pass in a moment. For stories played with working=False."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from hotline.clock import local
from hotline.simulator.party import Party
from hotline.simulator.phone import Phone
from tests.stories.town import Town
from tickets.models import Timer

LONGEST_STEP = timedelta(hours=6)
WHILE_CALLS_LAST = timedelta(seconds=5)
BREATH = timedelta(seconds=2)
"""What a beat leaves between two looks at the timers."""


async def until(town: Town, moment: datetime, holds: Callable[[], bool] = lambda: False) -> bool:
    """Let time pass until ``moment``, or until ``holds()``; every timer on the way fires when it is due."""
    await town.world.passes(1)  # what has just happened is reported
    while not holds() and (now := town.world.now()) < moment:
        with town.reading() as session:
            first = session.scalar(select(func.min(Timer.due_at)).where(Timer.state == "pending"))
        step = WHILE_CALLS_LAST if town.world.carrier.live else LONGEST_STEP
        here = min(moment, now + step, max(first or moment, now + BREATH))
        if await town.world.carrier.pulse.until(holds, (here - now).total_seconds()):
            break
        await town.fire()
    return holds()


async def rings(town: Town, phone: Phone, **within: float) -> Party:
    """Wait for a telephone to ring (``days=1``) and return that call."""
    moment = town.world.now() + timedelta(**within)
    assert await until(town, moment, lambda: phone.leg is not None and phone.leg.ringing), f"{phone.number} is quiet"
    return await phone.rings(within=1)


async def passes(town: Town, **span: float) -> None:
    """Let so much time pass (``hours=2``), with the timers firing."""
    await until(town, town.world.now() + timedelta(**span))


async def clock_shows(town: Town, time: str, days: int = 0) -> None:
    """Wait until the clock in Shanghai shows ``09:30``, today or ``days`` later."""
    hour, minute = map(int, time.split(":"))
    day = local(town.world.now()) + timedelta(days=days)
    await until(town, day.replace(hour=hour, minute=minute, second=0, microsecond=0))
