"""Parts that fail in each phase of a call's life: what the hotline is made of, and the carrier's REST interface."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hotline.simulator.party import Party
from tests.matrix import beat_parts, carrier_parts, database_parts, web_freezing, web_parts, worker_parts
from tests.matrix.broker_parts import Brokered, How
from tests.matrix.cases import CASES, reading_the_books, sweeping
from tests.matrix.cells import Reference, Webhook, complaints, ending
from tests.matrix.database_freezing import Freezing
from tests.matrix.failing import Mend, Part
from tests.stories.outage import looked_after, prepared
from tests.stories.town import Town
from tests.stories.waiting import passes

BEHIND = timedelta(seconds=200)
"""How long what no webhook needs is away: longer than a lease on a timer."""
UNTIL_ALL_DIED = timedelta(hours=1)
FOR_GOOD = timedelta(days=30)
FROZEN, GONE = Freezing(), Freezing(gone=True)


def _brokered(how: How) -> Part:
    part = Brokered(how)
    return Part(part.fails, BEHIND, asked=False, around=part.around)


def _stopping(*, committing: bool = False) -> Part:
    part = web_freezing.Freezing(committing=committing)
    return Part(part.fails, stops=True, around=part.around)


PARTS: Mapping[str, Part] = {
    "database refuses": Part(web_parts.refusing),
    "no connections": Part(web_parts.no_connections),
    "database killed": Part(database_parts.killed),
    "database killed, journal full": Part(database_parts.killed_and_journal_full),
    "database disk full": Part(database_parts.full),
    "database frozen": Part(FROZEN.fails, around=FROZEN.around),
    "database gone": Part(GONE.fails, around=GONE.around),
    "connections die before commits": Part(database_parts.dying_over_commits(committed=False)),
    "connections die after commits": Part(database_parts.dying_over_commits(committed=True)),
    "web killed": Part(web_parts.killed),
    "web frozen": _stopping(),
    "web frozen over a commit": _stopping(committing=True),
    "worker killed before commits": Part(worker_parts.killed("before_commit"), UNTIL_ALL_DIED, asked=False),
    "worker killed after commits": Part(worker_parts.killed("after_commit"), UNTIL_ALL_DIED, asked=False),
    "worker absent": Part(worker_parts.absent, BEHIND, asked=False),
    "beat absent": _brokered("no beat"),
    "beat twice": Part(beat_parts.twice, FOR_GOOD, asked=False),
    "Valkey killed": _brokered("killed"),
    "Valkey frozen": _brokered("frozen"),
    "Valkey full": _brokered("full"),
    "carrier killed": Part(carrier_parts.killed, asked=False),
    "carrier REST 500": Part(carrier_parts.fails(500), BEHIND, asked=False),
    "carrier REST 429": Part(carrier_parts.fails(429), BEHIND, asked=False),
    "carrier REST refuses": Part(carrier_parts.fails("refused"), BEHIND, asked=False),
    "carrier REST answers lost": Part(carrier_parts.fails("answers lost"), BEHIND, asked=False),
}
KEEPER_EVERY = 5.0
"""Seconds between the keeper's looks: each costs real time while the database does not answer."""


@dataclass
class Breakdown:
    """Stands before the application: the part fails when the webhook comes in, and is there again after a while."""

    town: Town
    webhook: Webhook
    part: Part
    seen: int = 0
    since: datetime | None = None
    mend: Mend | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.since is None and re.search(self.webhook.pattern, environ["RAW_URI"]):
            self.seen += 1
            if self.seen == self.webhook.nth:
                self.since = self.town.world.now()
                self.mend = self.part.fails(self.town)
        return self.town.app.wsgi_app(environ, start_response)

    def mended(self) -> None:
        """The part is there again."""
        if self.mend:
            mend, self.mend = self.mend, None
            mend()

    async def mending(self) -> None:
        """Let the part be there again when its time has come."""
        await self.town.world.carrier.pulse.until(lambda: self.mend is not None, 1e9)
        await asyncio.sleep(self.part.lasts.total_seconds())
        await self.town.world.work(self.mended)

    def wanted(self) -> bool:
        """Whether the keeper has anything to do: a round a second through all the days of a case would take as long."""
        if self.part.stops and self.mend:
            return False
        if self.town.x.standby.dirty or self.town.x.standby.gate.closed:
            return True
        return self.part.asked and self.since is not None and self.town.world.now() - self.since < 3 * self.part.lasts

    async def rounds(self) -> None:
        """What the web's keeper does while the part is away, and shortly afterwards."""
        while await self.town.world.carrier.pulse.until(self.wanted, 1e9):
            await asyncio.sleep(KEEPER_EVERY)
            await self.town.world.work(looked_after, self.town.x)


def phases(known: Reference) -> list[Webhook]:
    """Return the first webhook of each phase of a case."""
    first: dict[str, Webhook] = {}
    for webhook in known.webhooks:
        first.setdefault(webhook.phase, webhook)
    return list(first.values())


def outcome(town: Town, case: str, webhook: Webhook, part: str, known: Reference) -> tuple[list[str], bool]:
    """Live through a case in which a part fails; see tests.matrix.cells.outcome."""
    breakdown = Breakdown(prepared(town), webhook, PARTS[part])
    town.world.connect(breakdown)

    async def whole() -> Party:
        works = (sweeping(town), reading_the_books(town), breakdown.rounds(), breakdown.mending())
        beside = [asyncio.create_task(work) for work in works]
        try:
            call = await CASES[case](town)
            await passes(town, minutes=20)
            for task in beside:
                if task.done():
                    task.result()  # else nobody hears that the part was never mended
        finally:
            for task in beside:
                task.cancel()
        return call

    try:
        with breakdown.part.around(town):
            try:
                call = town.play(whole(), working=False)
                found = complaints(town, call)
                same = ending(town) == known.ending
            finally:
                breakdown.mended()
        if breakdown.since is None:
            found.append("the part never failed")
        if town.x.standby.journal.pending() or town.x.standby.refused:
            found.append("the journal was not brought in")
        return found, same
    except Exception as error:  # noqa: BLE001  (a cell that breaks is a finding, the others go on)
        return [f"{type(error).__name__}: {str(error)[:300]}"], False
