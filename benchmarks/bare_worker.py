"""The floor of the worker and of beat: Celery on the same broker with one task that does nothing."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, worker_ready

from hotline.embedded.process import say_ready

app = Celery("bare", broker=os.environ["HOTLINE_REDIS_URL"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task
def nothing() -> None:
    """Do nothing."""


@worker_ready.connect
def _worker_ready(**_: object) -> None:
    say_ready("worker")


@beat_init.connect
def _beat_ready(**_: object) -> None:
    say_ready("beat")
