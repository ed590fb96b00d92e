"""PostgreSQL from the wheel: prepare a data folder, run the server in it, know when it is ready."""

from __future__ import annotations

import hashlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from hotline.embedded.binaries import postgres_program
from hotline.embedded.errors import EmbeddedError
from hotline.embedded.process import Account, Command, tethered

USER = "hotline"
DATABASE = "hotline"
EXTENSIONS = ("btree_gist", "pg_trgm")
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100
"""Bytes; Linux allows 107 and macOS 103 for ``<folder>/.s.PGSQL.5432``."""

_ALWAYS = {"listen_addresses": "", "unix_socket_permissions": "0700", "timezone": "UTC", "log_timezone": "UTC"}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings for tests: fast, and all is lost when the machine stops."""


@dataclass(frozen=True)
class Postgres:
    """One server: its folder, its log, and settings beyond our own."""

    folder: Path
    log: Path
    options: tuple[tuple[str, str], ...] = ()

    @property
    def socket_folder(self) -> Path:
        """Where the socket is: beside the data, or a short private path when that one is too long for a socket."""
        near = self.folder.parent / "run"
        if len(os.fsencode(near / _SOCKET)) <= _SOCKET_PATH_LIMIT:
            return near
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"hotline-{digest}"

    def url(self, database: str = DATABASE) -> str:
        """Return the SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.socket_folder}"

    def prepare(self) -> None:
        """Create the cluster if there is none, and clear away what a killed server left. Raises EmbeddedError."""
        account = self._account()
        for folder in (self.folder, self.socket_folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            if account:
                os.chown(folder, account.uid, account.gid)
        if not (self.folder / "PG_VERSION").exists():
            self._initdb(account)
        end_stale(self.folder)
        for left in (_SOCKET, f"{_SOCKET}.lock"):  # it names a process number that another one may have by now
            (self.socket_folder / left).unlink(missing_ok=True)

    def command(self) -> Command:
        """Return the command that runs the server in the foreground."""
        account = self._account()
        settings = {**_ALWAYS, "unix_socket_directories": str(self.socket_folder), **dict(self.options)}
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Command(
            name="postgres",
            argv=(postgres_program("postgres", account), "-D", str(self.folder), *flags),
            log=self.log,
            environment={"LC_ALL": "C"},
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, data is flushed
            account=account,
            folder=self.folder,
        )

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Open a plain autocommit connection. Raises psycopg.OperationalError."""
        return psycopg.connect(
            host=str(self.socket_folder), user=USER, dbname=database, autocommit=True, connect_timeout=3
        )

    def ready(self) -> bool:
        """Return whether the server takes sessions."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, database: str = DATABASE) -> None:
        """Create the database and its extensions where missing; the server must be ready."""
        with self.connect() as admin:
            known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            if not known:
                admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        with self.connect(database) as session:
            for extension in EXTENSIONS:
                session.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))

    def _account(self) -> Account | None:
        if os.geteuid() != 0:
            return None
        if self.folder.exists() and (owner := self.folder.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(entry.pw_uid, entry.pw_gid)
        raise EmbeddedError(
            "PostgreSQL 不能以 root 运行，且本机没有 postgres 或 nobody 用户"
            " (PostgreSQL refuses root, and there is no user postgres or nobody here)"
        )

    def _initdb(self, account: Account | None) -> None:
        argv = [postgres_program("initdb", account), "-D", str(self.folder), "-U", USER, "--auth=trust", "--no-sync"]
        argv += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        done = subprocess.run(  # noqa: S603  (our own argument list)
            tethered(argv, signal.SIGTERM, account),
            env={**os.environ, "LC_ALL": "C"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise EmbeddedError(f"无法在 {self.folder} 创建数据库 (cannot create a database there): {reason}")


def end_stale(folder: Path, seconds: float = 20.0) -> None:
    """End the server that an earlier, killed run left in ``folder``, and remove the file that claims there is one.

    Sessions outlive a killed server for a moment, and no new one starts before they are gone.
    """
    claim = folder / "postmaster.pid"
    left = _processes(folder)
    if left:
        with suppress(psutil.NoSuchProcess):
            min(left, key=lambda process: process.create_time()).send_signal(signal.SIGINT)
    deadline = time.monotonic() + seconds
    while (left := _processes(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    claim.unlink(missing_ok=True)


def _processes(folder: Path) -> list[psutil.Process]:
    """Return the living PostgreSQL processes that work in ``folder``: the server and its sessions."""
    return [process for process in psutil.process_iter(["name"]) if _works_in(process, str(folder.resolve()))]


def _works_in(process: psutil.Process, folder: str) -> bool:
    try:
        return process.info["name"] == "postgres" and process.cwd() == folder
    except (psutil.Error, OSError):
        return False  # gone, a zombie, or somebody else's
