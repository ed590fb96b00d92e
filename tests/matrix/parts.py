"""Parts that fail in each phase of a call's life: the database for the web, its connections, the web process itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from hotline.app import create_app
from hotline.calls.exchange import make_exchange
from hotline.calls.standby import keeper
from hotline.simulator.party import Party
from tests.matrix.cases import CASES, sweeping
from tests.matrix.cells import Reference, Webhook, complaints, ending
from tests.stories.outage import prepared
from tests.stories.town import Town
from tests.stories.waiting import passes

LASTS = timedelta(seconds=25)
"""How long a part is away: longer than a tier rings."""
Mend = Callable[[], None]


def _refusing(town: Town) -> Mend:
    """The database refuses every connection of the web."""
    engine: Engine = town.x.call_sessions.kw["bind"]
    pool: Any = engine.pool
    good = pool._creator

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("the database is stopped")

    engine.dispose()
    engine.pool._creator = refuse  # type: ignore[attr-defined]

    def mend() -> None:
        pool.dispose()  # what was in use when it happened has come back to it
        engine.pool._creator = good  # type: ignore[attr-defined]

    return mend


def _no_connections(town: Town) -> Mend:
    """Every connection that webhooks may have is in somebody's hands."""
    hands, engine = ExitStack(), town.x.call_sessions.kw["bind"]
    pool: Any = engine.pool
    for _ in range(pool.size() + pool._max_overflow - pool.checkedout()):
        hands.enter_context(engine.connect())
    return hands.close


def _web_killed(town: Town) -> Mend:
    """The web process is killed and another one is there: what it had in memory is gone."""
    killed = town.x
    town.x = make_exchange(town.x.settings, town.world.now, town.x.carrier)
    town.x.standby.find()
    town.app = create_app(town.x)
    return killed.close


PARTS: Mapping[str, Callable[[Town], Mend]] = {
    "database refuses": _refusing,
    "no connections": _no_connections,
    "web killed": _web_killed,
}


@dataclass
class Breakdown:
    """Stands before the application: the part fails when the webhook comes in, and is there again after a while."""

    town: Town
    webhook: Webhook
    part: str
    seen: int = 0
    since: datetime | None = None
    mend: Mend | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.mend_if_due()
        if self.since is None and re.search(self.webhook.pattern, environ["RAW_URI"]):
            self.seen += 1
            if self.seen == self.webhook.nth:
                self.since = self.town.world.now()
                self.mend = PARTS[self.part](self.town)
        return self.town.app.wsgi_app(environ, start_response)

    def mend_if_due(self, *, now: bool = False) -> None:
        """Let the part be there again when its time has come, or ``now``."""
        if self.mend and self.since and (now or self.town.world.now() - self.since >= LASTS):
            mend, self.mend = self.mend, None
            mend()

    def wanted(self) -> bool:
        """Whether the keeper has anything to do: a round a second through all the days of a case would take as long."""
        if self.mend or self.town.x.standby.dirty:
            return True
        return self.since is not None and self.town.world.now() - self.since < 3 * LASTS

    async def rounds(self) -> None:
        """What the web's keeper does while the part is away, and shortly afterwards."""
        while await self.town.world.carrier.pulse.until(self.wanted, 1e9):
            await asyncio.sleep(2)
            self.mend_if_due()
            await self.town.world.work(keeper.turn, self.town.x)


def phases(known: Reference) -> list[Webhook]:
    """Return the first webhook of each phase of a case."""
    first: dict[str, Webhook] = {}
    for webhook in known.webhooks:
        first.setdefault(webhook.phase, webhook)
    return list(first.values())


def outcome(town: Town, case: str, webhook: Webhook, part: str, known: Reference) -> tuple[list[str], bool]:
    """Live through a case in which a part fails; see tests.matrix.cells.outcome."""
    breakdown = Breakdown(prepared(town), webhook, part)
    town.world.connect(breakdown)

    async def whole() -> Party:
        beside = [asyncio.create_task(work) for work in (sweeping(town), breakdown.rounds())]
        try:
            call = await CASES[case](town)
            await passes(town, minutes=20)
        finally:
            for task in beside:
                task.cancel()
        return call

    try:
        call = town.play(whole(), working=False)
        found = complaints(town, call)
        if breakdown.since is None:
            found.append("the part never failed")
        if town.x.standby.journal.pending() or town.x.standby.refused:
            found.append("the journal was not brought in")
        return found, ending(town) == known.ending
    except Exception as error:  # noqa: BLE001  (a cell that breaks is a finding, the others go on)
        return [f"{type(error).__name__}: {str(error)[:300]}"], False
    finally:
        breakdown.mend_if_due(now=True)
