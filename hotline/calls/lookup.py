"""Fills the facts of routing from the database: who could be rung for a call, and how things stand with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.calls.facts import BranchFacts, Facts, Phone, StationFacts
from hotline.calls.keeping.queries import unconfirmed
from hotline.calls.models import Call, Hold, Leg
from hotline.calls.states import TRIED
from hotline.directory import hours
from hotline.directory.models import BranchLine, Handset, Line, Partner, Staff, Station, Survivor, Team, Tenant
from hotline.directory.policy import RoutingPolicy
from hotline.directory.queries import station_path
from hotline.directory.words import short_name
from hotline.numbers import from_stored
from hotline.roster.duty import OnDuty, StationDuty
from hotline.roster.queries import duty_at
from hotline.vault import Vault


@dataclass(frozen=True)
class Inquiry:
    """A call as far as routing is concerned; also what `hotline plan` asks with."""

    tenant_id: UUID
    home: UUID
    """The caller's station, or the one of the line."""
    flow: str = "main"
    survivor_id: UUID | None = None
    from_hash: bytes | None = None
    caller: str | None = None
    need: str = ""
    domain: str = ""
    urgent: bool = False
    language: str = "zh-CN"
    called_owner: UUID | None = None
    call_id: UUID | None = None


def facts_for(session: Session, vault: Vault, inquiry: Inquiry, now: datetime) -> Facts:
    """Return everything the plan for an inquiry depends on, as it stands at ``now``."""
    path = station_path(session, inquiry.home)
    levels = session.scalar(select(Tenant.levels).where(Tenant.id == inquiry.tenant_id)) or []
    duty_station = _duty_station(path, len(levels))
    policy = policy_for(session, inquiry.tenant_id, inquiry.home)
    near = _neighbours(session, duty_station, policy.neighbours)
    parents = [s for s in path if 0 < s.level < duty_station.level]
    root, home = path[-1], path[0]
    around = [duty_station, home, root, *near, *parents]
    reader = _Reader(session, vault, now, inquiry.language)
    stations = reader.stations(around)
    paired, paired_on_duty = reader.paired(inquiry.survivor_id, stations)
    return Facts(
        now=now,
        policy=policy,
        station=stations[duty_station.id],
        village=stations[home.id] if home.level > duty_station.level else None,
        neighbours=tuple(stations[s.id] for s in (*near, *parents)),
        county=stations[root.id] if root.id != duty_station.id else None,
        paired=paired,
        paired_on_duty=paired_on_duty,
        branches=reader.branches(inquiry.tenant_id, {s.id for s in path}),
        caller=inquiry.caller,
        flow=inquiry.flow,
        need=inquiry.need,
        domain=inquiry.domain,
        urgent=inquiry.urgent,
        called_owner=inquiry.called_owner,
        cut_off=reader.cut_off(inquiry, timedelta(minutes=policy.cut_off_minutes)),
        tried=reader.tried(inquiry.call_id),
    )


def inquiry_of(vault: Vault, call: Call, line: Line) -> Inquiry:
    """Return what a call asks of the routing as it stands now."""
    return Inquiry(
        tenant_id=call.tenant_id,
        home=call.home_id,
        flow=line.flow,
        survivor_id=call.survivor_id,
        from_hash=call.from_hash,
        caller=from_stored(vault.open(call.from_sealed)).value if call.from_sealed else None,
        language=call.language,
        need=call.need,
        domain=call.domain,
        urgent=call.urgent,
        called_owner=line.team_id or line.partner_id,
        call_id=call.id,
    )


def duty_station(session: Session, station_id: UUID) -> UUID:
    """Return the station whose duty handset serves the people of a station: itself or one above it."""
    path = station_path(session, station_id)
    levels = session.scalar(select(Tenant.levels).where(Tenant.id == path[0].tenant_id)) or []
    return _duty_station(path, len(levels)).id


