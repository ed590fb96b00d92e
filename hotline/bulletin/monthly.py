"""The month's drafts, made by themselves: on a day of each month for the county and every station with a handset."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bulletin import desk
from hotline.bulletin.models import Bulletin
from hotline.calls.keeping.telling import once
from hotline.clock import local, month_before
from hotline.directory.models import Station, Tenant
from hotline.notifications import recipients, tell
from hotline.notifications.rules import Event

HOUR = 7
"""Local hour from which drafts are made: they lie there when the office opens."""


def prepare(session: Session, tenant_id: UUID, day: int, now: datetime) -> int:
    """Draft last month's bulletins from the ``day`` of a month on (0: never), once; return how many were made.

    A month that has a bulletin, draft or issued, is left alone. The coordinators are told on their console.
    """
    here = local(now)
    if not day or here.day < day or (here.day == day and here.hour < HOUR):
        return 0
    month = month_before(here.date())
    if not once(session, f"bulletins:{tenant_id}:{month:%Y-%m}", now):
        return 0
    levels = session.scalar(select(Tenant.levels).where(Tenant.id == tenant_id)) or []
    there = select(Bulletin.station_id).where(Bulletin.tenant_id == tenant_id, Bulletin.month == month)
    duty_level = max(0, len(levels) - 2) if levels else 1
    wanted = (Station.tenant_id == tenant_id, Station.active, Station.level <= duty_level, Station.id.not_in(there))
    stations = session.scalars(select(Station).where(*wanted).order_by(Station.level, Station.code)).all()
    for station in stations:
        desk.draft(session, station, month, now)
    if stations:
        words = {"month": f"{month:%Y-%m}", "count": len(stations), "station": stations[0].name}
        event = Event("bulletin_drafted", f"bulletin_drafted:{tenant_id}:{month:%Y-%m}", tenant_id, words)
        tell.tell(session, event, [recipients.coordinators(session, tenant_id, now)], now)
    return len(stations)
