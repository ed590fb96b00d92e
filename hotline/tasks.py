"""The background tasks: each takes one id or none, runs twice safely, and ends soon."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from celery import shared_task

from hotline import settings
from hotline.calls import sweep
from hotline.calls.exchange import Exchange, make_exchange


@lru_cache(maxsize=1)
def exchange() -> Exchange:
    """Return the exchange of this worker process, made on first use."""
    return make_exchange(settings.load())


@shared_task(name="calls.sweep")
def sweep_calls() -> int:
    """Ask the carrier after every call that has gone silent; return how many there were."""
    x = exchange()
    with x.sessions() as session:
        silent = sweep.silent_calls(session, x.clock())
    for call_id in silent:
        ask_after_call.delay(str(call_id))
    return len(silent)


@shared_task(name="calls.ask_after")
def ask_after_call(call_id: str) -> None:
    """Ask the carrier after one call."""
    sweep.ask_after(exchange(), UUID(call_id))
