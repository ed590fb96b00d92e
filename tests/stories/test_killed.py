"""The database is killed, or frozen, under many calls at once, and the web process with it; counted afterwards.

What there must be is counted against the carrier's own log: it does not die.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from hotline.app import create_app
from hotline.calls import due
from hotline.calls.exchange import make_exchange
from hotline.calls.models import Call, Recording
from hotline.calls.standby import keeper
from hotline.calls.standby.models import BroughtIn
from hotline.db import create
from hotline.embedded.postgres import Postgres, _processes
from hotline.embedded.process import launch
from hotline.migrations import schema
from hotline.settings import Settings
from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.party import Party
from hotline.simulator.world import World
from tests.matrix.cases import ON_DUTY, lives_through, person
from tests.stories.conftest import TOKEN
from tests.stories.outage import prepared
from tests.stories.town import Town, populate, settle
from tests.stories.waiting import until
from tickets.models import Ticket, Timer

CALLS = 12


class Server:
    """A PostgreSQL of our own, durable, to be killed."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder / "postgres", folder / "postgres.log")
        self.start()

    def start(self) -> None:
        self.postgres.prepare()
        self.process = launch(self.postgres.command())
        while not self.postgres.ready():
            assert self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and its sessions: they are ours, they work in our folder."""
        for process in _processes(self.postgres.folder):
            with suppress(ProcessLookupError):
                process.send_signal(number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "own")
    yield server
    server.signal(signal.SIGCONT)
    server.kill()


@pytest.fixture
def own_town(server: Server, tmp_path: Path) -> Iterator[Town]:
    """The county on a server of its own."""
    server.postgres.ensure_database()
    url = server.postgres.url()
    engine = create(url)
    schema.metadata().create_all(engine)
    engine.dispose()
    world = World(tmp_path / "carrier", token=TOKEN)
    settings = Settings(
        database_url=url, data_dir=tmp_path, public_url=world.webhook, carrier_token=SecretStr(TOKEN), redis_url=""
    )
    populate(settings, world.now)
    town = prepared(settle(settings, world))
    yield town
    town.close()


def _again(town: Town) -> None:
    """The web process was killed and is started again: it knows what is on disk, and nothing else."""
    town.x.close()
    town.x = make_exchange(town.x.settings, town.world.now, town.x.carrier)
    town.x.standby.find()
    assert town.x.standby.directory is not None
    town.world.connect(create_app(town.x).wsgi_app)


async def _beside(town: Town) -> None:
    """Keeper and worker, as far as they come without a database."""
    while True:
        await asyncio.sleep(2)
        if await town.world.work(keeper.turn, town.x):
            with suppress(Exception):
                await town.world.work(due.fire_due, town.x)


async def _load(town: Town, numbers: list[str], lines: list[str]) -> list[Party]:
    """Everybody rings within a little more than a minute; every fourth hangs up at once."""
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


@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_nothing_is_missing_afterwards(own_town: Town, server: Server, how: str) -> None:
    town = own_town
    town.everybody(NEVER_ANSWERS)
    for code in ("longgang-1", "jiafeng-1", "county-2"):
        town.handset(code, person(ON_DUTY, after=5, talks=20))
    numbers = [f"+861540000{n:04d}" for n in range(CALLS - 2)] + [town.survivor("p001"), town.survivor("p003")]
    lines = [town.line(code) for code in ("trunk", "longgang", "jiafeng")]

    async def story() -> list[Party]:
        beside, load = asyncio.create_task(_beside(town)), asyncio.create_task(_load(town, numbers, lines))
        await town.world.passes(25)
        (server.kill if how == "killed" else lambda: server.signal(signal.SIGSTOP))()
        await town.world.passes(20)
        _again(town)
        await town.world.passes(25)
        (server.start if how == "killed" else lambda: server.signal(signal.SIGCONT))()
        parties = await load
        await town.world.passes(30)
        beside.cancel()
        await town.world.quiet()
        await until(town, town.world.now() + timedelta(minutes=4))
        await town.sweep()
        return parties

    _count(town, town.play(story(), working=False))


def _count(town: Town, parties: list[Party]) -> None:
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
        assert session.scalar(select(func.count()).select_from(BroughtIn)) == _journalled(town) > 20
        assert not session.scalars(select(Timer).where(Timer.state == "failed")).all()
    assert not town.x.standby.journal.pending() and not town.x.standby.refused


def _journalled(town: Town) -> int:
    with town.x.standby.journal._connection() as db:
        return int(db.execute("SELECT count(*) FROM entry").fetchone()[0])
