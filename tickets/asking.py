"""When a survivor is asked how it was: at a decent hour, twice at most, on different days (Q21 s.12)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from hotline.clock import local
from tickets import timers
from tickets.models import Ticket, TicketEvent
from tickets.working_time import is_public_holiday

ASK = "ask_feedback"
"""Kind of the timer that asks a survivor how it was."""
DECENT = ((time(9, 0), time(11, 30)), (time(15, 0), time(19, 30)))
"""Local hours at which an automatic call is decent: not early, not at the midday rest, not late."""
FIRST_AFTER = timedelta(hours=2)
"""The help gets a little time to show its effect."""
MOST_TRIES = 2
"""Calls on different days; who is not reached then is asked in person."""


def decent(moment: datetime) -> datetime:
    """Return ``moment``, or the next one at which an automatic call is decent: not on a public holiday either."""
    here = local(moment)
    while True:
        for first, last in DECENT:
            if is_public_holiday(here.date()) or here.time() >= last:
                continue
            return moment if here == moment and here.time() >= first else max(here, _at(here, first))
        here = _at(here + timedelta(days=1), time())


def next_day(moment: datetime) -> datetime:
    """Return the first decent moment of a following local day, in the other half of the day than now."""
    here = local(moment)
    half = DECENT[0 if here.time() >= DECENT[1][0] else 1]
    here = _at(here + timedelta(days=1), half[0])
    while is_public_holiday(here.date()):
        here += timedelta(days=1)
    return here


def _at(day: datetime, at: time) -> datetime:
    return day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)


def schedule(session: Session, ticket: Ticket, now: datetime, *, tries: int = 0) -> None:
    """Set the time at which the survivor of a resolved ticket is asked; after the tries it is left to people."""
    if ticket.caller_hash is None and ticket.survivor_id is None:
        return
    if tries >= MOST_TRIES:
        session.add(TicketEvent(ticket_id=ticket.id, at=now, kind="feedback_not_reached", data={"tries": tries}))
        return
    due = decent(now + FIRST_AFTER) if tries == 0 else next_day(now)
    timers.set_timer(session, ASK, f"{ASK}:{ticket.id}", due, ticket_id=ticket.id, tries=tries)
