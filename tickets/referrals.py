"""Handing over (1+N): to a partner or volunteer team with a deadline, and back to the station if they fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets import desk, timers
from tickets.models import Referral, Ticket
from tickets.states import Action, State

WORDS: Mapping[str, tuple[str, str]] = {
    "offered": ("已提出，待对方答复", "offered, they have not answered yet"),
    "accepted": ("对方已接下", "accepted"),
    "refused": ("对方不能承办", "refused"),
    "done": ("已办结", "done"),
    "failed": ("未按期办结", "not done in time"),
    "withdrawn": ("已收回", "withdrawn"),
}
"""State of a referral -> (Chinese, English)."""
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


def done(
    session: Session, ticket: Ticket, referral: Referral, now: datetime, result: str = "", by: str = ""
) -> None:  # fmt: skip
    """They have helped: the ticket is resolved. ``by``: who of ours writes it down, empty when they said so."""
    referral.result = result
    told = {"words": result} if result else {}
    _end(session, referral, "done", now, referral.label, **told)
    ticket.helped_at = ticket.helped_at or now
    desk.move(session, ticket, Action.RESOLVE, now, actor=by or referral.label)


def give_back(
    session: Session, ticket: Ticket, referral: Referral, state: str, now: datetime, why: str, by: str = ""
) -> None:  # fmt: skip
    """They refused or failed, or we withdrew it: the ticket returns to its station. ``by`` as in ``done``."""
    _end(session, referral, state, now, by if by and state == "withdrawn" else referral.label, why=why)
    if State(ticket.state) is State.WAITING:
        desk.move(session, ticket, Action.TAKE_BACK, now, actor=by or referral.label, why=why)


def of_ticket(session: Session, ticket_id: UUID) -> Sequence[Referral]:
    """Return the referrals of a ticket in the order in which they were made."""
    return session.scalars(
        select(Referral).where(Referral.ticket_id == ticket_id).order_by(Referral.offered_at, Referral.id)
    ).all()


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
