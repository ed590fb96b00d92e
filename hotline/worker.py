"""The Celery application: late acknowledgement, limits on everything, nothing stored; what must run when is here."""

from __future__ import annotations

import gc

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready

from hotline import settings
from hotline.embedded.process import say_ready
from hotline.settings import Settings

SOFT_SECONDS, HARD_SECONDS = 45, 60
"""After the first a task is told to stop, after the second its process is killed; it is delivered again."""
REDELIVER_SECONDS = 180
"""After this a task that a worker took and never finished goes to another one."""


def _every(seconds: float, task: str) -> dict[str, object]:
    """Return a periodic task; a run that nobody takes before the next one is dropped."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


SCHEDULE = {
    "timers that are due": _every(0.5, "timers.tick"),
    "calls the carrier fell silent on": _every(10.0, "calls.sweep"),
    "recordings still at the carrier": _every(60.0, "recordings.sweep"),
    "notifications that are due": _every(10.0, "notifications.drain"),
    "webhooks that are due": _every(10.0, "webhooks.drain"),
    "what other systems were told and sent long ago": _every(3600.0, "api.tidy"),
    "shifts that begin or were changed, silent handsets": _every(60.0, "keeping.watch"),
    "what was told and tested long ago": _every(3600.0, "keeping.tidy"),
    "documents for the carrier, should all of this be down": _every(60.0, "fallback.renew"),
    "days whose figures are kept": _every(60.0, "statistics.keep"),
    "uploaded files that nobody confirmed": _every(3600.0, "imports.sweep"),
    "calls that the carrier took alone": _every(300.0, "calls.unheard"),
    "tickets without clocks": _every(300.0, "tickets.watch"),
    "bulletins of last month": _every(900.0, "bulletins.prepare"),
    "exports that wait": _every(3.0, "exports.work"),
    "exports whose time is over": _every(600.0, "exports.sweep"),
}
"""Periodic work. A task set going twice, by two beats, does no harm: each claims rows in the database."""


def make_app(settings: Settings, tasks: tuple[str, ...] = ("hotline.tasks",)) -> Celery:
    """Return the application on the configured broker. Results are rows in the database, never in the broker.

    ``tasks``: the modules that whoever runs it imports.
    """
    app = Celery("hotline", broker=settings.redis_url, include=tasks)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=SOFT_SECONDS,
        task_time_limit=HARD_SECONDS,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1},
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": REDELIVER_SECONDS,
            "socket_connect_timeout": 3,
            "socket_timeout": 10,
            "socket_keepalive": True,
        },
        enable_utc=True,
        timezone="UTC",
        beat_schedule=SCHEDULE,
        beat_max_loop_interval=5,
    )
    return app


app = make_app(settings.load())


@worker_init.connect
def _before_the_fork(**_: object) -> None:
    """Load what every child needs once, and keep the collector from writing to it: written pages are shared no more."""
    from sqlalchemy.orm import configure_mappers

    from hotline.telephony import rest

    rest.warm()
    configure_mappers()
    gc.collect()
    gc.freeze()


@worker_ready.connect
def _worker_ready(**_: object) -> None:
    say_ready("worker")


@beat_init.connect
def _beat_ready(**_: object) -> None:
    say_ready("beat")
