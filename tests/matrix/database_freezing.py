"""PostgreSQL takes connections and never answers: it thaws, or its machine is gone and another one is in its place."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import dup
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url
from sqlalchemy.orm import sessionmaker

from hotline.calls.standby import gate
from hotline.db import create
from tests.matrix.failing import Mend
from tests.matrix.passage import Passage
from tests.stories.town import Deed, Town

log = logging.getLogger(__name__)

TIME_LIMIT = 1.0
"""Real seconds in a frozen world after which a task that hangs has reached its time limit, 45 s in earnest."""

CUT_AFTER = 1.5
"""What a webhook's transaction that hangs costs here in real time; 3 s in earnest."""


class Freezing:
    """The part; ``gone``: what hangs then hangs for ever, and only new connections are answered afterwards."""

    def __init__(self, *, gone: bool = False) -> None:
        self.gone = gone

    @contextmanager
    def around(self, town: Town) -> Iterator[None]:
        """Let everything that the application asks go through a passage; the story looks past it."""
        engines: list[Engine] = [sessions.kw["bind"] for sessions in (town.x.sessions, town.x.call_sessions)]
        eyes = create(town.x.settings.database_url, pool_size=2)
        town.looking = sessionmaker(eyes, expire_on_commit=False)
        self.passage = passage = Passage(Path(str(make_url(town.x.settings.database_url).query["host"])))
        self.worker = town.worker = Hanging()

        def through(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
            parameters |= {"host": str(passage.folder), "connect_timeout": 2}  # the shortest that libpq knows

        for engine in engines:
            event.listen(engine, "do_connect", through)
            engine.dispose()
        self.worker.listen(engines[0])
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(gate, "LONGEST_SECONDS", CUT_AFTER)
                yield
        finally:
            passage.close()
            town.looking = None
            eyes.dispose()

    def fails(self, town: Town) -> Mend:
        """Freeze it, and every worker that does anything."""
        self.passage.freeze()
        if self.gone:  # hours pass in a moment here: nobody has heard of the database lately
            town.x.standby.gate._answered = 0.0
        self.worker.freeze()

        def mend() -> None:
            (self.passage.replace if self.gone else self.passage.thaw)()
            self.worker.state = "doubtful" if self.gone else "well"

        return mend


class Hanging:
    """The workers: one hangs over a task until its time limit ends it, meanwhile the others hang and do nothing."""

    def __init__(self) -> None:
        self.state = "well"
        """well; frozen: the next task hangs; idle: all of them hang; doubtful: old connections of theirs may hang."""
        self._threads: set[int] = set()
        self._held: dict[int, Any] = {}

    def listen(self, engine: Engine) -> None:
        """Keep an eye on which connections they have."""
        event.listen(engine, "checkout", self._taken)
        event.listen(engine, "checkin", self._given_back)

    def freeze(self) -> None:
        """The database hangs from now on, also for those who are at something."""
        self.state = "frozen"
        if self._threads:
            threading.Timer(TIME_LIMIT, self._limit).start()

    def __call__(self, deed: Deed) -> object:
        if self.state == "idle":
            return None
        mine, timer = threading.get_ident(), threading.Timer(TIME_LIMIT, self._limit)
        if self.state != "well":
            timer.start()
        if self.state == "frozen":
            self.state = "idle"
        self._threads.add(mine)
        try:
            return deed()
        except Exception as error:  # noqa: BLE001  (Celery logs it, and the row is tried again)
            log.info("a task failed: %s", error)
            return None
        finally:
            self._threads.discard(mine)
            timer.cancel()

    def _taken(self, connection: Any, *_: object) -> None:
        if threading.get_ident() in self._threads:
            self._held[id(connection)] = connection

    def _given_back(self, connection: Any, *_: object) -> None:
        self._held.pop(id(connection), None)

    def _limit(self) -> None:
        """End what hangs, as happens to the connections of a process that is ended."""
        for connection in list(self._held.values()):
            with suppress(Exception), socket.socket(fileno=dup(connection.pgconn.socket)) as end:
                end.shutdown(socket.SHUT_RDWR)
