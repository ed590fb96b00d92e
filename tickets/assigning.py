"""Hand a ticket to a station, or to a person of it: check + row + event in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.reach import Reach
from tickets import clocks, desk
from tickets.models import Ticket
from tickets.states import FINAL, ImpossibleError, State


@dataclass(frozen=True)
class Target:
    """Who gets a ticket: a station, or a member of its staff. ``label`` is what the history says."""

    tenant_id: UUID
    station_id: UUID
    label: str
    staff_id: UUID | None = None


@dataclass
class Outcome:
    """What became of several tickets: those handed over, and the others with the reason."""

    done: list[Ticket] = field(default_factory=list)
    refused: list[tuple[Ticket, ImpossibleError]] = field(default_factory=list)
    gone: int = 0
    """Tickets that are out of reach, or that are not there."""


def assign(session: Session, ticket: Ticket, to: Target, by: str, now: datetime) -> None:
    """Hand a ticket over; its clocks go on. The caller holds it locked.

    Raises ImpossibleError for a finished ticket, one of another tenant, and one that they have already.
    """
    desk.refuse_merged(ticket)
    if State(ticket.state) in FINAL:
        raise ImpossibleError("工单已归档 (the ticket is closed)")
    if ticket.tenant_id != to.tenant_id:
        raise ImpossibleError("不是同一个地区的工单 (the ticket belongs to another county or city)")
    if (ticket.station_id, ticket.staff_id) == (to.station_id, to.staff_id):
        raise ImpossibleError(f"已经由{to.label}承办 ({to.label} has it already)")
    ticket.station_id, ticket.staff_id = to.station_id, to.staff_id
    ticket.version += 1
    data = {"to": to.label, "station": str(to.station_id), "staff": str(to.staff_id) if to.staff_id else None}
    desk.note(session, ticket.id, "assigned", now, actor=by, **data)
    clocks.follow(session, ticket, now)


def assign_all(
    session: Session, reach: Reach, seen: Mapping[UUID, int], to: Target, by: str, now: datetime
) -> Outcome:  # fmt: skip
    """Hand several tickets over, each as it was ``seen`` (id -> version); one that cannot be stops no other."""
    outcome = Outcome()
    for ticket in _locked(session, reach, seen):
        try:
            if ticket.version != seen[ticket.id]:
                raise ImpossibleError("期间有人改动 (somebody changed it meanwhile)")
            with session.begin_nested():
                assign(session, ticket, to, by, now)
        except ImpossibleError as error:
            outcome.refused.append((ticket, error))
        else:
            outcome.done.append(ticket)
    outcome.gone = len(seen) - len(outcome.done) - len(outcome.refused)
    return outcome


def _locked(session: Session, reach: Reach, seen: Mapping[UUID, int]) -> Sequence[Ticket]:
    """Return the tickets within reach, locked in one order, so that two who hand over never wait in a circle."""
    mine = select(Ticket).where(Ticket.id.in_(seen), reach.covers(Ticket.tenant_id, Ticket.station_id))
    return session.scalars(
        mine.order_by(Ticket.id).with_for_update().execution_options(populate_existing=True)
    ).all()  # fmt: skip
