"""Ordering a call that the system is to place: a row and its timer, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Errand, Leg
from hotline.db import new_id
from hotline.directory.models import Line, Station
from tickets import timers
from tickets.models import Ticket

TIMER = "errand"
"""Kind of the timer that places an errand."""


@dataclass(frozen=True)
class Callee:
    """Whom an errand rings, and the line whose number is shown."""

    kind: str
    id: UUID
    label: str
    number_hash: bytes
    number_sealed: bytes
    tenant_id: UUID
    line_id: UUID
    station_id: UUID | None = None
    language: str = "zh-CN"


def line_for(session: Session, ticket: Ticket) -> UUID:
    """Return the line whose number is shown on calls about a ticket. Raises LookupError when there is none at all."""
    line = ticket.line_id or trunk_line(session, ticket.tenant_id)
    if line is None:
        raise LookupError(f"tenant {ticket.tenant_id} has no published line to call from")
    return line


def order(
    session: Session,
    kind: str,
    callee: Callee,
    now: datetime,
    *,
    due_at: datetime | None = None,
    ticket_id: UUID | None = None,
    attempt: int = 1,
    **data: Any,
) -> Errand:
    """Order a call to be placed at ``due_at`` (now). It survives everything: it is a row with a timer."""
    errand = Errand(
        id=new_id(),
        kind=kind,
        tenant_id=callee.tenant_id,
        line_id=callee.line_id,
        ticket_id=ticket_id,
        station_id=callee.station_id,
        target_kind=callee.kind,
        target_id=callee.id,
        label=callee.label,
        number_hash=callee.number_hash,
        number_sealed=callee.number_sealed,
        language=callee.language,
        attempt=attempt,
        created_at=now,
        data=data,
    )
    session.add(errand)
    session.flush()
    timers.set_timer(session, TIMER, f"{TIMER}:{errand.id}", due_at or now, ticket_id=ticket_id, errand=str(errand.id))
    return errand


def cancel(session: Session, errand: Errand, now: datetime, why: str) -> None:
    """Cancel an errand that has not been placed yet; one that rings learns by its facts."""
    if errand.state == "waiting":
        errand.state, errand.ended_at, errand.result = "cancelled", now, why
        timers.cancel(session, f"{TIMER}:{errand.id}", now)


_OF_ONE_CALL = frozenset({"asking", "key", "machine", "recording", "calling", "rung", "joined"})
"""What an errand's data say of its one call, and not of what it is about."""


def same_data(errand: Errand) -> dict[str, Any]:
    """Return what an errand is about, to ring somebody for it once more."""
    return {key: value for key, value in errand.data.items() if key not in _OF_ONE_CALL}


def callee_of(call: Call, leg: Leg) -> Callee:
    """Return who a call was put through to, to ring them about it."""
    return Callee(
        kind=leg.target_kind,
        id=leg.target_id,
        label=leg.label,
        number_hash=leg.number_hash,
        number_sealed=leg.number_sealed,
        tenant_id=call.tenant_id,
        line_id=call.line_id,
        station_id=leg.station_id,
    )


def same_callee(errand: Errand) -> Callee:
    """Return whom an errand rang, to ring them once more."""
    return Callee(
        kind=errand.target_kind,
        id=errand.target_id,
        label=errand.label,
        number_hash=errand.number_hash,
        number_sealed=errand.number_sealed,
        tenant_id=errand.tenant_id,
        line_id=errand.line_id,
        station_id=errand.station_id,
        language=errand.language,
    )


def trunk_line(session: Session, tenant_id: UUID | None = None) -> UUID | None:
    """Return the line of a tenant's (of the first tenant's) topmost station: its number is shown when no other is."""
    lines = select(Line.id).join(Station, Station.id == Line.station_id).where(Line.flow == "main", Line.active)
    if tenant_id is not None:
        lines = lines.where(Line.tenant_id == tenant_id)
    return session.scalars(lines.order_by(Station.level, Line.code).limit(1)).first()
