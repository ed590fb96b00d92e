"""hotline ready: does a part of the running hotline do its work? For the health checks of containers."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Mapping

import typer

from hotline.commands import checks, speak
from hotline.embedded.errors import EmbeddedError
from hotline.settings import Settings

SECONDS = 4.0
"""How long a web server may take to answer."""
PING_SECONDS = 10.0
"""How long a worker may take to answer; it may be in the middle of a task."""


def check_ready(part: str) -> None:
    """Say that a part works. Raises EmbeddedError with the reason when it does not, BadParameter for no part."""
    if part not in PARTS:
        raise typer.BadParameter("web, worker, timers", param_hint="PART")
    PARTS[part](checks.load_settings())
    speak.tell("✓", "工作正常", f"{part} works")


def _needs(url: str, name: str) -> None:
    if not url:
        raise EmbeddedError(
            f"没有设置 {name}；hotline serve 自己照看各部分"
            f" ({name} is not set; under hotline serve the supervisor looks after every part)"
        )


def web(settings: Settings) -> None:
    """The web server of this machine can answer calls."""
    from hotline.commands.services import loopback

    connection = http.client.HTTPConnection(loopback(settings.host), settings.port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        found = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise EmbeddedError(f"网页没有应答 (the web server does not answer): {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise EmbeddedError(f"还不能接听来电 (calls cannot be answered yet): {found}")


def worker(settings: Settings) -> None:
    """The background worker of this machine answers."""
    from hotline.worker import make_app

    _needs(settings.redis_url, "HOTLINE_REDIS_URL")
    name = f"celery@{socket.gethostname()}"
    try:
        found = make_app(settings).control.ping(destination=[name], timeout=PING_SECONDS, limit=1)
    except OSError as error:
        raise EmbeddedError(f"消息队列没有应答 (the broker does not answer): {error}") from error
    if not found:
        raise EmbeddedError(f"后台任务 {name} 没有应答 (the worker does not answer)")


def timers(settings: Settings) -> None:
    """What is due is done: no timer waits beyond its grace."""
    from hotline.commands.county import exchange_of
    from tickets.timers import late

    _needs(settings.database_url, "HOTLINE_DATABASE_URL")
    with exchange_of(settings) as x, x.sessions() as session:
        waiting = late(session, x.clock())
    if waiting:
        raise EmbeddedError(f"到点的事项已等了 {waiting} (what is due has been waiting)")


PARTS: Mapping[str, Callable[[Settings], None]] = {"web": web, "worker": worker, "timers": timers}
