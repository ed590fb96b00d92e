"""Handing over (1+N): to a partner or volunteer team with a deadline, and back to the station if they fail."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets import desk, timers
from tickets.models import Referral, Ticket
from tickets.states import Action, State

DEADLINE = "referral_deadline"
"""Kind of the timer that takes a ticket back from whom it was handed to."""
USUAL = timedelta(days=2)
"""Deadline when none is given; urgent tickets get four hours."""
USUAL_URGENT = timedelta(hours=4)


def offer(
    session: Session,
    ticket: Ticket,
    kind: str,
    target_id: UUID | None,
    label: str,
    now: datetime,
    *,
    by: str,
    deadline: datetime | None = None,
) -> Referral:
    """Hand a ticket over; it waits for them until the deadline. Raises ImpossibleError when its state forbids it."""
    due = deadline or now + (USUAL_URGENT if ticket.priority == "urgent" else USUAL)
    if (current := open_referral(session, ticket.id)) is not None:
        _end(session, current, "withdrawn", now, by)
    desk.move(session, ticket, Action.REFER, now, actor=by, to=label, deadline=due.isoformat())
    referral = Referral(
        ticket_id=ticket.id,
        kind=kind,
        target_id=target_id,
        label=label,
        offered_by=by,
        offered_at=now,
        deadline=due,
    )
    session.add(referral)
    session.flush()
    timers.set_timer(session, DEADLINE, f"{DEADLINE}:{ticket.id}", due, ticket_id=ticket.id)
    return referral


def open_referral(session: Session, ticket_id: UUID, *, lock: bool = True) -> Referral | None:
    """Return the referral that a ticket waits for, locked unless it is only to be read, or None."""
    query = select(Referral).where(Referral.ticket_id == ticket_id, Referral.state.in_(("offered", "accepted")))
    return session.scalars(query.with_for_update() if lock else query).first()


def accept(session: Session, referral: Referral, now: datetime) -> None:
    """They take the case; only an offer can be accepted, and only once."""
    if referral.state == "offered":
        referral.state, referral.accepted_at = "accepted", now
        desk.note(session, referral.ticket_id, "referral_accepted", now, actor=referral.label)


def done(session: Session, ticket: Ticket, referral: Referral, now: datetime, result: str = "") -> None:
    """They have helped: the ticket is resolved."""
    referral.result = result
    _end(session, referral, "done", now, referral.label)
    ticket.helped_at = ticket.helped_at or now
    desk.move(session, ticket, Action.RESOLVE, now, actor=referral.label)


def give_back(session: Session, ticket: Ticket, referral: Referral, state: str, now: datetime, why: str) -> None:
    """They refused or failed: the ticket returns to its station."""
    _end(session, referral, state, now, referral.label, why=why)
    if State(ticket.state) is State.WAITING:
        desk.move(session, ticket, Action.TAKE_BACK, now, actor=referral.label, why=why)


def deadline_passed(session: Session, ticket_id: UUID, now: datetime) -> Referral | None:
    """The deadline is over: what is still open returns to the station, and is returned here. Safe to repeat."""
    ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
    referral = open_referral(session, ticket_id)
    if referral is None or referral.deadline > now:
        return None
    give_back(session, ticket, referral, "failed", now, "deadline")
    return referral


def overtaken(session: Session, ticket: Ticket, now: datetime, *, by: str) -> None:
    """Others have gone on with the ticket meanwhile: whom it was handed to is asked no longer."""
    referral = open_referral(session, ticket.id)
    if referral is not None and State(ticket.state) is not State.WAITING:
        _end(session, referral, "withdrawn", now, by)


def _end(session: Session, referral: Referral, state: str, now: datetime, by: str, **data: str) -> None:
    referral.state, referral.ended_at = state, now
    session.flush()
    timers.cancel(session, f"{DEADLINE}:{referral.ticket_id}", now)
    desk.note(session, referral.ticket_id, f"referral_{state}", now, actor=by, to=referral.label, **data)
