"""The PostgreSQL and Valkey of a test run: one of each, started when first asked for, gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psycopg
from psycopg import sql

from hotline.db import create
from hotline.embedded.postgres import FORGETFUL, USER, Postgres
from hotline.embedded.process import Command, launch, stop
from hotline.embedded.valkey import Valkey, free_port
from hotline.migrations import schema

TEMPLATE = "prepared"
MEMORY = Path("/dev/shm")
"""A folder in memory, where the machine has one: a database is hundreds of files, and hundreds of stories copy one."""
ROOM = 2 << 30
"""Bytes that must be free there; in a container it may be as small as 64 MB."""


@dataclass(frozen=True)
class Addresses:
    """Where the servers are, in a form that goes through xdist to the workers."""

    socket_folder: str
    redis_url: str

    def database_url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self.socket_folder}"

    def create_database(self, name: str, template: str = TEMPLATE) -> str:
        """Copy the prepared template, or another; returns the URL of the copy."""
        self.admin(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        self.admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def admin(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=self.socket_folder, user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


class Servers:
    """Starts both servers in a temporary folder; ``stop`` ends them and removes it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-test-", dir=roomy_memory()))
        self.postgres = Postgres(self.folder / "postgres", self.folder / "postgres.log", tuple(FORGETFUL.items()))
        self.valkey = Valkey(self.folder / "valkey", self.folder / "valkey.log", free_port(), "test", durable=False)
        self._running: list[tuple[Command, Popen[bytes]]] = []
        for server in (self.postgres, self.valkey):
            server.prepare()
            command = server.command()
            self._running.append((command, launch(command)))
            deadline = time.monotonic() + 30
            while not server.ready():
                assert time.monotonic() < deadline, command.log.read_text()
                time.sleep(0.02)
        prepare_template(self.postgres)
        self.addresses = Addresses(str(self.postgres.socket_folder), self.valkey.url)

    def stop(self) -> None:
        for command, process in reversed(self._running):
            stop(process, command.stop_signal)
        shutil.rmtree(self.folder, ignore_errors=True)


def roomy_memory() -> Path | None:
    """Return the folder in memory if it may be used and has room; None: the usual place will do."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return MEMORY


def prepare_template(postgres: Postgres) -> None:
    """Make the database that all test databases are copies of, from the models.

    tests/db/test_migrations.py proves that the migrations build the very same.
    """
    postgres.ensure_database(TEMPLATE)
    engine = create(postgres.url(TEMPLATE))
    schema.metadata().create_all(engine)
    engine.dispose()
