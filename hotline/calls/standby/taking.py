"""Takes the snapshot: reads all that routing needs from the database in a handful of queries.

Each part only when it has changed: directory and duties, the survivors, and what changes with every few calls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.calls.facts import Phone
from hotline.calls.keeping.queries import unconfirmed
from hotline.calls.standby import changes
from hotline.calls.standby.snapshot import (
    COVERS,
    BranchRow,
    LineRow,
    People,
    Person,
    PolicyRow,
    Snapshot,
    StationRow,
)
from hotline.directory.models import (
    BranchLine,
    Handset,
    Line,
    Partner,
    Policy,
    Staff,
    Station,
    Team,
    Tenant,
)
from hotline.directory.words import short_name
from hotline.numbers import from_stored
from hotline.roster.queries import load_rosters
from hotline.vault import Vault

OLDEST = timedelta(hours=1)
"""Directory and duties are taken anew after this even when nothing has changed: the duties reach only so far."""
_PEOPLE_CHANGES = text("""
SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
 WHERE relname IN ('survivor', 'survivor_phone') ORDER BY relname
""")
_PEOPLE = text(f"""
SELECT encode(number_hash, 'hex'), {Person.JSON}
  FROM survivor_phone JOIN survivor ON survivor.id = survivor_phone.survivor_id
 WHERE survivor.active ORDER BY survivor_phone.priority, survivor.code
""")  # noqa: S608  (a constant of ours)
_PEOPLE_AT_ONCE = 1000
"""Rows that are read at once: whoever else is in this process goes on in between."""
_UNWELL = text("SELECT id, state FROM handset WHERE state <> 'ok'")
"""Not all of a handset's changes: each call that is taken writes one."""


def take(session: Session, vault: Vault, now: datetime, have: Snapshot | None = None) -> Snapshot:
    """Return the snapshot as the database stands at ``now``, of ``have`` whatever still holds; itself if all does."""
    routing = changes.count(session)  # first: what changes meanwhile is seen the next time
    if have is None or have.routing != routing or now - have.taken_at >= OLDEST:
        have = _routing(session, vault, now, routing, have.people if have else People())
    people = people_version(session)
    if have.people.version != people:
        have = replace(have, people=People(people, _people(session)))
    missing = frozenset(unconfirmed(session, now))
    unwell = {row.id: row.state for row in session.execute(_UNWELL)}
    if (missing, unwell) != (have.missing, have.unwell):
        have = replace(have, missing=missing, unwell=unwell)
    return have


def people_version(session: Session) -> str:
    """Return a word that changes with whatever a snapshot holds of survivors.

    PostgreSQL counts what is committed, so nothing has to be written for it; it may be some seconds behind.
    """
    return " ".join(str(count) for row in session.execute(_PEOPLE_CHANGES) for count in row)


def _routing(session: Session, vault: Vault, now: datetime, routing: int, people: People) -> Snapshot:
    stations = session.scalars(select(Station)).all()
    names = {station.id: short_name(station, "zh-CN") for station in stations}
    return Snapshot(
        taken_at=now,
        routing=routing,
        levels={row.id: len(row.levels) for row in session.execute(select(Tenant.id, Tenant.levels))},
        lines=_lines(session, vault),
        stations=tuple(_station(station) for station in stations),
        policies=tuple(
            PolicyRow(row.tenant_id, row.station_id, dict(row.data)) for row in session.scalars(select(Policy))
        ),
        handsets=_handsets(session, vault, names),
        staff=_staff(session, vault),
        rosters=load_rosters(session, names, now, now + COVERS),
        branches=(*_branches(session, vault, Team), *_branches(session, vault, Partner)),
        people=people,
    )


def _lines(session: Session, vault: Vault) -> tuple[LineRow, ...]:
    """The lines, a tenant's trunk before its stations' lines."""
    query = (
        select(Line, Team, Partner)
        .join(Station, Station.id == Line.station_id)
        .join(Team, Team.id == Line.team_id, isouter=True)
        .join(Partner, Partner.id == Line.partner_id, isouter=True)
        .where(Line.active)
        .order_by(Station.level, Line.code)
    )
    return tuple(_line(vault, line, team or partner) for line, team, partner in session.execute(query))


def _line(vault: Vault, line: Line, owner: Team | Partner | None) -> LineRow:
    found = LineRow(
        line.id, line.tenant_id, line.code, from_stored(vault.open(line.number_sealed)).value, line.flow,
        line.language, line.station_id, name=line.name,
    )  # fmt: skip
    return replace(found, owner_id=owner.id, owner=owner.name, owner_en=owner.name_en) if owner else found


def _station(row: Station) -> StationRow:
    return StationRow(
        row.id, row.tenant_id, row.parent_id, row.level, row.code, short_name(row, "zh-CN"), short_name(row, "en"),
        tuple(row.neighbours), row.active,
    )  # fmt: skip


def _handsets(session: Session, vault: Vault, names: Mapping[UUID, str]) -> dict[UUID, tuple[Phone, ...]]:
    found: defaultdict[UUID, list[Phone]] = defaultdict(list)
    rows = session.scalars(select(Handset).where(Handset.active).order_by(Handset.priority, Handset.code))
    for row in rows:
        phone = _phone(vault, "handset", row.id, f"{names[row.station_id]}值班手机", row.number_sealed)
        found[row.station_id].append(replace(phone, extension=row.extension, station_id=row.station_id))
    return {id_: tuple(phones) for id_, phones in found.items()}


def _staff(session: Session, vault: Vault) -> dict[UUID, Phone]:
    rows = session.scalars(select(Staff).where(Staff.number_sealed.is_not(None)))
    return {
        row.id: replace(_phone(vault, "staff", row.id, row.name, row.number_sealed or b""), station_id=row.station_id)
        for row in rows
    }


def _branches(session: Session, vault: Vault, owner: type[Team] | type[Partner]) -> tuple[BranchRow, ...]:
    column = BranchLine.team_id if owner is Team else BranchLine.partner_id
    kind = "volunteer" if owner is Team else "partner"
    rows: Any = session.execute(
        select(BranchLine, owner).join(owner, column == owner.id).where(BranchLine.active, owner.active)
    )
    return tuple(
        BranchRow(
            replace(
                _phone(vault, "branch", line.id, mine.name, line.number_sealed),
                extension=line.extension, own_queue=line.own_queue,
            ),
            line.tenant_id, mine.station_id, mine.id, mine.name, mine.name_en, kind, frozenset(line.serves),
            line.hours, line.priority,
        )
        for line, mine in rows
    )  # fmt: skip


def _people(session: Session) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for some in session.execute(_PEOPLE).partitions(_PEOPLE_AT_ONCE):
        for hash_, person in some:
            found[hash_].append(person)
    return dict(found)


def _phone(vault: Vault, kind: str, id_: UUID, label: str, sealed: bytes) -> Phone:
    number = from_stored(vault.open(sealed))
    return Phone(kind, id_, number.value, label, extension=number.extension or "")
