"""The background tasks: each takes one id or none, runs twice safely, and ends soon."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from celery import shared_task

from hotline import settings
from hotline.accounts import tokens
from hotline.bulletin import monthly
from hotline.calls import due, last_resort, recordings, sweep
from hotline.calls.exchange import Exchange, make_exchange
from hotline.calls.keeping import telling, watch
from hotline.calls.statistics import days
from hotline.calls.unheard import take_in
from hotline.exports import desk as export_desk
from hotline.exports import making
from hotline.notifications import outbox
from hotline.outgoing import outbox as posting
from hotline.outgoing.addresses import networks
from hotline.sheets import drafts
from hotline.telephony.rest import CarrierError
from tickets import clocks, timers
from tickets.models import Ticket

FEW, MOST_TOGETHER = 20, 6
"""Up to so many timers go to workers one by one; of more, some together, so few that all may wait for the carrier."""
MOST_DAYS = 15
"""Days that one task counts, and as many hours: each takes a fraction of a second."""
MOST_LETTERS = 4
"""Notifications that one task sends: each may take 8 s, and a task has 45 s."""

EXPORT_SECONDS = 1800
"""Longest time that one export may take; it says in its row that it is still at it."""


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
    each = min(MOST_TOGETHER, 1 + len(claimed) // FEW)
    for first in range(0, len(claimed), each):
        fire.delay(*map(str, claimed[first : first + each]))
    return len(claimed)


@shared_task(name="timers.fire")
def fire(*timer_ids: str) -> None:
    """Do what some timers are for, one after the other; lost or repeated, the row decides."""
    for timer_id in timer_ids:
        due.fire(exchange(), UUID(timer_id))


@shared_task(name="notifications.drain")
def drain_notifications() -> int:
    """Send a few of the notifications that are due; return how many were sent."""
    x = exchange()
    return outbox.drain(x.sessions, x.vault, x.clock, limit=MOST_LETTERS)


@shared_task(name="webhooks.drain")
def drain_webhooks() -> int:
    """Let each system be told what is owed to it; return how many systems there are."""
    x = exchange()
    with x.sessions() as session:
        found = posting.waiting(session, x.clock())
    for webhook_id in found:
        tell_system.apply_async((str(webhook_id),), expires=30)
    return len(found)


@shared_task(name="webhooks.tell")
def tell_system(webhook_id: str) -> int:
    """Tell one system what is owed to it; return how many tellings are settled."""
    x = exchange()
    office = posting.Post(x.sessions, x.vault, x.clock, networks(x.settings.webhook_networks))
    return posting.drain(office, UUID(webhook_id))


@shared_task(name="api.tidy")
def tidy_api() -> int:
    """Forget what other systems were told, and under which keys they changed something, long ago; return how much."""
    x = exchange()
    with x.sessions.begin() as session:
        return posting.tidy(session, x.clock()) + tokens.forget_keys(session, x.clock())


@shared_task(name="tickets.watch")
def watch_tickets() -> int:
    """Set the clocks of tickets that have none; return how many there were."""
    x = exchange()
    with x.sessions.begin() as session:
        found = clocks.unwatched(session)
        for ticket_id in found:
            clocks.follow(session, session.get_one(Ticket, ticket_id), x.clock())
    return len(found)


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


@shared_task(name="imports.sweep")
def sweep_imports() -> int:
    """Remove uploaded files that nobody has confirmed for a day; return how many there were."""
    x = exchange()
    return drafts.sweep(x.settings.imports_dir, x.clock())


@shared_task(name="keeping.watch")
def watch_duty() -> int:
    """Look out for each tenant's shifts and handsets; return how many tenants there are."""
    with exchange().sessions() as session:
        found = watch.tenants(session)
    for tenant_id in found:
        look_out.delay(str(tenant_id))
    return len(found)


@shared_task(name="keeping.look")
def look_out(tenant_id: str) -> None:
    """See what begins, is late or was changed on one tenant's rosters, and which handsets are silent."""
    watch.look(exchange(), UUID(tenant_id))


@shared_task(name="keeping.tidy")
def tidy_marks() -> int:
    """Forget what was told and tested once, long ago; return how much."""
    x = exchange()
    with x.sessions.begin() as session:
        return telling.tidy(session, x.clock())


@shared_task(name="fallback.renew")
def renew_last_resort() -> int:
    """Write the documents for the carrier anew, so that they ring who is on duty now; return how many there are."""
    x = exchange()
    return len(last_resort.write(x, last_resort.folder(x.settings), x.clock()))


@shared_task(name="statistics.keep")
def keep_days() -> int:
    """Count some days and hours that are over, or of which something changed since; return how many."""
    x = exchange()
    return days.keep(x.sessions, x.clock(), limit=MOST_DAYS)


@shared_task(name="calls.unheard")
def read_carrier_books() -> int:
    """Take in calls that the carrier took while all of ours was down; return how many there were."""
    return take_in(exchange())


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


@shared_task(name="exports.work")
def work_exports() -> None:
    """Hand the next export that waits to a worker, one at a time."""
    x = exchange()
    with x.sessions.begin() as session:
        found = export_desk.claim(session, x.clock())
    if found:
        make_export.delay(str(found))


@shared_task(name="exports.make", soft_time_limit=EXPORT_SECONDS, time_limit=EXPORT_SECONDS + 30)
def make_export(export_id: str) -> None:
    """Make one export; delivered twice, it is made once."""
    making.make(exchange(), UUID(export_id))


@shared_task(name="exports.sweep")
def sweep_exports() -> int:
    """Throw away the files whose time is over; return how many there were."""
    x = exchange()
    with x.sessions.begin() as session:
        return export_desk.sweep(session, x.settings, x.clock())


@shared_task(name="bulletins.prepare")
def prepare_bulletins() -> int:
    """Draft last month's bulletins where it is time; return how many were made."""
    x, made = exchange(), 0
    with x.sessions() as session:
        found = watch.tenants(session)
    for tenant_id in found:
        with x.sessions.begin() as session:
            made += monthly.prepare(session, tenant_id, x.settings.bulletin_day, x.clock())
    return made
