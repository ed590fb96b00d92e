"""Which ticket somebody at the telephone means: the next open one of the station, or that of the latest call."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg
from tickets.models import Ticket
from tickets.states import FINAL, State

_DONE = [s.value for s in (*FINAL, State.RESOLVED, State.FEEDBACK_ASKED)]


def open_at(station_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    """Return what an open ticket of a station is, as conditions."""
    return (Ticket.station_id == station_id, Ticket.state.not_in(_DONE))


def count_open(session: Session, station_id: UUID | None) -> int:
    """Return how many tickets are open at a station."""
    return session.scalar(select(func.count()).select_from(Ticket).where(*open_at(station_id))) or 0


def next_open(session: Session, station_id: UUID | None, seen: Collection[str]) -> Ticket | None:
    """Return the station's next open ticket: promised call backs first, those that wait for others last."""
    return session.scalars(
        select(Ticket)
        .where(*open_at(station_id), Ticket.id.not_in([UUID(id_) for id_ in seen]))
        .order_by(Ticket.state == State.WAITING.value, Ticket.call_back_by.asc().nulls_last(), Ticket.opened_at)
        .limit(1)
    ).first()


def latest_here(session: Session, telephone_id: UUID) -> Ticket | None:
    """Return the ticket of the newest call that a telephone took, or missed and nobody else took either."""
    took = Leg.id == Call.accepted_leg_id
    missed = and_(Leg.rung_at.is_not(None), Call.accepted_leg_id.is_(None))
    return session.scalars(
        select(Ticket)
        .join(Call, Call.ticket_id == Ticket.id)
        .join(Leg, Leg.call_id == Call.id)
        .where(Leg.target_id == telephone_id, or_(took, missed))
        .order_by(Call.started_at.desc())
        .limit(1)
    ).first()
