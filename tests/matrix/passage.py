"""A way to the database that can be frozen: to whoever stands before it, it looks as a server after SIGSTOP does."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Passage:
    """Carries bytes between sockets in ``folder`` and a server; while it is frozen it takes them and answers nothing.

    What was written into it meanwhile reaches the server afterwards, as what waits in a frozen server's sockets does.
    """

    def __init__(self, server: Path) -> None:
        self._server = server / SOCKET
        self.folder = Path(tempfile.mkdtemp(prefix="passage-"))
        self._loop = asyncio.new_event_loop()
        self._going = asyncio.Event()
        self._dead: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._going.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="passage", daemon=True)
        self._thread.start()
        self._do(self._open())

    def freeze(self) -> None:
        """Nothing is carried any more, and whoever comes is kept waiting."""
        self._do(self._set(going=False))

    def thaw(self) -> None:
        """Everything goes on where it stood."""
        self._do(self._set(going=True))

    def replace(self) -> None:
        """Another machine answers whoever comes now; who came before hears nothing, not even an end."""
        self._do(self._forget())
        self.thaw()

    def close(self) -> None:
        """End it and every connection."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        shutil.rmtree(self.folder)

    def _do(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _open(self) -> None:
        self._listening = await asyncio.start_unix_server(self._carry, self.folder / SOCKET)

    async def _set(self, *, going: bool) -> None:
        (self._going.set if going else self._going.clear)()

    async def _forget(self) -> None:
        self._dead |= self._tasks

    async def _end(self) -> None:
        self._listening.close()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._going.wait()
            if task in self._dead:
                await asyncio.Event().wait()
            there, to_there = await asyncio.open_unix_connection(self._server)
            both = [asyncio.create_task(self._pump(*way, task)) for way in ((reader, to_there), (there, writer))]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)
                to_there.close()
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: asyncio.Task[None]) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._going.wait()
                if task in self._dead:
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
            await self._going.wait()