_POLICY = """
WITH RECURSIVE path AS (
  SELECT id, parent_id, 0 AS up FROM station WHERE id = %(station)s
  UNION ALL SELECT station.id, station.parent_id, up + 1 FROM path JOIN station ON station.id = path.parent_id
             WHERE up < 20
)
SELECT data::text FROM policy LEFT JOIN path ON path.id = policy.station_id
 WHERE policy.tenant_id = %(tenant)s AND (policy.station_id IS NULL OR path.id IS NOT NULL)
 ORDER BY path.up LIMIT 1
"""
"""Nulls last: the tenant's own policy stands behind those of its stations. A tree that goes round ends as well."""


def policy_for(session: Session, tenant_id: UUID, station_id: UUID) -> RoutingPolicy:
    """Return the policy in force at a station: its own, else the nearest above it, else the tenant's."""
    given = {"tenant": tenant_id, "station": station_id}
    return _policy_of(session.connection().exec_driver_sql(_POLICY, given).scalar() or "{}")


@lru_cache(maxsize=64)
def _policy_of(data: str) -> RoutingPolicy:
    return RoutingPolicy.model_validate_json(data)


def _duty_station(path: Sequence[Station], levels: int) -> Station:
    """The station that holds the 7x24 handset: one above the lowest level (township; street in a city)."""
    duty_level = max(0, levels - 2) if levels else 1
    return next((s for s in path if s.level <= duty_level), path[-1])


def _neighbours(session: Session, station: Station, most: int) -> Sequence[Station]:
    codes = station.neighbours[:most]
    if not codes:
        return []
    found = session.scalars(
        select(Station).where(Station.tenant_id == station.tenant_id, Station.code.in_(codes), Station.active)
    ).all()
    return sorted(found, key=lambda s: codes.index(s.code))


