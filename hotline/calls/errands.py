"""Calls that the system places: placed once by a timer, ended once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import holds
from hotline.calls.exchange import Exchange
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.kinds.registry import KINDS
from hotline.calls.models import Errand, Hold
from hotline.calls.orders import TIMER
from hotline.directory import health
from hotline.directory.models import Line
from hotline.numbers import from_stored
from hotline.telephony.events import CallEvent
from hotline.telephony.rest import CarrierError, RefusedError
from tickets import timers

log = logging.getLogger(__name__)

BUSY_AGAIN = timedelta(minutes=1)
"""A telephone on another call is tried again after this."""
MAILBOX_LISTENS = timedelta(seconds=10)
"""A mailbox hears our prompt to its end; whoever hangs up sooner is a human without time."""
WATCH = "errand_watch"
"""Kind of the timer that asks the carrier after an errand whose end was never reported."""
WATCH_AFTER = timedelta(minutes=4)
ASKING = "asking"
"""In an errand's data: since when a worker has been asking the carrier to place it."""
ASKING_LASTS = timedelta(minutes=1)
"""A worker that asks for longer is dead: the carrier's client gives up after seconds."""
LONGEST = timedelta(minutes=45)
"""A telephone is held for an errand no longer than this, should its end never be reported."""


def place(x: Exchange, errand_id: UUID) -> bool:
    """Ring the telephone of a waiting errand; True: its timer has done its duty.

    Safe to repeat and to run twice at once: what was placed before is found, not placed again. Raises CarrierError
    when nobody knows whether the call was placed; it is to be tried again a little later.
    """
    with x.sessions.begin() as session:
        work = Work(x, session, x.clock())
        errand = session.get_one(Errand, errand_id, with_for_update=True)
        if _being_asked(errand, work.now):
            return False
        if not _ready(work, errand):
            return True
        if errand.target_kind != "survivor":  # those of ours hear the installation's language
            errand.language = x.settings.default_language
        errand.state, before = "placing", errand.placed_at
        errand.placed_at = before or work.now
        errand.data = {**errand.data, ASKING: work.now.isoformat()}
        timers.set_timer(session, WATCH, f"{WATCH}:{errand.id}", work.now + WATCH_AFTER, errand=str(errand.id))
        order = _order(x, session, errand)
    try:
        sid = (_placed_before(x, order, before) if before else None) or x.carrier.place(**order)
    except RefusedError as error:
        log.warning("the carrier refuses errand %s: %s", errand_id, error)
        with x.sessions.begin() as session:
            end(Work(x, session, x.clock()), locked(session, errand_id), "failed")
        return True
    except CarrierError:
        with x.sessions.begin() as session:
            errand = locked(session, errand_id)
            errand.data = {key: value for key, value in errand.data.items() if key != ASKING}
        raise
    with x.sessions.begin() as session:
        errand = locked(session, errand_id)
        errand.sid = errand.sid or sid
        if errand.state == "placing":
            errand.state = "ringing"
    return True


def _order(x: Exchange, session: Session, errand: Errand) -> dict[str, Any]:
    """What the carrier is asked for."""
    number = from_stored(x.vault.open(errand.number_sealed))
    base = f"{x.settings.base_url}/carrier/errands/{errand.id}"
    return {
        "to": number.value,
        "shown": shown_number(x, session, errand),
        "url": x.capabilities.document(f"{base}/0/{x.flows[KINDS[errand.kind].flow].start}"),
        "status_url": x.capabilities.report(f"{base}/status"),
        "ring_seconds": KINDS[errand.kind].ring_seconds,
        "digits": number.extension or "",
    }


def _placed_before(x: Exchange, order: dict[str, Any], since: datetime) -> str | None:
    """Return the call that an attempt cut short has placed: none that belongs to another errand."""
    found = x.carrier.find(order["to"], since)
    with x.sessions() as session:
        taken = set(session.scalars(select(Errand.sid).where(Errand.sid.in_(found))))
    return next((sid for sid in found if sid not in taken), None)


