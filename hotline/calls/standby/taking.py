"""Takes the snapshot: reads all that routing needs from the database in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.calls.facts import Phone
from hotline.calls.keeping.queries import unconfirmed
from hotline.calls.standby import changes
from hotline.calls.standby.snapshot import COVERS, BranchRow, LineRow, Person, PolicyRow, Snapshot, StationRow
from hotline.directory.models import (
    BranchLine,
    Handset,
    Line,
    Partner,
    Policy,
    Staff,
    Station,
    Survivor,
    SurvivorPhone,
    Team,
    Tenant,
)
from hotline.directory.words import short_name
from hotline.numbers import from_stored
from hotline.roster.queries import load_rosters
from hotline.vault import Vault

_CHANGES = text("""
SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
 WHERE relname = ANY(:tables) ORDER BY relname
""")
_TABLES = ["survivor", "survivor_phone", "duty_confirmation"]
"""Besides what hotline.calls.standby.changes counts."""
_UNWELL = text("SELECT id, state FROM handset WHERE state <> 'ok' ORDER BY id")
"""Not all of a handset's changes: each call that is taken writes one."""


def version(session: Session) -> str:
    """Return a word that changes with whatever a snapshot holds.

    PostgreSQL counts what is committed, so nothing has to be written for it; it may be some seconds behind.
    """
    counted: list[Any] = [
        changes.count(session),
        *session.execute(_CHANGES, {"tables": _TABLES}),
        *session.execute(_UNWELL),
    ]
    return sha256(repr(counted).encode()).hexdigest()[:16]


def take(session: Session, vault: Vault, now: datetime) -> Snapshot:
    """Return the snapshot as the database stands at ``now``."""
    taken, routing = version(session), changes.count(session)  # first: what changes meanwhile is seen the next time
    stations = session.scalars(select(Station)).all()
    names = {station.id: short_name(station, "zh-CN") for station in stations}
    return Snapshot(
        taken_at=now,
        version=taken,
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
        missing=frozenset(unconfirmed(session, names, now)),
        branches=(*_branches(session, vault, Team), *_branches(session, vault, Partner)),
        people=_people(session),
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
        found[row.station_id].append(
            replace(phone, extension=row.extension, state=row.state, station_id=row.station_id)
        )
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


def _people(session: Session) -> dict[str, tuple[Person, ...]]:
    """Column by column: a province has a hundred thousand of them."""
    query = (
        select(
            SurvivorPhone.number_hash, Survivor.id, Survivor.tenant_id, Survivor.station_id, Survivor.name,
            Survivor.village, Survivor.dialect, Survivor.hearing, Survivor.language, Survivor.paired_staff_id,
        )
        .join(Survivor, Survivor.id == SurvivorPhone.survivor_id)
        .where(Survivor.active)
        .order_by(SurvivorPhone.priority, Survivor.code)
    )  # fmt: skip
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for hash_, *person in session.execute(query):
        found[hash_.hex()].append(Person(*person))
    return {hash_: tuple(people) for hash_, people in found.items()}


def _phone(vault: Vault, kind: str, id_: UUID, label: str, sealed: bytes) -> Phone:
    number = from_stored(vault.open(sealed))
    return Phone(kind, id_, number.value, label, extension=number.extension or "")
