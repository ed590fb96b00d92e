"""A small county for the database tests: three tiers, a head each, one ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.directory.models import Handset, Staff, Station, Survivor, Tenant
from tickets import desk
from tickets.models import Ticket

START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class County:
    tenant_id: UUID
    county_id: UUID
    town_id: UUID
    village_id: UUID
    town_handset_id: UUID
    town_head_id: UUID
    county_head_id: UUID
    survivor_id: UUID


def make_county(session: Session) -> County:
    tenant = Tenant(code="qinshui", name="沁水县")
    session.add(tenant)
    session.flush()
    parent, stations = None, []
    for level, name in enumerate(("沁水县退役军人服务中心", "龙港镇服务站", "里必村服务站")):
        station = Station(tenant_id=tenant.id, code=f"s{level}", level=level, name=name, parent_id=parent)
        session.add(station)
        session.flush()
        parent = station.id
        stations.append(station)
    county, town, village = stations
    handset = Handset(tenant_id=tenant.id, code="h1", station_id=town.id, number_hash=b"hash", number_sealed=b"sealed")
    heads = [
        Staff(
            tenant_id=tenant.id,
            code=f"p{at.code}",
            station_id=at.id,
            name=name,
            head=True,
            number_hash=b"hash",
            number_sealed=b"sealed",
        )
        for at, name in ((town, "王站长"), (county, "李主任"))
    ]
    survivor = Survivor(tenant_id=tenant.id, code="x1", station_id=village.id, name="张秀英")
    session.add_all([handset, survivor, *heads])
    session.flush()
    return County(tenant.id, county.id, town.id, village.id, handset.id, heads[0].id, heads[1].id, survivor.id)


def open_ticket(session: Session, county: County, now: datetime = START) -> Ticket:
    contact = desk.Contact(county.tenant_id, county.town_id, None, county.survivor_id, None, None)
    return desk.open_ticket(session, contact, now)
