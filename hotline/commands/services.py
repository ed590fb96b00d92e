"""The programs that make up the running hotline, and how one sees that each is ready."""

from __future__ import annotations

import http.client
import socket
import sys
from pathlib import Path

from hotline.embedded.folder import DataFolder
from hotline.embedded.postgres import Postgres
from hotline.embedded.process import Command, ready_file
from hotline.embedded.supervisor import Service
from hotline.embedded.valkey import Valkey
from hotline.settings import Settings

WEB_THREADS = 192
"""Requests served at once; a live page holds one.

Many more than can work at once: what waits before the threads is seen by nobody and answered by nothing. Once a thread
has it, hotline.web.shedding refuses a page, and hotline.web.answering asks a caller to wait a moment.
"""

WORKERS = 3
"""Background tasks at once: two for calls, one that may be making an export."""


def postgres_service(postgres: Postgres) -> Service:
    """The embedded database."""

    def command() -> Command:
        postgres.prepare()
        return postgres.command()

    return Service("postgres", "数据库 PostgreSQL ", "PostgreSQL", command, postgres.ready, server=True)


def valkey_service(valkey: Valkey) -> Service:
    """The embedded broker."""

    def command() -> Command:
        valkey.prepare()
        return valkey.command()

    return Service("valkey", "消息队列 Valkey ", "Valkey", command, valkey.ready, server=True)


WEB_GRACE = 15
"""Seconds in which a web server that stops finishes the webhooks under way: longer than that no carrier waits."""

WORKER_GRACE = 70
"""Seconds in which a worker that stops finishes its tasks: longer than a task may take (hotline.worker)."""

RENEWABLE = ("web", "worker", "beat")
"""What ``hotline restart`` replaces, in this order."""


def web_argv(settings: Settings, listening: socket.socket | None = None) -> list[str]:
    """Return the command line of the web server, on a socket that it is given or on one of its own."""
    program = ["hotline.embedded.listening", str(listening.fileno())] if listening else ["granian"]
    argv = [sys.executable, "-m", *program, "--interface", "wsgi", "--factory", "--no-ws", "--http", "1"]
    argv += ["--host", settings.host, "--port", str(settings.port), "--workers", "1"]
    argv += ["--blocking-threads", str(WEB_THREADS), "--respawn-failed-workers"]
    argv += ["--workers-kill-timeout", str(WEB_GRACE)]
    return [*argv, "hotline.wsgi:create_app"]


def worker_argv() -> list[str]:
    """Return the command line of the worker that does the background tasks."""
    return [
        *_celery("hotline.worker"),
        "worker",
        "--concurrency",
        str(WORKERS),
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ]


def beat_argv() -> list[str]:
    """Return the command line of the clock that sets the periodic tasks going; it keeps no file."""
    argv = [*_celery("hotline.beat"), "beat", "--scheduler", "celery.beat:Scheduler"]
    return [*argv, "--loglevel", "INFO", "--pidfile="]


def application_services(settings: Settings, folder: DataFolder, listening: socket.socket) -> list[Service]:
    """The web server, the worker and its clock."""

    def service(name: str, labels: tuple[str, str], argv: list[str], grace: float, *sockets: int) -> Service:
        file = ready_file(folder.path, name)

        def command() -> Command:
            file.unlink(missing_ok=True)
            return Command(name, tuple(argv), folder.logs / f"{name}.log", {}, grace=grace, sockets=sockets)

        return Service(name, *labels, command, file.exists)

    web = web_argv(settings, listening)
    return [
        service("web", ("网页与电话接口", "the web server"), web, WEB_GRACE + 5, listening.fileno()),
        service("worker", ("后台任务", "the worker"), worker_argv(), WORKER_GRACE),
        service("beat", ("定时器", "the timers"), beat_argv(), 10),
    ]


def simulator_service(settings: Settings, folder: DataFolder, phonebook: Path) -> Service:
    """The simulated carrier and its phone wall, on the port after the web server's."""
    port = settings.port + 1
    argv = [sys.executable, "-m", "hotline.simulator", "--port", str(port), "--host", settings.host]
    argv += ["--data", str(folder.path / "simulator"), "--phonebook", str(phonebook)]
    argv += ["--account", settings.carrier_account, "--webhook", settings.base_url, "--url", local_url(settings, 1)]
    secret = {"HOTLINE_SIMULATOR_TOKEN": settings.carrier_tokens[0]}  # arguments can be read by everybody here
    command = Command("simulator", tuple(argv), folder.logs / "simulator.log", secret)
    host = loopback(settings.host)
    return Service("simulator", "模拟运营商", "the simulated carrier", lambda: command, lambda: answers(host, port))


def loopback(host: str) -> str:
    """Return the address under which this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  (compared, not bound)


def local_url(settings: Settings, offset: int = 0) -> str:
    """Return the address of the web server (or, with offset 1, the simulator) as a browser here writes it."""
    host = loopback(settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port + offset}"


def answers(host: str, port: int) -> bool:
    """Return whether an HTTP server there answers anything at all."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _celery(app: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--quiet", "--app", app]
