"""Errands whose end was never reported: the carrier is asked for their true state, so that nothing waits for ever."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from hotline.calls.errands import WATCH, end, locked
from hotline.calls.exchange import Exchange
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand
from hotline.telephony.events import OVER
from hotline.telephony.rest import CarrierError
from tickets import timers

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=3)
"""A call that still goes on, or that the carrier does not tell about, is asked after again."""
NEVER_PLACED_AFTER = timedelta(minutes=40)
"""An errand that no worker managed to place is over after this."""
GIVEN_UP_AFTER = timedelta(hours=6)
"""A call that the carrier cannot tell about is over after this."""


def ask_after(x: Exchange, errand_id: UUID) -> None:
    """Ask the carrier about an errand and end it here if it is over there. Safe to repeat."""
    with x.sessions() as session:
        errand = session.get_one(Errand, errand_id)
        sid, over, since = errand.sid, errand.ended_at is not None, errand.placed_at or errand.created_at
    if over:
        return
    state = _told(x, errand_id, sid, x.clock() - since)
    with x.sessions.begin() as session:
        work, errand = Work(x, session, x.clock()), locked(session, errand_id)
        if state is None or state in OVER:
            end(work, errand, state or "failed")
        elif errand.ended_at is None:
            due = work.now + AGAIN
            timers.set_timer(session, WATCH, f"{WATCH}:{errand_id}", due, errand=str(errand_id))


def _told(x: Exchange, errand_id: UUID, sid: str | None, age: timedelta) -> str | None:
    """Return the carrier's word for an errand's call; None: there is none, or it can be waited for no longer."""
    if sid is None:
        return None if age > NEVER_PLACED_AFTER else "queued"
    try:
        return x.carrier.state(sid)
    except CarrierError as error:
        log.warning("the carrier does not tell about errand %s: %s", errand_id, error)
        return None if age > GIVEN_UP_AFTER else "queued"