class _Reader:
    """The look-ups of one inquiry; remembers which telephones are in use right now."""

    def __init__(self, session: Session, vault: Vault, now: datetime, language: str) -> None:
        self._session, self._vault, self._now, self._language = session, vault, now, language
        self._busy = set(session.scalars(select(Hold.number_hash).where(Hold.until > now)))
        self._duty: Mapping[UUID, StationDuty] = {}

    def stations(self, stations: Iterable[Station]) -> dict[UUID, StationFacts]:
        """Return the facts of stations: their handsets and who is on duty."""
        names = {s.id: short_name(s, "zh-CN") for s in stations}
        spoken = {s.id: short_name(s, self._language) for s in stations}
        handsets: dict[UUID, list[Phone]] = {id_: [] for id_ in names}
        rows = self._session.scalars(
            select(Handset)
            .where(Handset.station_id.in_(names), Handset.active)
            .order_by(Handset.priority, Handset.code)
        )
        for row in rows:
            handsets[row.station_id].append(self._handset(row, names[row.station_id]))
        self._duty = duty_at(self._session, names.keys(), self._now)
        staff = self._staff_phones({d.backup.staff_id for d in self._duty.values() if d.backup})
        missing = unconfirmed(self._session, self._now, names)
        return {
            id_: StationFacts(
                id=id_,
                name=spoken[id_],
                handsets=tuple(handsets[id_]),
                first=carried(self._duty[id_].first, handsets[id_], 0, {}),
                backup=carried(self._duty[id_].backup, handsets[id_], 1, staff),
                unconfirmed=(first := self._duty[id_].first) is not None and (id_, first.staff_id) in missing,
            )
            for id_ in names
        }

    def paired(self, survivor_id: UUID | None, stations: Mapping[UUID, StationFacts]) -> tuple[Phone | None, bool]:
        """Return the telephone of the survivor's paired person and whether that person is on duty now."""
        if survivor_id is None:
            return None, False
        staff_id = self._session.scalar(select(Survivor.paired_staff_id).where(Survivor.id == survivor_id))
        if staff_id is None:
            return None, False
        for id_, duty in self._duty.items():
            if duty.first and duty.first.staff_id == staff_id:
                return stations[id_].first, True
            if duty.backup and duty.backup.staff_id == staff_id:
                return stations[id_].backup, True
        return self._staff_phones({staff_id}).get(staff_id), False

    def branches(self, tenant_id: UUID, area: Collection[UUID]) -> tuple[BranchFacts, ...]:
        """Return the volunteer and partner lines that serve the caller's area."""
        found: list[BranchFacts] = []
        for owner, column, kind in (
            (Team, BranchLine.team_id, "volunteer"),
            (Partner, BranchLine.partner_id, "partner"),
        ):
            rows = self._session.execute(
                select(BranchLine, owner.id, owner.name, owner.name_en)
                .join(owner, column == owner.id)
                .where(BranchLine.tenant_id == tenant_id, BranchLine.active, owner.active)
                .where(or_(owner.station_id.is_(None), owner.station_id.in_(area)))
            )
            for line, owner_id, name, name_en in rows:
                spoken = name_en if name_en and self._language == "en" else name
                phone = replace(
                    self._phone("branch", line.id, name, line.number_hash, line.number_sealed),
                    extension=line.extension,
                    own_queue=line.own_queue,
                )
                is_open = hours.is_open(line.hours, self._now)
                found.append(
                    BranchFacts(phone, owner_id, spoken, kind, frozenset(line.serves), is_open, priority=line.priority)
                )
        return tuple(found)

    def cut_off(self, inquiry: Inquiry, within: timedelta) -> Phone | None:
        """Return the telephone that took this caller's last call, if that ended a short while ago."""
        if inquiry.from_hash is None or not within:
            return None
        leg = self._session.scalars(
            select(Leg)
            .join(Call, Call.accepted_leg_id == Leg.id)
            .where(Call.from_hash == inquiry.from_hash, Call.ended_at.between(self._now - within, self._now))
            .where(Call.tenant_id == inquiry.tenant_id)
            .order_by(Call.ended_at.desc())
            .limit(1)
        ).first()
        if leg is None:
            return None
        phone = self._phone(leg.target_kind, leg.target_id, leg.label, leg.number_hash, leg.number_sealed)
        return replace(phone, station_id=leg.station_id, own_queue=leg.own_queue)

    def tried(self, call_id: UUID | None) -> frozenset[str]:
        """Return the numbers that this call has rung already."""
        if call_id is None:
            return frozenset()
        states = [s.value for s in TRIED]
        sealed = self._session.scalars(select(Leg.number_sealed).where(Leg.call_id == call_id, Leg.state.in_(states)))
        return frozenset(from_stored(self._vault.open(s)).value for s in sealed)

    def _handset(self, row: Handset, station: str) -> Phone:
        phone = self._phone("handset", row.id, f"{station}值班手机", row.number_hash, row.number_sealed)
        return replace(phone, extension=row.extension, state=row.state, station_id=row.station_id)

    def _staff_phones(self, ids: Collection[UUID]) -> dict[UUID, Phone]:
        if not ids:
            return {}
        rows = self._session.scalars(select(Staff).where(Staff.id.in_(ids), Staff.number_sealed.is_not(None)))
        return {
            row.id: replace(
                self._phone("staff", row.id, row.name, row.number_hash or b"", row.number_sealed or b""),
                station_id=row.station_id,
            )
            for row in rows
        }

    def _phone(self, kind: str, id_: UUID, label: str, number_hash: bytes, sealed: bytes) -> Phone:
        number = from_stored(self._vault.open(sealed))
        return Phone(kind, id_, number.value, label, extension=number.extension or "", busy=number_hash in self._busy)


def carried(duty: OnDuty | None, handsets: Sequence[Phone], usual: int, own: Mapping[UUID, Phone]) -> Phone | None:
    """Return the telephone a person on duty carries: the shift's handset, else the role's, else their own."""
    if duty is None:
        return None
    named = [h for h in handsets if h.id == duty.handset_id] or handsets[usual : usual + 1]
    if not named:
        return own.get(duty.staff_id)
    return replace(named[0], label=f"{named[0].label}（{duty.name}）")
