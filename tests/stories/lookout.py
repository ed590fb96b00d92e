"""The look-out beside a story, as the worker's beat runs it: once a minute."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from hotline.calls import due
from hotline.calls.keeping import watch
from hotline.calls.keeping.models import DutyConfirmation, KeepingMark
from hotline.directory.models import Handset, Station
from hotline.notifications.models import Notification
from tests.stories.town import Town

T = TypeVar("T")


class _Failures(logging.Handler):
    """Keeps what a look-out logs when one of its parts fails."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def look(town: Town) -> dict[str, int]:
    """Look out once for every tenant; return what was found to do. A part that fails fails the story."""
    failures = _Failures()
    watch.log.addHandler(failures)
    with town.reading() as session:
        tenants = watch.tenants(session)
    found = {name: count for tenant in tenants for name, count in watch.look(town.x, tenant).items()}
    watch.log.removeHandler(failures)
    assert failures.seen == []
    return found


def watched(town: Town, story: Coroutine[Any, Any, T]) -> T:
    """Run a story with the workers' timers and the look-out going on beside it."""

    async def whole() -> T:
        beat = asyncio.create_task(_every_minute(town))
        try:
            return await story
        finally:
            beat.cancel()

    return town.play(whole())


async def _every_minute(town: Town) -> None:
    while True:
        await town.world.work(look, town)
        await asyncio.sleep(60)


async def minutes(town: Town, count: int) -> None:
    """Let so many minutes pass in which timers and look-out run once a minute: for stories of hours."""
    for _ in range(count):
        await town.world.work(look, town)
        await town.world.work(due.fire_due, town.x)
        await town.world.passes(60)


def duties(town: Town, station: str) -> list[DutyConfirmation]:
    """Return the duties of a station that were asked for, in their order."""
    with town.reading() as session:
        query = select(DutyConfirmation).join(Station, Station.id == DutyConfirmation.station_id)
        rows = session.scalars(query.where(Station.code == station).order_by(DutyConfirmation.id))
        return list(rows)


def notices(town: Town, template: str) -> list[Notification]:
    """Return what was told by a template, on whatever way, in the order of telling."""
    with town.reading() as session:
        rows = session.scalars(select(Notification).where(Notification.template == template).order_by(Notification.id))
        return list(rows)


def handset(town: Town, code: str) -> Handset:
    """Return a handset as it stands."""
    with town.reading() as session:
        return session.scalars(select(Handset).where(Handset.code == code)).one()


def watching_since(town: Town, days: int) -> None:
    """Let the look-out have begun so many days ago."""
    with town.reading() as session:
        tenants = watch.tenants(session)
    at = town.x.clock() - timedelta(days=days)
    town.change(lambda session: session.add_all(KeepingMark(key=f"watch:{id_}", at=at) for id_ in tenants))
