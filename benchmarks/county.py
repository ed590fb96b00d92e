"""A large made-up directory: a centre, its townships and villages, with duty, handsets, survivors and branches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hotline.db import new_id
from hotline.directory.models import BranchLine, Handset, Line, Partner, Staff, Station, Survivor, SurvivorPhone, Team
from hotline.directory.models import Tenant as TenantRow
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.roster.models import Pattern, minutes_of_week
from hotline.vault import Vault

TOWNSHIPS, VILLAGES = 29, 300
"""With the centre 330 stations, as in the measured limits."""
SURVIVORS = 3000
MOST_TELEPHONES = 1000
"""A county has fewer of its own: handsets, staff, branches."""
LINE = "+8635600000001"
"""Of the first county."""
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "秀英桂兰福贵建国玉梅淑珍德胜春花志强凤霞"


@dataclass(frozen=True)
class County:
    """What was written: the tenant, its stations (the centre first), and whom the first line belongs to."""

    tenant_id: UUID
    stations: tuple[UUID, ...]
    line_id: UUID


def line_of(place: int) -> str:
    """Return the published number of the county at ``place``, counted from 0."""
    return f"+86356{place + 1:08d}"


def survivor_of(place: int, n: int) -> str:
    """Return the telephone of a county's survivor number ``n``."""
    return f"+86154{90_000_000 + place * 10_000 + n:08d}"


def telephones(counties: int) -> list[str]:
    """Return every number that handsets, staff and branches of so many counties may have."""
    return [f"+86154{place * 100_000 + n:08d}" for place in range(counties) for n in range(1, MOST_TELEPHONES)]


def write(
    session: Session,
    vault: Vault,
    *,
    place: int = 0,
    townships: int = TOWNSHIPS,
    villages: int = VILLAGES,
    survivors: int = SURVIVORS,
) -> County:
    """Write the directory; every township keeps a roster in three shifts a day. Flushes, does not commit.

    ``place``: of several counties the how manieth, counted from 0; each has telephones and a tenant of its own.
    """
    tenant = TenantRow(code=f"bench{place or ''}", name="基准县", levels=["县", "乡镇", "村"])
    session.add(tenant)
    session.flush()
    return _Writer(session, vault, tenant.id, place, townships).write(villages, survivors)


class _Writer:
    def __init__(self, session: Session, vault: Vault, tenant_id: UUID, place: int, townships: int) -> None:
        self.session, self.vault, self.tenant = session, vault, tenant_id
        self.place, self.townships = place, townships
        self.numbers = iter(f"+86154{n:08d}" for n in range(place * 100_000 + 1, 90_000_000))

    def write(self, villages: int, survivors: int) -> County:
        stations = list(self._stations(villages))
        for level in range(3):
            self._add(Station, [row for row in stations if row["level"] == level])
        kept = [row for row in stations if row["level"] < 2]
        staff = [self._person(row["id"], n, k) for n, row in enumerate(kept) for k in range(6)]
        self._add(Staff, staff)
        handsets = [self._handset(row["id"], n, k) for n, row in enumerate(kept) for k in (1, 2)]
        handsets += [self._handset(row["id"], n + len(kept), 1) for n, row in enumerate(stations[len(kept) :])]
        self._add(Handset, handsets)
        for n, row in enumerate(kept):
            self._rota(row["id"], f"p{n}", [person["id"] for person in staff if person["station_id"] == row["id"]])
        self._branches(stations[0]["id"])
        self._survivors([row["id"] for row in stations[len(kept) :]] or [stations[-1]["id"]], survivors)
        line = new_id()
        row = {
            "id": line,
            "name": "关爱热线",
            "station_id": stations[0]["id"],
            "flow": "main",
            **self._dial(line_of(self.place)),
        }
        self._add(Line, [{"code": "main", **row}])
        self.session.flush()
        return County(self.tenant, tuple(row["id"] for row in stations), line)

    def _add(self, model: type[Any], rows: list[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(insert(model), [{"tenant_id": self.tenant, **row} for row in rows])

    def _dial(self, number: str) -> dict[str, bytes]:
        return {"number_hash": self.vault.fingerprint(number), "number_sealed": self.vault.seal(number)}

    def _stations(self, villages: int) -> Iterator[dict[str, Any]]:
        top = {"id": new_id(), "code": "s0", "level": 0, "name": "基准县退役军人服务中心", "parent_id": None}
        yield {**top, "neighbours": []}
        towns = [new_id() for _ in range(self.townships)]
        for n, id_ in enumerate(towns):
            near = [f"t{(n + 1) % self.townships}"]
            yield {"id": id_, "code": f"t{n}", "level": 1, "name": f"第{n + 1}镇退役军人服务站",
                   "parent_id": top["id"], "neighbours": near}  # fmt: skip
        for n in range(villages):
            yield {"id": new_id(), "code": f"v{n}", "level": 2, "name": f"第{n + 1}村服务站",
                   "parent_id": towns[n % self.townships], "neighbours": []}  # fmt: skip

    def _person(self, station: UUID, n: int, k: int) -> dict[str, Any]:
        name = SURNAMES[(n + k) % len(SURNAMES)] + GIVEN[(2 * (n + 3 * k)) % len(GIVEN) :][:2]
        return {"id": new_id(), "code": f"a{n}-{k}", "station_id": station, "name": name, "head": k == 0,
                **self._dial(next(self.numbers))}  # fmt: skip

    def _handset(self, station: UUID, n: int, priority: int) -> dict[str, Any]:
        return {"id": new_id(), "code": f"h{n}-{priority}", "station_id": station, "priority": priority,
                **self._dial(next(self.numbers))}  # fmt: skip

    def _rota(self, station: UUID, code: str, people: list[UUID]) -> None:
        for role, hours in (("first", 8), ("backup", 24)):
            row = {"id": new_id(), "station_id": station, "role": role, "code": f"{code}-{role}", "staff_ids": people,
                   "starts": date(2026, 1, 5), "at": time(8), "hours": hours, "every": hours}  # fmt: skip
            row["week"] = minutes_of_week(date(2026, 1, 5), time(8), hours, hours)
            self._add(Pattern, [row])

    def _branches(self, top: UUID) -> None:
        lines = []
        for kind, words, owner in ((Team, NEEDS, "team_id"), (Partner, DOMAINS, "partner_id")):
            for n, (code, names) in enumerate(words.items()):
                id_ = new_id()
                self._add(kind, [{"id": id_, "code": f"{owner}-{n}", "name": f"{names[0]}服务", "station_id": top}])
                line = {"id": new_id(), "code": f"b-{owner}-{n}", "serves": [code], **self._dial(next(self.numbers))}
                lines.append({"team_id": None, "partner_id": None, **line, owner: id_})
        self._add(BranchLine, lines)

    def _survivors(self, stations: list[UUID], count: int) -> None:
        people, phones = [], []
        for n in range(count):
            name = SURNAMES[n % len(SURNAMES)] + GIVEN[(n * 2) % len(GIVEN) :][:2]
            person = {"id": new_id(), "code": f"x{n}", "name": name, "station_id": stations[n % len(stations)]}
            people.append(person)
            phones.append({"survivor_id": person["id"], **self._dial(survivor_of(self.place, n))})
        self._add(Survivor, people)
        self.session.execute(insert(SurvivorPhone), phones)
