"""Which telephone somebody on duty carries, and calls to it that are spaced as carriers like it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from hotline.calls import orders
from hotline.calls.keeping.rules import slot
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand
from hotline.calls.orders import Callee
from hotline.directory.models import Handset, Line, Staff, Station
from hotline.directory.words import short_name
from hotline.roster.duty import ShiftFact
from tickets.models import Timer

Telephone = Handset | Staff
"""A station's handset or a person's own telephone."""
_USUAL = {"first": 0, "backup": 1}


def carried(session: Session, station_id: UUID, role: str, piece: ShiftFact | None) -> Telephone | None:
    """Return the telephone of a duty, as routing does: the shift's handset, the role's, else the person's own."""
    handsets = session.scalars(
        select(Handset).where(Handset.station_id == station_id, Handset.active).order_by(Handset.priority, Handset.code)
    ).all()
    usual = _USUAL[role]
    named = [h for h in handsets if piece and h.id == piece.handset_id] or handsets[usual : usual + 1]
    if named:
        return named[0]
    staff = session.get(Staff, piece.staff_id) if piece else None
    return staff if staff is not None and staff.number_hash else None


def kind_of(phone: Telephone) -> Literal["handset", "staff"]:
    """Return the kind of a telephone as errands name it."""
    return "handset" if isinstance(phone, Handset) else "staff"


def find(session: Session, kind: str, id_: UUID | None) -> Telephone | None:
    """Return a telephone by its kind (handset, staff) and identifier."""
    return session.get(Handset, id_) if kind == "handset" else session.get(Staff, id_)


def lines_of(session: Session, tenant_id: UUID) -> dict[UUID, UUID]:
    """Return for each station the published line whose number is shown: its own, else the nearest above it."""
    stations = session.execute(select(Station.id, Station.parent_id).where(Station.tenant_id == tenant_id)).all()
    parents = {row.id: row.parent_id for row in stations}
    rows = select(Line.station_id, Line.id).where(Line.tenant_id == tenant_id, Line.flow == "main", Line.active)
    own = {row.station_id: row.id for row in session.execute(rows.order_by(Line.code.desc()))}
    top = orders.trunk_line(session, tenant_id)
    found: dict[UUID, UUID] = {}
    for station in parents:
        above: UUID | None = station
        while above is not None and above not in own:
            above = parents.get(above)
        if line := own[above] if above else top:
            found[station] = line
    return found


def callee(session: Session, phone: Telephone, line_id: UUID) -> Callee | None:
    """Return a telephone as an order names it; None without a number."""
    if phone.number_hash is None or phone.number_sealed is None:
        return None
    station = session.get_one(Station, phone.station_id)
    return Callee(
        kind=kind_of(phone),
        id=phone.id,
        label=f"{short_name(station, 'zh-CN')}值班手机" if isinstance(phone, Handset) else phone.name,
        number_hash=phone.number_hash,
        number_sealed=phone.number_sealed,
        tenant_id=phone.tenant_id,
        line_id=line_id,
        station_id=station.id,
    )


def ring(work: Work, kind: str, phone: Telephone, at: datetime, attempt: int = 1, **data: Any) -> Errand | None:
    """Order a call that nobody waits for, at ``at`` or as soon after it as its line is free; None without a number."""
    line = lines_of(work.session, phone.tenant_id).get(phone.station_id)
    called = callee(work.session, phone, line) if line else None
    if line is None or called is None:
        return None
    due = slot(_taken(work.session, line), at)
    return orders.order(work.session, kind, called, work.now, due_at=due, attempt=attempt, **data)


def _taken(session: Session, line_id: UUID) -> list[datetime]:
    """When the calls that wait for their time under a line's number are due."""
    key = func.concat(f"{orders.TIMER}:", cast(Errand.id, Text))
    due = (
        select(Timer.due_at)
        .join(Errand, Timer.key == key)
        .where(Timer.state == "pending", Errand.state == "waiting", Errand.line_id == line_id)
    )
    return list(session.scalars(due))
