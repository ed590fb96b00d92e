"""The web process is stopped and goes on later: it takes connections, answers nobody, then finishes what it had begun.

The carrier gives up on each answer in time and goes to the document that was left with it, at a host of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, event

from hotline.calls import last_resort
from hotline.simulator.transport import Form, Reply, WsgiTransport, _environ
from hotline.simulator.virtualtime import real_work
from tests.matrix.database_parts import logging_worker
from tests.matrix.failing import Mend
from tests.stories.town import Town

HOST = "http://left.test"
Application = Callable[..., Iterable[bytes]]


class Freezing:
    """The part; ``committing``: a transaction stands open meanwhile, its locks held, its webhook half done."""

    def __init__(self, *, committing: bool = False) -> None:
        self.committing = committing

    @contextmanager
    def around(self, town: Town) -> Iterator[None]:
        """Leave the documents with the carrier, and let its webhooks go where a process can be stopped."""
        world = town.world
        settings = town.x.settings.model_copy(update={"fallback_url": HOST})
        folder = last_resort.folder(settings)
        last_resort.write(replace(town.x, settings=settings), folder, town.x.clock())
        for line in list(world.carrier.lines.values()):
            world.carrier.add_line(replace(line, voice_fallback_url=f"{HOST}/qinshui-{line.label}.xml"))
        courier = world.carrier.exchange.courier
        usual, courier.transport = courier.transport, Stopping(world._application, folder)
        self.transport = courier.transport
        engine: Engine = town.x.call_sessions.kw["bind"]
        event.listen(engine, "commit", self.transport.before_commit)
        try:
            yield
        finally:
            event.remove(engine, "commit", self.transport.before_commit)
            world.loop.run_until_complete(courier.transport.close())
            courier.transport = usual

    def fails(self, town: Town) -> Mend:
        """Stop the process; workers may meet its locks."""
        well = logging_worker(town)
        self.transport.stop(committing=self.committing)

        def mend() -> None:
            self.transport.go_on()
            well()

        return mend


class Stopping(WsgiTransport):
    """The way to a process that can be stopped; time passes while it stands still."""

    def __init__(self, application: Application, folder: Path) -> None:
        super().__init__(application)
        self._folder = folder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._going = asyncio.Event()
        self._going.set()
        self._commits = threading.Event()
        self._commits.set()
        self._mine = threading.local()

    def stop(self, *, committing: bool) -> None:
        """Nothing goes on; ``committing``: whoever commits next stands there until the end."""
        assert self._loop
        self._loop.call_soon_threadsafe(self._going.clear)
        if committing:
            self._commits.clear()

    def go_on(self) -> None:
        """The process goes on where it was stopped."""
        assert self._loop
        self._commits.set()
        self._loop.call_soon_threadsafe(self._going.set)

    def before_commit(self, _connection: Any) -> None:
        """A transaction is about to end; that of a webhook stands still."""
        if not self._commits.is_set() and (standing := getattr(self._mine, "standing", None)):
            standing()
            self._commits.wait()

    async def send(self, method: str, url: str, form: Form, headers: dict[str, str]) -> Reply:
        """See Transport; the host of the documents is another one and answers."""
        self._loop = asyncio.get_running_loop()
        if url.startswith(HOST):
            return self._document(urlsplit(url).path)
        return await super().send(method, url, form, headers)

    async def _run(self, method: str, url: str, form: Form, headers: dict[str, str]) -> Reply:
        await self._going.wait()
        loop, standing = asyncio.get_running_loop(), asyncio.Event()

        def work() -> Reply:
            self._mine.standing = lambda: loop.call_soon_threadsafe(standing.set)
            return self._call(_environ(method, url, form, headers))

        answer = loop.run_in_executor(self._threads, work)
        stands = asyncio.ensure_future(standing.wait())
        with real_work():
            await asyncio.wait({answer, stands}, return_when=asyncio.FIRST_COMPLETED)
        stands.cancel()
        await self._going.wait()
        with real_work():
            return await answer

    def _document(self, path: str) -> Reply:
        file = self._folder / Path(path).name
        return Reply(200, file.read_bytes(), "text/xml") if file.is_file() else Reply(404)
