"""The database is killed, or frozen, under many calls at once, and the web process with it; counted afterwards.

What there must be is counted against the carrier's own log: it does not die.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from hotline.app import create_app
from hotline.calls.exchange import make_exchange
from hotline.embedded.postgres import Postgres, _processes
from hotline.embedded.process import launch
from hotline.simulator.party import Party
from tests.stories.crowd import beside, count, load, settled, town_on
from tests.stories.town import Town


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
            with suppress(psutil.NoSuchProcess):
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
    town = town_on(server.postgres, tmp_path)
    yield town
    town.close()


def _again(town: Town) -> None:
    """The web process was killed and is started again: it knows what is on disk, and nothing else."""
    town.x.close()
    town.x = make_exchange(town.x.settings, town.world.now, town.x.carrier)
    town.x.standby.find()
    assert town.x.standby.directory is not None
    town.world.connect(create_app(town.x).wsgi_app)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_nothing_is_missing_afterwards(own_town: Town, server: Server, how: str) -> None:
    town = own_town

    async def story() -> list[Party]:
        keeping, calling = asyncio.create_task(beside(town)), asyncio.create_task(load(town))
        await town.world.passes(25)
        (server.kill if how == "killed" else lambda: server.signal(signal.SIGSTOP))()
        await town.world.passes(20)
        _again(town)
        await town.world.passes(25)
        (server.start if how == "killed" else lambda: server.signal(signal.SIGCONT))()
        return await settled(town, calling, keeping)

    count(town, town.play(story(), working=False))
