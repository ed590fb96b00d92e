"""Valkey fails, or beat does: what is due goes from beat over a Valkey of its own to a worker; both really speak."""

from __future__ import annotations

import logging
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from queue import Empty
from typing import Literal

import pytest
from celery import Celery
from kombu.exceptions import KombuError
from redis import Redis, RedisError

from hotline import tasks
from hotline.calls import due
from hotline.calls.exchange import Exchange
from hotline.embedded.process import launch, stop
from hotline.embedded.valkey import Valkey, free_port
from hotline.worker import make_app
from tests.matrix.failing import Mend
from tests.stories.town import Town

log = logging.getLogger(__name__)

How = Literal["killed", "frozen", "full", "no beat"]
SOCKET_SECONDS = 0.05
"""What a Celery that waits for Valkey costs here in real time; 10 s in earnest."""
HANGS = timedelta(seconds=20)
"""How long beat and workers are at it then: twice the time-out, for publishing is tried twice."""
GOES_THROUGH = timedelta(minutes=12)
"""How long after the fault the broker is really spoken to: longer than it lasts, and than all that was late."""
BROKEN = (OSError, RedisError, KombuError)


class Brokered:
    """The part: Valkey, beat and a worker of one town. For one town after the other."""

    def __init__(self, how: How) -> None:
        self.how = how

    @contextmanager
    def around(self, town: Town) -> Iterator[None]:
        """Let what is due go through the broker."""
        self.beats, self.away, self.late = True, False, False
        self.again_at = self.until = town.world.now()
        with tempfile.TemporaryDirectory(prefix="valkey-") as folder, pytest.MonkeyPatch.context() as patch:
            self.valkey = Valkey(Path(folder) / "data", Path(folder) / "log", free_port(), "cell", durable=False)
            self.valkey.prepare()
            self.start()
            self.app = _celery(self.valkey.url, town)
            patch.setattr("celery._state.default_app", self.app)
            patch.setattr(tasks, "exchange", lambda: town.x)
            patch.setattr(town, "ticking", self.round)
            try:
                yield
            finally:
                self.app.close()
                self.process.send_signal(signal.SIGCONT)
                stop(self.process, signal.SIGTERM)

    def start(self) -> None:
        """Start Valkey, empty."""
        self.process = launch(self.valkey.command())
        while not self.valkey.ready():
            assert self.process.poll() is None
            threading.Event().wait(0.01)

    def fails(self, town: Town) -> Mend:
        """Break it when something waits in the queue and a worker has just taken another tick from it."""
        tasks.tick()
        self.away, self.late = True, self.how != "no beat"
        self.until = town.world.now() + GOES_THROUGH
        if self.how == "killed":
            self.process.kill()
            self.process.wait()
        elif self.how == "frozen":
            self.process.send_signal(signal.SIGSTOP)
        elif self.how == "full":
            self._room(1)
        else:
            self.beats = False
        return self._mend

    def _mend(self) -> None:
        self.away, self.beats = False, True
        if self.how == "killed":
            self.start()
        elif self.how == "frozen":
            self.process.send_signal(signal.SIGCONT)
        elif self.how == "full":
            self._room(0)

    def round(self, x: Exchange) -> None:
        """What beat and a worker do in a moment; long before and after the fault nobody need speak for that."""
        if x.clock() > self.until:
            due.fire_due(x)
            return
        if self.away and x.clock() < self.again_at:
            return
        for step in (self._taken_before, self._beat, self._work_off):
            try:
                step()
            except BROKEN as error:
                log.info("the broker does not answer: %s", error)
                self.again_at = x.clock() + HANGS

    def _taken_before(self) -> None:
        late, self.late = self.late, False
        if late:
            tasks.tick()

    def _beat(self) -> None:
        if self.beats:
            tasks.tick.apply_async()

    def _work_off(self) -> None:
        with self.app.connection_for_read() as connection:
            queue = connection.SimpleQueue(self.app.conf.task_default_queue)
            with suppress(Empty):
                while True:
                    message = queue.get(block=False)
                    self.app.tasks[message.headers["task"]](*message.payload[0])
                    message.ack()

    def _room(self, most: int) -> None:
        with Redis.from_url(self.valkey.url) as admin:
            admin.config_set("maxmemory", most)


def _celery(url: str, town: Town) -> Celery:
    app = make_app(town.x.settings.model_copy(update={"redis_url": url}))
    waits = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS, "max_retries": 0}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **waits}
    app.loader.import_task_module("hotline.tasks")
    return app
