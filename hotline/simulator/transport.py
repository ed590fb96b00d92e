"""How the carrier's requests reach the application: over the network, or straight into a WSGI callable."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

import aiohttp

from hotline.simulator.virtualtime import real_work

Form = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """The application's answer."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class ConnectFailedError(Exception):
    """The request did not reach the application."""


class ReadTimeoutError(Exception):
    """The application did not answer in time."""


class Transport(Protocol):
    """Carries one request. Raises ConnectFailedError or ReadTimeoutError."""

    async def send(self, method: str, url: str, form: Form, headers: dict[str, str]) -> Reply:
        """Send the form (in the body of a POST) and return the answer; redirects are not followed."""


class HttpTransport:
    """Over the network, with aiohttp. Close it when done."""

    def __init__(self, ceiling_seconds: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=ceiling_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, url: str, form: Form, headers: dict[str, str]) -> Reply:
        """See Transport."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        # Encoded here, byte for byte what a signature over the raw body was made of.
        body = urlencode(list(form)).encode() if method == "POST" else None
        headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"} if body is not None else headers
        try:
            with real_work():
                async with self._session.request(
                    method, url, data=body, headers=headers, allow_redirects=False
                ) as response:
                    content = await response.read()
                    return Reply(response.status, content, response.content_type, dict(response.headers))
        except (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError, aiohttp.InvalidURL) as error:
            raise ConnectFailedError(str(error)) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ReadTimeoutError(str(error)) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class WsgiTransport:
    """Runs a WSGI application in threads of this process, so that simultaneous webhooks truly race."""

    def __init__(self, application: Callable[..., Iterable[bytes]], threads: int = 16) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="webhook")

    async def send(self, method: str, url: str, form: Form, headers: dict[str, str]) -> Reply:
        """See Transport; an exception that the application lets through becomes a 500, as a server would do."""
        # Shielded: a caller who hangs up does not stop the thread, and the clock must wait for it.
        return await asyncio.shield(asyncio.ensure_future(self._run(method, url, form, headers)))

    async def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    async def _run(self, method: str, url: str, form: Form, headers: dict[str, str]) -> Reply:
        with real_work():
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._call, _environ(method, url, form, headers)
            )

    def _call(self, environ: dict[str, Any]) -> Reply:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda _chunk: None

        try:
            chunks = self._application(environ, start_response)
            try:
                body = b"".join(chunks)
            finally:
                close = getattr(chunks, "close", None)
                if close:
                    close()
        except Exception as error:  # noqa: BLE001  (what a web server does)
            return Reply(500, f"{type(error).__name__}: {error}".encode(), "text/plain")
        status, headers = started[-1]
        named = dict(headers)
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        return Reply(int(status.split()[0]), body, kind.partition(";")[0].strip(), named)


def _environ(method: str, url: str, form: Form, headers: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    raw = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = urlencode(list(form)).encode() if method == "POST" else b""
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": raw,
        "REQUEST_URI": raw,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if method == "POST" else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
    }