def _being_asked(errand: Errand, now: datetime) -> bool:
    """Whether another worker is asking the carrier at this very moment."""
    asked = errand.data.get(ASKING) if errand.state == "placing" and errand.sid is None else None
    return asked is not None and now - datetime.fromisoformat(asked) < ASKING_LASTS


def _ready(work: Work, errand: Errand) -> bool:
    """Check that the errand is to be placed now; a busy telephone or a lost cause settles it otherwise."""
    if errand.state not in ("waiting", "placing") or errand.sid:
        return False
    if not KINDS[errand.kind].wanted(work, errand):
        errand.state, errand.ended_at, errand.result = "cancelled", work.now, "no_longer_wanted"
        holds.release(work.session, errand.id)
        return False
    later = KINDS[errand.kind].postponed(work, errand) if errand.state == "waiting" else None
    if later is None and errand.state == "waiting" and not hold(work, errand):
        later = work.now + BUSY_AGAIN
    if later is not None:
        timers.set_timer(work.session, TIMER, f"{TIMER}:{errand.id}", later, errand=str(errand.id))
    return later is None


def status(x: Exchange, session: Session, errand_id: UUID, event: CallEvent) -> None:
    """Take in a carrier's report on an errand; only its end matters, and only once."""
    errand = locked(session, errand_id)
    if errand.sid is None:
        errand.sid = event.sid
    if event.over:
        end(Work(x, session, x.clock()), errand, event.status)


def ended_by_sid(x: Exchange, session: Session, event: CallEvent) -> None:
    """Take in the end of a call that somebody of ours placed to us (the staff menu), or that went on as a caller's."""
    found = session.scalar(select(Errand.id).where(Errand.sid == event.sid))
    if found is not None and event.over:
        status(x, session, found, event)


def end(work: Work, errand: Errand, word: str) -> None:
    """The call is over: free the telephone, remember how it ended, let its kind decide what follows."""
    if errand.ended_at is not None:
        return
    kind, errand.ended_at = KINDS[errand.kind], work.now
    if errand.result or kind.incoming:
        errand.state = "done"
    else:
        errand.state = "failed" if word == "failed" else "missed"
    timers.cancel(work.session, f"{WATCH}:{errand.id}", work.now)
    holds.release(work.session, errand.id)
    health.note_attempt(work.session, errand.target_kind, errand.target_id, _lesson(work, errand, kind), work.now)
    kind.over(work, errand)


def _lesson(work: Work, errand: Errand, kind: Kind) -> str:
    """What the call tells of the telephone: a key is a human, and so is whoever hangs up before a mailbox would."""
    if errand.result or errand.data.get("key"):
        return "accepted"
    if kind.incoming or errand.picked_up_at is None:
        return "" if kind.incoming else errand.state
    listened = work.now - errand.picked_up_at >= MAILBOX_LISTENS
    return "silent" if listened or errand.data.get("machine") else "missed"


def hold(work: Work, errand: Errand) -> bool:
    """Hold the errand's telephone so that no other call rings it; False while another call has it."""
    statement = insert(Hold).values(
        number_hash=errand.number_hash, holder_id=errand.id, until=work.now + LONGEST, call_id=None
    )
    statement = statement.on_conflict_do_update(
        index_elements=[Hold.number_hash],
        set_={"holder_id": errand.id, "until": statement.excluded.until, "call_id": None},
        where=(Hold.until <= work.now) | (Hold.holder_id == errand.id),
    )
    return work.session.scalar(statement.returning(Hold.holder_id)) is not None


def locked(session: Session, errand_id: UUID) -> Errand:
    """Return an errand, locked: all webhooks of one errand go one after the other."""
    return session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)


def shown_number(x: Exchange, session: Session, errand: Errand) -> str:
    """Return the number shown to whoever is rung: a published line, so that they know it."""
    line = session.get_one(Line, errand.line_id)
    return x.settings.carrier_from or from_stored(x.vault.open(line.number_sealed)).value
