"""The database is killed, loses its connections over commits, or has no room left: for the web and the worker alike."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy.orm import sessionmaker

from hotline.db import create
from tests.matrix.failing import Mend
from tests.stories.town import Deed, Town

log = logging.getLogger(__name__)

_FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
DO $$ DECLARE one regclass; BEGIN
  FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON %s EXECUTE FUNCTION no_room()', one);
  END LOOP; END $$;
"""


def killed(town: Town) -> Mend:
    """Every connection breaks, and no new one is taken."""
    name, eyes = _name(town), create(town.x.settings.database_url, pool_size=1)
    with eyes.connect() as connection:
        own = connection.scalar(text("SELECT pg_backend_pid()"))
    town.looking = sessionmaker(eyes, expire_on_commit=False)
    mend = logging_worker(town)
    with _admin(town, "postgres") as admin:
        _allow(admin, name, connections=False)
        ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        admin.execute(ends, (name, own))

    def again() -> None:
        with _admin(town, "postgres") as admin:
            _allow(admin, name, connections=True)
        town.looking = None
        eyes.dispose()
        mend()

    return again


def killed_and_journal_full(town: Town) -> Mend:
    """As ``killed``, and the disk of the journal is full for good."""
    town.x.standby.journal.most_pages = 1
    return killed(town)


def full(town: Town) -> Mend:
    """PostgreSQL can read and has no room for a new row."""
    mend = logging_worker(town)
    with _admin(town, _name(town)) as admin:
        admin.execute(_FULL)

    def again() -> None:
        with _admin(town, _name(town)) as admin:
            while True:
                with suppress(DeadlockDetected):  # it wants all tables for itself, and calls go on in them
                    admin.execute("DROP FUNCTION IF EXISTS no_room CASCADE")
                    break
        mend()

    return again


def dying_over_commits(*, committed: bool) -> Callable[[Town], Mend]:
    """Return what breaks the connection of everybody who commits: before the database has heard of it, or after."""

    def fails(town: Town) -> Mend:
        engines: list[Engine] = [sessions.kw["bind"] for sessions in (town.x.sessions, town.x.call_sessions)]
        mend = logging_worker(town)

        def breaks(connection: Connection) -> None:
            ours: Any = connection.connection.driver_connection
            if committed:
                ours.commit()
                ours.close()
                return
            with _admin(town, "postgres") as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 2000)", (ours.info.backend_pid,))

        for engine in engines:
            event.listen(engine, "commit", breaks)

        def again() -> None:
            for engine in engines:
                event.remove(engine, "commit", breaks)
            mend()

        return again

    return fails


def logging_worker(town: Town) -> Mend:
    """Let the worker survive what fails, as Celery does."""
    well = town.worker

    def worker(deed: Deed) -> object:
        try:
            return deed()
        except Exception as error:  # noqa: BLE001  (it is tried again)
            log.info("a task failed: %s", error)
            return None

    town.worker = worker

    def mend() -> None:
        town.worker = well

    return mend


@contextmanager
def _admin(town: Town, database: str) -> Iterator[psycopg.Connection[Any]]:
    url = make_url(town.x.settings.database_url)
    host = str(url.query["host"])
    with psycopg.connect(host=host, user=url.username, dbname=database, autocommit=True) as connection:
        yield connection


def _allow(admin: psycopg.Connection[Any], database: str, *, connections: bool) -> None:
    words = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    admin.execute(words.format(sql.Identifier(database), sql.SQL("true" if connections else "false")))


def _name(town: Town) -> str:
    return str(make_url(town.x.settings.database_url).database)
