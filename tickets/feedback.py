"""Feedback on the effect: what it changes, and that nobody asks about their own answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets import desk, timers
from tickets.asking import ASK
from tickets.models import Feedback, Ticket
from tickets.states import Action, State, after, possible

RATINGS: dict[str, tuple[str, str]] = {
    "satisfied": ("满意", "satisfied"),
    "mostly": ("基本满意", "mostly satisfied"),
    "not": ("不满意", "not satisfied"),
}
"""Rating -> (Chinese, English)."""


class OwnAnswerError(ValueError):
    """Feedback may not be asked by who gave the answer."""


def record(
    session: Session,
    ticket: Ticket,
    rating: str,
    solved: bool | None,
    now: datetime,
    *,
    asked_by: str,
    how: str = "call",
    words: str = "",
) -> Feedback:
    """Record what the survivor says; not satisfied or not solved reopens the ticket one level up.

    Raises OwnAnswerError when the person asking is who answered, ImpossibleError when the ticket is not that far.
    """
    if is_own_answer(ticket, asked_by):
        raise OwnAnswerError("回访不能由接听人本人进行 (feedback is asked by somebody other than who answered)")
    if State(ticket.state) is not State.CLOSED:
        after(State(ticket.state), Action.ASK_FEEDBACK)
    feedback = Feedback(
        ticket_id=ticket.id, at=now, rating=rating, solved=solved, how=how, asked_by=asked_by, words=words
    )
    session.add(feedback)
    desk.note(session, ticket.id, "feedback", now, actor=asked_by, rating=rating, solved=solved, how=how)
    timers.cancel(session, f"{ASK}:{ticket.id}", now)
    _settle(session, ticket, rating, solved, now, asked_by)
    return feedback


def _settle(session: Session, ticket: Ticket, rating: str, solved: bool | None, now: datetime, by: str) -> None:
    if solved:
        ticket.solved_at = ticket.solved_at or now
    if rating in ("satisfied", "mostly"):
        ticket.helped_at = ticket.helped_at or now
    if rating == "not" or solved is False:
        ticket.solved_at = None
        ticket.raised += 1
        ticket.outcome, ticket.wrapped_at = "", None  # the new round is finished like the first one
        desk.move(session, ticket, Action.REOPEN, now, actor=by, raised=ticket.raised)
    elif Action.CLOSE in possible(State(ticket.state)) and (rating or solved):
        desk.move(session, ticket, Action.CLOSE, now, actor=by)


def is_own_answer(ticket: Ticket, asked_by: str) -> bool:
    """Return whether ``asked_by`` (a label or a name) is who answered: labels carry the name in brackets."""
    answered_by = ticket.answered_by
    return bool(asked_by) and (asked_by == answered_by or f"（{asked_by}）" in answered_by)


def of_ticket(session: Session, *ticket_ids: UUID) -> Sequence[Feedback]:
    """Return a ticket's feedback in the order in which it was given."""
    return session.scalars(
        select(Feedback).where(Feedback.ticket_id.in_(ticket_ids)).order_by(Feedback.at, Feedback.id)
    ).all()


def latest(session: Session, ticket_id: UUID) -> Feedback | None:
    """Return a ticket's newest feedback."""
    return session.scalars(
        select(Feedback).where(Feedback.ticket_id == ticket_id).order_by(Feedback.at.desc()).limit(1)
    ).first()


def may_record(ticket: Ticket) -> bool:
    """Return whether what the survivor says may be written down now: after the resolution, also of a closed ticket."""
    return may_ask(ticket) or State(ticket.state) is State.CLOSED


def may_ask(ticket: Ticket) -> bool:
    """Return whether an automatic call may ask about the ticket now."""
    return Action.ASK_FEEDBACK in possible(State(ticket.state))
