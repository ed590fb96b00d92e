"""PostgreSQL's disk is really full while people ring: it panics, the supervisor brings it back, nothing is lost."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from hotline.commands.services import postgres_service
from hotline.embedded.postgres import Postgres
from hotline.embedded.supervisor import Supervisor
from hotline.simulator.party import Party
from tests.stories.crowd import beside, count, load, settled, town_on
from tests.stories.town import Town

SIZE_MB = 192
SMALL = (("max_wal_size", "64MB"), ("min_wal_size", "32MB"))
"""The journal of a small server on a small disk."""
PATIENCE = 40.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of its own that a file can fill."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small filesystem cannot be mounted here (that needs root on Linux): {error}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class Supervised:
    """PostgreSQL on the small disk, with a supervisor that brings it back; ``said`` is what it tells the operator."""

    postgres: Postgres
    folder: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.supervisor = Supervisor(self.folder, lambda _sign, _chinese, english: self.said.append(english))
        self.stopping = threading.Event()
        self.supervisor.start([postgres_service(self.postgres)])
        self.watching = threading.Thread(target=self.supervisor.watch, args=(self.stopping,))
        self.watching.start()

    def stop(self) -> None:
        self.stopping.set()
        self.watching.join()
        self.supervisor.stop()

    def restarts(self) -> int:
        return sum("ended unexpectedly" in line for line in self.said)

    def fill(self) -> None:
        """Leave not one page, then let the journal go on to its next file: PostgreSQL panics."""
        with self._filling.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        _wait(self._panicked, self.log)

    def free(self) -> None:
        """There is room again; the supervisor's next try succeeds."""
        self._filling.unlink()
        _wait(self.postgres.ready, self.log)

    def log(self) -> str:
        return self.postgres.log.read_text(errors="replace")

    @property
    def _filling(self) -> Path:
        return self.postgres.folder.parent / "filling"

    def _panicked(self) -> bool:
        with suppress(psycopg.Error), self.postgres.connect() as admin:
            admin.execute("SELECT pg_logical_emit_message(false, 'filling', repeat('x', 1000000))")
        return "PANIC" in self.log()


@pytest.fixture
def server(disk: Path, tmp_path: Path) -> Iterator[Supervised]:
    server = Supervised(Postgres(disk / "postgres", tmp_path / "postgres.log", SMALL), tmp_path / "supervised")
    yield server
    server.stop()


def _wait(holds: Callable[[], bool], explain: Callable[[], str]) -> None:
    deadline = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if holds():
            return
        deadline.wait(0.05)
    raise AssertionError(explain()[-2000:])


@pytest.mark.timeout(300)
def test_nothing_is_missing_after_the_disk_was_full(server: Supervised, tmp_path: Path) -> None:
    town: Town = town_on(server.postgres, tmp_path)

    async def story() -> list[Party]:
        keeping, calling = asyncio.create_task(beside(town)), asyncio.create_task(load(town))
        await town.world.passes(25)
        await town.world.work(server.fill)
        await town.world.passes(45)
        await town.world.work(server.free)
        return await settled(town, calling, keeping)

    try:
        count(town, town.play(story(), working=False))
    finally:
        town.close()
    assert "No space left on device" in server.log()
    assert server.restarts() >= 1, server.said
