"""A database for a command: the configured one, the running hotline's, or the embedded one for as long as needed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hotline import settings as settings_module
from hotline.commands.checks import database_answers, load_settings
from hotline.embedded.errors import EmbeddedError
from hotline.embedded.folder import DataFolder
from hotline.embedded.postgres import Postgres
from hotline.embedded.supervisor import Supervisor
from hotline.settings import Settings

if TYPE_CHECKING:
    from hotline.calls.exchange import Exchange

_PATIENCE = 15.0
"""Seconds we wait for the database of a hotline that is just starting."""


@contextmanager
def connected() -> Iterator[Settings]:
    """Give settings whose database answers and has the newest schema. Raises EmbeddedError."""
    with _reachable(load_settings()) as url:
        os.environ["HOTLINE_DATABASE_URL"] = url
        settings_module.load.cache_clear()
        _upgrade(url)
        yield load_settings()


def _upgrade(url: str) -> None:
    from hotline import db
    from hotline.migrations import revision

    engine = db.create(url, pool_size=1)
    try:
        with engine.connect() as connection:
            newest = revision.found(connection) == revision.known()[-1]
    finally:
        engine.dispose()
    if not newest:
        from hotline.migrations import schema  # Alembic and every table: half a second that few commands need

        schema.upgrade(url)


@contextmanager
def exchange() -> Iterator[Exchange]:
    """Give what a command needs to read and write the directory. Raises EmbeddedError."""
    from hotline.calls.exchange import make_exchange

    with connected() as settings:
        made = make_exchange(settings)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def _reachable(settings: Settings) -> Iterator[str]:
    if settings.database_url:
        database_answers(settings.database_url)
        yield settings.database_url
        return
    folder = DataFolder(settings.data_dir)
    postgres = Postgres(folder.postgres, folder.logs / "postgres.log")
    if folder.owner():
        _wait_for(postgres)
        yield postgres.url()
        return
    from hotline.commands.services import postgres_service

    folder.claim()
    supervisor = Supervisor(folder.path, lambda *_: None)
    try:
        supervisor.start([postgres_service(postgres)])
        postgres.ensure_database()
        yield postgres.url()
    finally:
        supervisor.stop()
        folder.release()


def _wait_for(postgres: Postgres) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not postgres.ready():
        if time.monotonic() > deadline:
            raise EmbeddedError(
                "热线正在运行，但数据库没有应答，请稍后再试"
                " (the hotline runs, but its database does not answer: try again)"
            )
        time.sleep(0.1)
