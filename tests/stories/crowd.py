"""Many calls at once while something of ours is away, counted against the log of the carrier, which does not die."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select

from hotline.calls import due
from hotline.calls.models import Call, Recording
from hotline.calls.standby.models import BroughtIn
from hotline.db import create
from hotline.embedded.postgres import Postgres
from hotline.migrations import schema
from hotline.settings import Settings
from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.party import Party
from hotline.simulator.world import World
from tests.matrix.cases import ON_DUTY, lives_through, person
from tests.stories.conftest import TOKEN
from tests.stories.outage import looked_after, prepared
from tests.stories.town import Town, populate, settle
from tests.stories.waiting import until
from tickets.models import Ticket, Timer

CALLS = 12


def town_on(postgres: Postgres, folder: Path) -> Town:
    """Return the county on a server of its own, three of its handsets manned."""
    postgres.ensure_database()
    url = postgres.url()
    engine = create(url)
    schema.metadata().create_all(engine)
    engine.dispose()
    world = World(folder / "carrier", token=TOKEN)
    settings = Settings(
        database_url=url, data_dir=folder, public_url=world.webhook, carrier_token=SecretStr(TOKEN), redis_url=""
    )
    populate(settings, world.now)
    town = prepared(settle(settings, world))
    town.everybody(NEVER_ANSWERS)
    for code in ("longgang-1", "jiafeng-1", "county-2"):
        town.handset(code, person(ON_DUTY, after=5, talks=20))
    return town


async def beside(town: Town) -> None:
    """Keeper and worker, as far as they come without a database."""
    while True:
        await asyncio.sleep(2)
        if await town.world.work(looked_after, town.x):
            with suppress(Exception):
                await town.world.work(due.fire_due, town.x)


async def load(town: Town) -> list[Party]:
    """Everybody rings within a little more than a minute; every fourth hangs up at once."""
    numbers = [f"+861540000{n:04d}" for n in range(CALLS - 2)] + [town.survivor("p001"), town.survivor("p003")]
    lines = [town.line(code) for code in ("trunk", "longgang", "jiafeng")]
    chance = random.Random(7)

    async def one(at: int, number: str) -> Party:
        await asyncio.sleep(chance.uniform(0, 70))
        party = await town.world.dial(number, lines[at % len(lines)])
        if at % 4:
            await lives_through(party, {}, talks=chance.uniform(5, 60))
        else:
            await asyncio.sleep(4)
            party.hang_up()
        return party

    return list(await asyncio.gather(*(one(at, number) for at, number in enumerate(numbers))))


async def settled(town: Town, calling: asyncio.Task[list[Party]], keeping: asyncio.Task[None]) -> list[Party]:
    """Return the callers once everything is back and what was left undone has been done."""
    parties = await calling
    await town.world.passes(30)
    keeping.cancel()
    await town.world.quiet()
    await until(town, town.world.now() + timedelta(minutes=4))
    await town.sweep()
    return parties


def count(town: Town, parties: list[Party]) -> None:
    """Everybody whom the carrier had on the line is there, with what became of them; nobody twice."""
    carrier = town.world.carrier
    for party in parties:
        rung = Counter(r.called for r in carrier.records.values() if r.parent_sid == party.sid)
        assert not rung or max(rung.values()) == 1, "a telephone rang twice in one call"
        assert party.over and party.longest_silence() <= 8, str(party.transcript)
    with town.reading() as session:
        calls = {call.sid: call for call in session.scalars(select(Call))}
        assert set(calls) == {party.sid for party in parties} and len(calls) == CALLS
        assert all(call.ended_at for call in calls.values())
        for party in parties:
            ticket = session.get_one(Ticket, calls[party.sid].ticket_id)
            met = any(entry.kind == "bridged" for entry in party.transcript.entries)
            assert ticket.answered_at or not met, str(party.transcript)
            assert ticket.answered_at or ticket.call_back_by or ticket.call_back_tries
        left = {r.sid for r in carrier.recordings if r.seconds and r.call_sid in calls and r.status == "completed"}
        assert left and left <= set(session.scalars(select(Recording.sid)))
        assert session.scalar(select(func.count()).select_from(BroughtIn)) == journalled(town) > 20
        assert not session.scalars(select(Timer).where(Timer.state == "failed")).all()
    assert not town.x.standby.journal.pending() and not town.x.standby.refused


def journalled(town: Town) -> int:
    """Return how many lines the journal has."""
    with town.x.standby.journal._connection() as db:
        return int(db.execute("SELECT count(*) FROM entry").fetchone()[0])
