"""A county with two townships and their people for the roster's database tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from hotline.clock import SHANGHAI
from hotline.directory.models import Handset, Staff, Station, Tenant
from hotline.roster.models import Override, Pattern, Shift, Swap
from hotline.roster.queries import duty_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def wall(text: str) -> datetime:
    """Return the moment of a Shanghai wall time such as ``2027-02-06 03:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


NOW = wall("2026-11-23 12:00")
ANNS, BOS = ("2026-11-25 08:00", "2026-11-26 08:00"), ("2026-11-26 08:00", "2026-11-27 08:00")
"""Turns of two people by the pattern."""


@dataclass(frozen=True)
class Town:
    """One township with three people on its roster, and another beside it."""

    session: Session
    tenant_id: UUID
    id: UUID
    other_id: UUID
    handset_id: UUID
    ann: UUID
    bo: UUID
    cai: UUID

    def pattern(self, code: str = "p1", **given: Any) -> Pattern:
        values: dict[str, Any] = {
            "tenant_id": self.tenant_id, "station_id": self.id, "role": "first", "code": code,
            "staff_ids": [self.ann, self.bo], "starts": date(2026, 11, 23), "at": time(8), "hours": 24, "every": 24,
        }  # fmt: skip
        return Pattern(**values | given)

    def shift(self, start: str, end: str, staff: UUID, code: str = "", role: str = "first") -> Shift:
        return Shift(
            tenant_id=self.tenant_id, station_id=self.id, role=role, code=code or start, staff_id=staff,
            starts=wall(start), ends=wall(end),
        )  # fmt: skip

    def override(self, start: str, end: str, staff: UUID) -> Override:
        return Override(
            tenant_id=self.tenant_id, station_id=self.id, role="first", staff_id=staff, reason="出差",
            during=Range(wall(start), wall(end)),
        )  # fmt: skip

    def swap(self, giver: UUID, taker: UUID, during: tuple[str, str], back: tuple[str, str] | None = None) -> Swap:
        return Swap(
            tenant_id=self.tenant_id, station_id=self.id, role="first", giver_id=giver, taker_id=taker,
            during=Range(wall(during[0]), wall(during[1])),
            in_return=Range(wall(back[0]), wall(back[1])) if back else None,
            asked_at=wall("2026-11-23 08:00"),
        )  # fmt: skip

    def add(self, *rows: Any) -> None:
        self.session.add_all(rows)
        self.session.flush()


def make_town(session: Session) -> Town:
    """Write the county and return the township."""
    tenant = Tenant(code="qinshui", name="沁水县", levels=["县", "乡镇", "村"])
    session.add(tenant)
    session.flush()
    town, other = (
        Station(tenant_id=tenant.id, code=code, level=1, name=name)
        for code, name in (("longgang", "龙港镇服务站"), ("zhongcun", "中村镇服务站"))
    )
    session.add_all([town, other])
    session.flush()
    people = [
        Staff(tenant_id=tenant.id, code=code, station_id=town.id, name=name)
        for code, name in (("ann", "安一"), ("bo", "薄二"), ("cai", "蔡三"))
    ]
    handset = Handset(tenant_id=tenant.id, code="h1", station_id=town.id, number_hash=b"1", number_sealed=b"1")
    session.add_all([*people, handset])
    session.flush()
    return Town(session, tenant.id, town.id, other.id, handset.id, *(person.id for person in people))


def on_duty(town: Town, at: str) -> UUID | None:
    """Return who holds the first duty at a minute."""
    found = duty_at(town.session, [town.id], wall(at))[town.id].first
    return found.staff_id if found else None


def rotating_town(session: Session) -> Town:
    """Return the township whose first duty goes round by a pattern."""
    town = make_town(session)
    town.add(town.pattern())
    return town
