"""What may be done to a ticket: each is check + row + event in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rows
from hotline.db import new_id
from hotline.rows import Rows
from tickets import asking, clocks, timers
from tickets.level_models import levels_of
from tickets.levels import ServiceLevels
from tickets.models import Ticket, TicketEvent, Timer
from tickets.states import FINAL, Action, ImpossibleError, State, after

CALL_BACK = "call_back"
"""Kind of the timer that rings the duty chain for a missed caller."""
CALL_BACK_STARTS_AFTER = timedelta(minutes=1)
"""A little patience: many who are missed ring again at once."""

OUTCOMES: dict[str, tuple[str, str]] = {
    "answered": ("当场答复", "answered on the spot"),
    "guidance": ("已给出服务指引", "guidance given"),
    "visit": ("上门或预约", "home visit or appointment"),
    "refer": ("转协作单位或志愿队", "handed over to a partner or volunteers"),
    "urgent": ("紧急跟进", "urgent follow-up"),
    "wrong_number": ("打错电话", "wrong number"),
}
"""Outcome of a wrap-up -> (Chinese, English)."""

_ACTIONS = {
    "answered": (Action.RESOLVE,),
    "guidance": (Action.RESOLVE,),
    "visit": (Action.FOLLOW_UP,),
    "refer": (Action.FOLLOW_UP,),
    "urgent": (Action.FOLLOW_UP,),
    "wrong_number": (Action.RESOLVE, Action.CLOSE),
}


@dataclass(frozen=True)
class Contact:
    """Who rang where: what a new ticket is opened with."""

    tenant_id: UUID
    station_id: UUID
    line_id: UUID | None
    survivor_id: UUID | None
    caller_hash: bytes | None
    caller_sealed: bytes | None


def open_ticket(session: Session, contact: Contact, now: datetime) -> Ticket:
    """Open a ticket for a contact and return it, with its first event."""
    session.flush()
    id_ = new_id()
    rows.write(session.connection(), *opening(id_, contact, now, levels_of(session, contact.tenant_id)))
    return session.get_one(Ticket, id_)


def opening(
    id_: UUID, contact: Contact, now: datetime, levels: ServiceLevels, **further: Mapping[str, Any]
) -> list[Rows]:
    """Return the rows with which a ticket begins: itself, its clocks' timers, its history.

    ``further`` events (kind and data) follow the first.
    """
    ticket = {"id": id_, **vars(contact), "opened_at": now, "state": State.OPEN.value}
    return [
        Rows(Ticket, [ticket]),
        Rows(TicketEvent, [event_row(id_, kind, now, **data) for kind, data in {"opened": {}, **further}.items()]),
        Rows(Timer, clocks.first_timers(id_, now, levels)),
    ]


def event_row(ticket_id: UUID, kind: str, now: datetime, **data: Any) -> dict[str, Any]:
    """Return an event of a ticket's history as a row."""
    return {"id": new_id(), "ticket_id": ticket_id, "at": now, "kind": kind, "data": data}


def find_unanswered(session: Session, tenant_id: UUID, caller_hash: bytes, since: datetime) -> Ticket | None:
    """Return the caller's newest ticket since ``since`` that no human has answered yet."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.caller_hash == caller_hash, Ticket.tenant_id == tenant_id, Ticket.opened_at >= since)
        .where(Ticket.state == State.OPEN.value)
        .order_by(Ticket.opened_at.desc())
        .limit(1)
    ).first()


def find_open_for(session: Session, survivor_id: UUID, besides: UUID | None = None) -> Ticket | None:
    """Return a survivor's newest unfinished ticket other than ``besides``, or None."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.survivor_id == survivor_id, Ticket.state.not_in([s.value for s in FINAL]))
        .where(Ticket.id.is_distinct_from(besides))
        .order_by(Ticket.opened_at.desc())
        .limit(1)
    ).first()


def note(
    session: Session, ticket_id: UUID, kind: str, now: datetime, *, actor: str = "system", **data: Any
) -> TicketEvent:
    """Append an event to a ticket's history and return it."""
    event = TicketEvent(ticket_id=ticket_id, at=now, kind=kind, actor=actor, data=data)
    session.add(event)
    return event


def move(
    session: Session,
    ticket: Ticket,
    action: Action,
    now: datetime,
    *,
    actor: str = "system",
    settled: Sequence[str] = (),
    **data: Any,
) -> None:
    """Take ``action`` on a ticket; the pending timers of ``settled`` kinds are cancelled with it.

    Raises ImpossibleError when its state forbids it.
    """
    before = State(ticket.state)
    target = after(before, action)
    ticket.state = target.value
    ticket.version += 1
    note(session, ticket.id, action.value, now, actor=actor, before=before.value, after=target.value, **data)
    if target is State.RESOLVED and before is not State.RESOLVED:
        asking.schedule(session, ticket, now)
    clocks.follow(session, ticket, now, settled)


