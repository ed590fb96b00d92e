"""The supervisor starts, restarts and stops real programs, and leaves none behind."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from hotline.embedded.errors import EmbeddedError
from hotline.embedded.folder import DataFolder, end_leftovers
from hotline.embedded.process import Command, launch
from hotline.embedded.supervisor import Service, Supervisor
from hotline.embedded.valkey import Valkey, free_port

SLEEPER = "import time; time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); {SLEEPER}"


def program(folder: Path, name: str, code: str, ready: Callable[[], bool] = lambda: True) -> Service:
    command = Command(name, (sys.executable, "-c", code), folder / f"{name}.log", {})
    return Service(name, name, name, lambda: command, ready)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, lambda sign, chinese, english: said.append(f"{sign} {chinese} {english}"))
    yield supervisor
    supervisor.stop()


def watch(supervisor: Supervisor, until_true: Callable[[], object]) -> None:
    """Watch in this thread (children are tied to the thread that starts them) until something has happened."""
    done = threading.Event()
    failure: list[AssertionError] = []

    def look() -> None:
        try:
            until(until_true)
        except AssertionError as error:
            failure.append(error)
        done.set()

    looking = threading.Thread(target=look)
    looking.start()
    supervisor.watch(done)
    looking.join()
    assert not failure, failure


def test_what_is_killed_comes_back_with_its_children_gone(
    tmp_path: Path, supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start([program(tmp_path, "parent", PARENT)])
    first = psutil.Process(supervisor.pids()["parent"])
    until(lambda: first.children())
    child = first.children()[0]
    first.kill()
    watch(supervisor, lambda: supervisor.pids().get("parent") not in (None, first.pid))
    until(lambda: not alive(child))
    assert any("正在重启" in line for line in said)


def test_valkey_keeps_its_port_and_what_it_was_told(tmp_path: Path, supervisor: Supervisor) -> None:
    valkey = Valkey(tmp_path / "valkey", tmp_path / "valkey.log", free_port(), "secret")

    def command() -> Command:
        valkey.prepare()
        return valkey.command()

    supervisor.start([Service("valkey", "v", "v", command, valkey.ready, server=True)])

    with redis.Redis.from_url(valkey.url) as broker:
        broker.set("kept", "7")
        broker.execute_command("WAITAOF", 1, 0, 5000)
    psutil.Process(supervisor.pids()["valkey"]).kill()
    until(lambda: not valkey.ready())
    watch(supervisor, valkey.ready)
    with redis.Redis.from_url(valkey.url) as broker:
        assert broker.get("kept") == b"7"


def test_one_that_keeps_dying_is_restarted_ever_more_slowly(
    tmp_path: Path, supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start([program(tmp_path, "dying", "raise SystemExit(3)")])
    begun = time.monotonic()
    watch(supervisor, lambda: sum("(3)" in line for line in said) >= 3)
    assert time.monotonic() - begun > 0.4 + 0.8


def test_one_that_never_becomes_ready_is_named_with_its_last_words(tmp_path: Path, supervisor: Supervisor) -> None:
    with pytest.raises(EmbeddedError, match=r"broken did not start.*no such county"):
        supervisor.start([program(tmp_path, "broken", "raise SystemExit('no such county')", ready=lambda: False)])


def test_stop_leaves_nothing(tmp_path: Path, supervisor: Supervisor) -> None:
    supervisor.start([program(tmp_path, "a", SLEEPER), program(tmp_path, "b", PARENT)])
    processes = [psutil.Process(pid) for pid in supervisor.pids().values()]
    until(lambda: processes[1].children())
    processes += processes[1].children()
    supervisor.stop()
    until(lambda: not any(alive(process) for process in processes))


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path), DataFolder(tmp_path)
    first.claim()
    assert second.owner() is not None
    with pytest.raises(EmbeddedError, match="already runs"):
        second.claim()
    first.release()
    assert second.owner() is None
    second.claim()
    second.release()


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match="cannot be written"):
        DataFolder(tmp_path / "file" / "data").claim()


def test_the_next_owner_ends_what_a_killed_one_left(tmp_path: Path) -> None:
    mine = Command("left", (sys.executable, "-c", SLEEPER), tmp_path / "log", {"HOTLINE_RUN_FOLDER": str(tmp_path)})
    other = Command("other", (sys.executable, "-c", SLEEPER), tmp_path / "log", {"HOTLINE_RUN_FOLDER": "/elsewhere"})
    left, kept = launch(mine), launch(other)
    until(lambda: "HOTLINE_RUN_FOLDER" in psutil.Process(left.pid).environ())
    end_leftovers(tmp_path)
    left.wait(5)
    assert kept.poll() is None
    kept.kill()
    kept.wait()
