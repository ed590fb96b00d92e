"""One process follows another: what the old one is at is finished, what comes meanwhile is the new one's."""

from __future__ import annotations

import http.client
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from celery import Celery

from hotline.commands import services
from hotline.embedded.errors import EmbeddedError
from hotline.embedded.folder import DataFolder
from hotline.embedded.listening import listen
from hotline.embedded.process import Command, ready_file
from hotline.embedded.renewing import Renewals
from hotline.embedded.supervisor import Service, Supervisor
from hotline.settings import Settings
from tests.embedded.serving import until

HOLDING = """
import os, pathlib, time
from hotline.embedded.process import say_ready
here = pathlib.Path(__file__).parent

def hold():
    (here / "begun").touch()
    while not (here / "go").exists():
        time.sleep(0.02)
    (here / "done").touch()
"""
WEB = f"""{HOLDING}
parent = os.getppid()  # the server to which this worker belongs

def create():
    say_ready("web")

    def app(environ, start):
        if environ["PATH_INFO"] == "/held":
            hold()
        start("200 OK", [("Connection", "close")])
        return [str(parent).encode()]

    return app
"""
TASK = f"""{HOLDING}
from celery import shared_task
shared_task(name="held")(hold)
"""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, lambda *_: None)
    yield supervisor
    (tmp_path / "go").touch()
    supervisor.stop()


def watch(supervisor: Supervisor, asked: Callable[[], object], condition: Callable[[], object]) -> None:
    """Let the supervisor do its work (in this thread: children are tied to it) until something has happened."""
    done, failures = threading.Event(), []

    def look() -> None:
        try:
            asked()
            until(condition, str)
        except BaseException as error:  # noqa: BLE001  (raised again below)
            failures.append(error)
        done.set()

    looking = threading.Thread(target=look)
    looking.start()
    supervisor.watch(done, services.RENEWABLE)
    looking.join()
    if failures:
        raise failures[0]


def replaced(supervisor: Supervisor, folder: DataFolder, name: str) -> int:
    """Replace a part as ``hotline restart`` does; returns the process it was."""
    old, renewals = supervisor.pids()[name], Renewals(folder.path)
    watch(
        supervisor,
        lambda: (renewals.ask(name), renewals.wait(name, lambda: True)),
        lambda: supervisor.pids()[name] != old,
    )
    return old


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def get(port: int, path: str) -> int:
    """Return which web server answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return int(answer.read())
    finally:
        connection.close()


def test_a_webhook_under_way_is_answered_by_the_old_web_server(
    settings: Settings, folder: DataFolder, supervisor: Supervisor
) -> None:
    (folder.path / "toy.py").write_text(WEB)
    with listen("127.0.0.1", 0, "") as listening, ThreadPoolExecutor() as clients:
        port = listening.getsockname()[1]
        web = services.application_services(settings, folder, listening)[0]

        def command() -> Command:
            made = web.command()
            return replace(made, argv=(*made.argv[:-1], "--working-dir", str(folder.path), "toy:create"))

        supervisor.start([replace(web, command=command)])
        held = clients.submit(get, port, "/held")
        until((folder.path / "begun").exists, str)
        old = replaced(supervisor, folder, "web")
        until(lambda: get(port, "/") == supervisor.pids()["web"], str)  # the old one may take one more while it closes
        assert supervisor.pids()["web"] != old
        assert alive(old) and not held.done()
        (folder.path / "go").touch()
        assert held.result(10) == old
        watch(supervisor, lambda: None, lambda: not psutil.pid_exists(old))
        psutil.Process(supervisor.pids()["web"]).kill()
        waiting = clients.submit(get, port, "/")  # nobody is there; it waits in the socket
        watch(supervisor, lambda: None, waiting.done)
        assert waiting.result() == supervisor.pids()["web"]


def test_a_task_under_way_is_finished_by_the_old_worker(
    settings: Settings, folder: DataFolder, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "toy.py").write_text(TASK)
    for name, value in (("PYTHONPATH", f"{folder.path}"), ("HOTLINE_REDIS_URL", settings.redis_url)):
        monkeypatch.setenv(name, value)
    file, queue = ready_file(folder.path, "worker"), f"held-{folder.path.name}"
    argv = (*services.worker_argv(), "--include", "toy", "--queues", queue)

    def command() -> Command:
        file.unlink(missing_ok=True)
        return Command("worker", argv, folder.logs / "worker.log", {}, grace=services.WORKER_GRACE)

    supervisor.start([Service("worker", "w", "w", command, file.exists)])
    with Celery(broker=settings.redis_url) as app:
        app.send_task("held", queue=queue)
    until((folder.path / "begun").exists, str)
    old = replaced(supervisor, folder, "worker")
    assert alive(old) and not (folder.path / "done").exists()
    (folder.path / "go").touch()
    watch(supervisor, lambda: None, lambda: not psutil.pid_exists(old))
    assert (folder.path / "done").exists()


def test_a_successor_that_does_not_start_changes_nothing(folder: DataFolder, supervisor: Supervisor) -> None:
    programs = iter(("import time; time.sleep(600)", "raise SystemExit('no such setting')"))

    def command() -> Command:
        argv = (sys.executable, "-c", next(programs))
        return Command("web", argv, folder.logs / "web.log", {})

    started = iter((True,))
    supervisor.start([Service("web", "w", "w", command, lambda: next(started, False))])
    old, renewals = supervisor.pids()["web"], Renewals(folder.path)
    with pytest.raises(EmbeddedError, match="no such setting"):
        watch(supervisor, lambda: (renewals.ask("web"), renewals.wait("web", lambda: True)), lambda: True)
    assert supervisor.pids()["web"] == old and alive(old)