def refuse_merged(ticket: Ticket) -> None:
    """Raise ImpossibleError for a ticket that was merged into another: its work goes on there."""
    if State(ticket.state) is State.CANCELLED:
        raise ImpossibleError(
            "这张工单已并入他单，请到那张工单上办理。 (This ticket was merged into another: go on there.)"
        )


def came(session: Session, ticket: Ticket, by: str, now: datetime) -> None:
    """Somebody was at the survivor's door (上得了门). Raises ImpossibleError for a merged ticket."""
    refuse_merged(ticket)
    note(session, ticket.id, "came", now, actor=by)
    ticket.came_at = ticket.came_at or now
    ticket.version += 1


def answered(session: Session, ticket: Ticket, by: str, waited_seconds: int, now: datetime) -> None:
    """A human pressed a key: someone is found (找得到人), and a promised call back is no longer owed."""
    if State(ticket.state) in FINAL:
        note(session, ticket.id, "answered_late", now, actor=by)
        return
    after(State(ticket.state), Action.ANSWER)  # refused before anything is changed
    if ticket.answered_at is None:
        ticket.answered_at, ticket.answered_by, ticket.waited_seconds = now, by, waited_seconds
    ticket.found_at = ticket.found_at or now
    ticket.call_back_by = None
    move(session, ticket, Action.ANSWER, now, actor=by, settled=[CALL_BACK], waited=waited_seconds)


def promise_call_back(session: Session, ticket: Ticket, minutes: float, now: datetime, why: str) -> None:
    """Start the call-back clock of a contact that reached no human; the earlier of two promises stands.

    The duty chain is rung for it a minute later (urgent: at once), long before the promise runs out.
    """
    due = now + timedelta(minutes=minutes)
    if ticket.call_back_by is not None and ticket.call_back_by <= due:
        return
    ticket.call_back_by = due
    if ticket.call_back_tries:  # whoever rings again can be reached again
        ticket.call_back_tries = 0
        clocks.survivor_back(session, ticket, "system", now)
    start = now if ticket.priority == "urgent" else now + CALL_BACK_STARTS_AFTER
    timers.set_timer(session, CALL_BACK, f"{CALL_BACK}:{ticket.id}", start, ticket_id=ticket.id, sooner=True)
    note(session, ticket.id, "call_back_promised", now, why=why, by=due.isoformat())
    clocks.follow(session, ticket, now)


def urgent(session: Session, ticket: Ticket, now: datetime) -> None:
    """Raise a ticket's priority for danger or distress; once raised it stays."""
    if ticket.priority != "urgent":
        ticket.priority = "urgent"
        note(session, ticket.id, "urgent", now)
        clocks.follow(session, ticket, now)


def wrap_up(session: Session, ticket: Ticket, outcome: str, by: str, now: datetime) -> None:
    """Finish a contact with its outcome. Raises ImpossibleError when the ticket's state forbids it."""
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome!r} is no outcome")
    ticket.outcome, ticket.wrapped_at = outcome, now
    note(session, ticket.id, "wrapped_up", now, actor=by, outcome=outcome)
    for action in _ACTIONS[outcome]:
        move(session, ticket, action, now, actor=by)
    if outcome in ("answered", "guidance"):
        ticket.helped_at = ticket.helped_at or now
    if outcome == "urgent":
        urgent(session, ticket, now)


def called_back(session: Session, ticket: Ticket, by: str, talked_seconds: int, now: datetime) -> None:
    """A missed survivor was rung back and talked with; the promise is kept."""
    note(session, ticket.id, "called_back", now, actor=by, talked=talked_seconds)
    waited = int((now - ticket.opened_at).total_seconds()) - talked_seconds
    answered(session, ticket, by, max(0, waited), now)


def call_back_in_vain(session: Session, ticket: Ticket, by: str, now: datetime) -> int:
    """The survivor did not pick up; return how often that has happened now."""
    ticket.call_back_tries += 1
    note(session, ticket.id, "call_back_in_vain", now, actor=by, tries=ticket.call_back_tries)
    return ticket.call_back_tries


def call_back_given_up(session: Session, ticket: Ticket, by: str, now: datetime) -> None:
    """The survivor did not pick up the last time either: the ticket stays open, its clocks wait for them."""
    ticket.call_back_by = None
    note(session, ticket.id, "call_back_given_up", now, actor=by, tries=ticket.call_back_tries)
    clocks.await_survivor(session, ticket, by, "not_reached", now)
    clocks.follow(session, ticket, now)
