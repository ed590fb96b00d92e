"""The embedded database survives what happens to it: kill -9, stale claims, long paths, another run's leftovers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from hotline.embedded.postgres import FORGETFUL, Postgres, end_stale
from hotline.embedded.process import launch, stop


@pytest.fixture
def postgres(tmp_path: Path) -> Postgres:
    return Postgres(tmp_path / "postgres", tmp_path / "postgres.log", tuple(FORGETFUL.items()))


@contextmanager
def running(postgres: Postgres) -> Iterator[subprocess.Popen[bytes]]:
    postgres.prepare()
    command = postgres.command()
    process = launch(command)
    try:
        until(postgres.ready, command.log)
        yield process
    finally:
        stop(process, command.stop_signal)


def until(condition: object, log: Path) -> None:
    deadline = time.monotonic() + 20
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, log.read_text() if log.exists() else "waited in vain"
        time.sleep(0.02)


def test_a_socket_left_by_a_killed_server_is_no_obstacle_whoever_has_its_number_now(postgres: Postgres) -> None:
    with running(postgres) as process:
        process.kill()
        process.wait()
    left = postgres.socket_folder / ".s.PGSQL.5432.lock"
    account = postgres._account()
    living = subprocess.Popen(["sleep", "60"], user=account.uid if account else None)
    try:
        left.write_text(f"{living.pid}\n{left.read_text().partition(chr(10))[2]}")
        with running(postgres):
            assert postgres.ready()
    finally:
        living.kill()
        living.wait()


def test_what_was_written_is_there_after_kill_9(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "postgres", tmp_path / "postgres.log")
    with running(postgres) as process:
        postgres.ensure_database()
        with postgres.connect("hotline") as session:
            session.execute("CREATE TABLE kept AS SELECT 7 AS n")
        process.kill()
        process.wait()
    assert (postgres.folder / "postmaster.pid").exists()
    with running(postgres), postgres.connect("hotline") as session:
        assert session.execute("SELECT n FROM kept").fetchone() == (7,)
        assert session.execute("SELECT extname FROM pg_extension WHERE extname = 'btree_gist'").fetchone()


def test_a_claim_that_names_somebody_else_is_removed(postgres: Postgres) -> None:
    postgres.prepare()
    claim = postgres.folder / "postmaster.pid"
    claim.write_text(f"{os.getpid()}\n{postgres.folder}\n")
    with running(postgres):
        assert postgres.ready()


def test_a_server_left_behind_is_ended_before_the_next(postgres: Postgres) -> None:
    with running(postgres) as left:
        end_stale(postgres.folder)
        assert left.wait(10) == 0
        with running(postgres):
            assert postgres.ready()


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("长" * 40)
    postgres = Postgres(deep / "postgres", tmp_path / "log", tuple(FORGETFUL.items()))
    assert len(os.fsencode(postgres.socket_folder)) < 60
    with running(postgres):
        assert postgres.socket_folder.stat().st_mode & 0o077 == 0
    postgres.socket_folder.rmdir()


def test_the_server_never_runs_as_root(postgres: Postgres) -> None:
    with running(postgres) as process:
        assert psutil.Process(process.pid).uids().effective != 0


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="only Linux tells a child that its parent died")
def test_the_server_dies_with_the_one_who_started_it(postgres: Postgres) -> None:
    postgres.prepare()
    code = (
        "import os, pathlib, sys, time\n"
        "from hotline.embedded.postgres import Postgres\n"
        "from hotline.embedded.process import launch\n"
        "server = Postgres(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "process = launch(server.command())\n"
        "while not server.ready(): time.sleep(0.02)\n"
        "print(process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(postgres.folder), str(postgres.log)],
        capture_output=True,
        text=True,
        check=False,
    )
    server = int(done.stdout)
    until(lambda: not psutil.pid_exists(server) or psutil.Process(server).status() == "zombie", postgres.log)
    until(lambda: not postgres.ready(), postgres.log)
