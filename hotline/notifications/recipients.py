"""Who is meant: the holder of a ticket, the head of a station, the levels above it, a person, the coordinators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from hotline.directory.models import Handset, Staff, Station
from hotline.notifications.rules import Recipient, Telephone
from hotline.roster.queries import duty_at


def holder(session: Session, station_id: UUID, now: datetime) -> Recipient:
    """Return who answers for a station's tickets: whoever carries its duty handset, or that of the one above it."""
    station = _trunk(session, station_id)[0]
    return Recipient("station", str(station.id), station.id, _duty_telephone(session, station.id, now))


def works_on(session: Session, station_id: UUID, staff_id: UUID | None, now: datetime) -> Recipient:
    """Return the person who works on a ticket, on the duty handset where they have no telephone; else the holder."""
    found = holder(session, station_id, now)
    if staff_id is None:
        return found
    known = person(session, staff_id)
    return replace(known, telephone=known.telephone or found.telephone)


def head(session: Session, station_id: UUID, now: datetime, up: int = 0) -> Recipient:
    """Return the head of the station that holds the handset, or of the one ``up`` levels above; at most the top.

    A station without a head who can be rung is told through its duty handset.
    """
    trunk = _trunk(session, station_id)
    station = trunk[min(up, len(trunk) - 1)]
    found = session.scalars(
        select(Staff)
        .where(Staff.station_id == station.id, Staff.head, Staff.active, Staff.number_hash.is_not(None))
        .order_by(Staff.code)
    ).first()
    if found:
        return Recipient("staff", str(found.id), station.id, Telephone("staff", found.id))
    return Recipient("station", str(station.id), station.id, _duty_telephone(session, station.id, now))


def person(session: Session, staff_id: UUID) -> Recipient:
    """Return a member of staff, told on their station's console and their own telephone. Raises NoResultFound."""
    staff = session.get_one(Staff, staff_id)
    telephone = Telephone("staff", staff.id) if staff.number_hash else None
    return Recipient("staff", str(staff.id), staff.station_id, telephone)


def coordinators(session: Session, tenant_id: UUID, now: datetime) -> Recipient:
    """Return the coordinators (督导): the console of the tenant's first station and its head's telephone."""
    top = session.scalars(
        select(Station.id)
        .where(Station.tenant_id == tenant_id, Station.parent_id.is_(None), Station.active)
        .order_by(Station.code)
    ).first()
    if top is None:
        return Recipient("role", "coordinator")
    telephone = head(session, top, now).telephone
    return Recipient("role", "coordinator", top, telephone)


def _trunk(session: Session, station_id: UUID) -> Sequence[Station]:
    """Return the stations from the one that holds the handset for ``station_id`` up to the top."""
    ids = select(Station.id, Station.parent_id).where(Station.id == station_id).cte("path", recursive=True)
    parent = aliased(Station)
    ids = ids.union_all(select(parent.id, parent.parent_id).join(ids, parent.id == ids.c.parent_id))
    held = exists().where(Handset.station_id == Station.id, Handset.active)
    rows = session.execute(
        select(Station, held).where(Station.id.in_(select(ids.c.id))).order_by(Station.level.desc())
    ).all()
    first = next((place for place, row in enumerate(rows) if row[1]), 0)
    return [row[0] for row in rows[first:]]


def _duty_telephone(session: Session, station_id: UUID, now: datetime) -> Telephone | None:
    """Return the handset of whoever is on duty, else the station's first one that is not dead."""
    duty = duty_at(session, [station_id], now)[station_id].first
    if duty and duty.handset_id:
        return Telephone("handset", duty.handset_id)
    found = session.scalars(
        select(Handset.id)
        .where(Handset.station_id == station_id, Handset.active)
        .order_by(Handset.state == "dead", Handset.priority, Handset.code)
    ).first()
    return Telephone("handset", found) if found else None
