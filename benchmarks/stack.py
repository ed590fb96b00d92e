"""A PostgreSQL of one's own for a benchmark: started in a folder of its own, stopped at the end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from pydantic import SecretStr

from hotline.calls.exchange import Exchange, make_exchange
from hotline.clock import Clock, system_clock
from hotline.embedded.postgres import FORGETFUL, Postgres
from hotline.embedded.process import launch, stop
from hotline.migrations import schema
from hotline.settings import Settings

OPTIONS = {"shared_buffers": "512MB", "work_mem": "32MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}
"""What somebody who runs a county of this size would set; the embedded server's own defaults are PostgreSQL's."""
FIRST_START_SECONDS = 60


@dataclass(frozen=True)
class Stack:
    """A running server with the newest schema."""

    folder: Path
    postgres: Postgres
    settings: Settings
    process: Popen[bytes]

    def exchange(self, clock: Clock = system_clock) -> Exchange:
        """Return what the pages and the webhooks work with; dispose of its engine afterwards."""
        return make_exchange(self.settings, clock=clock)


@contextmanager
def running(*, durable: bool, tuned: bool = True, kept: Path | None = None) -> Iterator[Stack]:
    """Give a server in a temporary folder. ``durable``: a commit is on the disk, as in use; else reading only.

    ``kept``: the folder instead, which stays for the next time.
    """
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
    folder = kept or Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    folder.chmod(0o711)  # PostgreSQL does not run as root and must get through
    options = (OPTIONS if tuned else {}) | ({} if durable else {**FORGETFUL, "autovacuum": "on"})
    postgres = Postgres(folder / "postgres", folder / "postgres.log", tuple(options.items()))
    postgres.prepare()
    command = postgres.command()
    process = launch(command)
    try:
        deadline = time.monotonic() + FIRST_START_SECONDS
        while not postgres.ready():
            if time.monotonic() > deadline:
                raise RuntimeError(command.log.read_text())
            time.sleep(0.05)
        postgres.ensure_database()
        schema.upgrade(postgres.url())
        yield Stack(folder, postgres, _settings(folder, postgres.url()), process)
    finally:
        stop(process, command.stop_signal)
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, url: str) -> Settings:
    return Settings(
        database_url=url,
        redis_url="redis://127.0.0.1:1/0",  # nothing that is measured may need the broker
        data_dir=folder,
        host="127.0.0.1",
        public_url="http://hotline.bench",
        carrier="simulator",
        carrier_token=SecretStr("simulated-carrier-token"),
    )
