"""The background tasks: each takes one id or none, runs twice safely, and ends soon."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from celery import shared_task

from hotline import settings
from hotline.calls import due, recordings, sweep
from hotline.calls.exchange import Exchange, make_exchange
from hotline.telephony.rest import CarrierError
from tickets import timers


@lru_cache(maxsize=1)
def exchange() -> Exchange:
    """Return the exchange of this worker process, made on first use."""
    return make_exchange(settings.load())


@shared_task(name="timers.tick")
def tick() -> int:
    """Claim the timers that are due and hand each to a worker; return how many there were."""
    x = exchange()
    with x.sessions.begin() as session:
        claimed = timers.claim(session, x.clock())
    for timer_id in claimed:
        fire.delay(str(timer_id))
    return len(claimed)


@shared_task(name="timers.fire")
def fire(timer_id: str) -> None:
    """Do what one timer is for; lost or repeated, the row decides."""
    due.fire(exchange(), UUID(timer_id))


@shared_task(name="recordings.sweep")
def sweep_recordings() -> int:
    """Fetch every recording that is still at the carrier only; return how many there were."""
    x = exchange()
    with x.sessions() as session:
        found = recordings.waiting(session)
    for recording_id in found:
        fetch_recording.delay(str(recording_id))
    return len(found)


@shared_task(name="recordings.fetch", autoretry_for=(CarrierError,), max_retries=3, retry_backoff=5)
def fetch_recording(recording_id: str) -> None:
    """Fetch one recording."""
    recordings.fetch(exchange(), UUID(recording_id))


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
