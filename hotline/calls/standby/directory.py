"""What hotline.calls.lookup answers from the database, answered from a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from hotline.calls.chain import sealing
from hotline.calls.facts import BranchFacts, Facts, Phone, StationFacts
from hotline.calls.lookup import carried
from hotline.calls.standby.memo import PREFIX_BYTES, Memo
from hotline.calls.standby.snapshot import LineRow, Person, Snapshot, StationRow
from hotline.directory import hours
from hotline.directory.policy import RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.numbers import Number
from hotline.roster.duty import ROLES, Roster, StationDuty, on_duty
from hotline.vault import Vault
from ivr_flows.engine.steps import Choice

_DUTIES_KEPT = timedelta(hours=6)
"""At the longest; a change of the roster makes a new snapshot."""


@dataclass(frozen=True)
class Live:
    """What no snapshot knows, because it changes with every call; None where the snapshot's own must do."""

    busy: Collection[str] = ()
    """Numbers that other calls ring or talk on at this moment."""
    states: Mapping[UUID, str] | None = None
    """Handsets that are not ok."""
    missing: Collection[tuple[UUID, UUID | None]] | None = None
    """Stations and people on duty who were asked and are not known to be there."""
    person: Person | None = None
    """The caller's file."""
    cut_off: Phone | None = None
    """The telephone on which the caller's last call was cut off a short while ago."""

    def now(self, phone: Phone) -> Phone:
        """Return a telephone as it stands at this moment."""
        busy, state = phone.number in self.busy, (self.states or {}).get(phone.id, "ok")
        return replace(phone, busy=busy, state=state) if (busy, state) != (phone.busy, phone.state) else phone


class Directory:
    """A snapshot with its indices; made anew when its directory, duties or policies are."""

    def __init__(self, snapshot: Snapshot, vault: Vault) -> None:
        self.snapshot = snapshot
        """Replaced by one that differs in people, unwell handsets or who is missing only: no index is made of these."""
        self.lines = {line.id: line for line in snapshot.lines}
        self._by_number = {line.number: line for line in snapshot.lines}
        self.stations = {station.id: station for station in snapshot.stations}
        self._by_code = {(s.tenant_id, s.code): s for s in snapshot.stations if s.active}
        self._policies = {(p.tenant_id, p.station_id): p.data for p in snapshot.policies}
        phones = [*(p for some in snapshot.handsets.values() for p in some), *snapshot.staff.values()]
        phones += [branch.phone for branch in snapshot.branches]
        self._branch_numbers = {branch.phone.number for branch in snapshot.branches}
        self._numbers = {vault.fingerprint(p.number): p.number for p in phones}
        self._prefixes = {hash_[:PREFIX_BYTES]: number for hash_, number in self._numbers.items()}
        self._duties: dict[UUID, tuple[datetime, datetime, StationDuty]] = {}
        self.policy = lru_cache(maxsize=None)(self._policy)
        """Station -> the policy in force there: its own, else the nearest above it, else the tenant's."""
        self.seal = lru_cache(maxsize=None)(sealing(vault))
        """Telephone -> its keyed hash and its sealed number, as legs keep them."""

    def line_called(self, called: Number | None) -> LineRow | None:
        """Return the published line of a number; an unknown one is taken as the first trunk line."""
        trunk = next((line for line in self.snapshot.lines if line.flow == "main"), None)
        return self._by_number.get(called.value, trunk) if called else trunk

    def people(self, tenant_id: UUID, number_hash: bytes | None) -> Sequence[Person]:
        """Return who may be ringing from a number."""
        texts = self.snapshot.people.by_number.get(number_hash.hex(), ()) if number_hash else ()
        return [person for person in map(Person.read, texts) if person.tenant_id == tenant_id]

    def person(self, survivor_id: UUID | None) -> Person | None:
        """Return a survivor; None: nobody is known by that."""
        text = self.snapshot.people.by_id.get(str(survivor_id))
        return Person.read(text) if text else None

    def path(self, station_id: UUID) -> Sequence[StationRow]:
        """Return a station and those above it."""
        found: list[StationRow] = []
        at: UUID | None = station_id
        while at in self.stations and len(found) < 20:
            found.append(self.stations[at])
            at = found[-1].parent_id
        return found

    def duty_station(self, station_id: UUID) -> StationRow:
        """Return the station whose duty handset serves the people of a station: itself or one above it."""
        path = self.path(station_id)
        levels = self.snapshot.levels.get(path[0].tenant_id, 0)
        duty_level = max(0, levels - 2) if levels else 1
        return next((s for s in path if s.level <= duty_level), path[-1])

    def _policy(self, station_id: UUID) -> RoutingPolicy:
        path = self.path(station_id)
        places = [(s.tenant_id, s.id) for s in path] + [(path[0].tenant_id, None)]
        return RoutingPolicy.model_validate(next((self._policies[p] for p in places if p in self._policies), {}))

    def numbers(self, prefixes: Iterable[bytes]) -> frozenset[str]:
        """Return the numbers that these prefixes of hashes mean."""
        return frozenset(self._prefixes[prefix] for prefix in prefixes if prefix in self._prefixes)

    def hashed(self, hashes: Iterable[bytes]) -> frozenset[str]:
        """Return the numbers with these keyed hashes."""
        return frozenset(self._numbers[hash_] for hash_ in hashes if hash_ in self._numbers)

    def is_branch(self, number: Number) -> bool:
        """Return whether a telephone is a volunteer's or partner's: they are told as little as helps."""
        return number.value in self._branch_numbers

    def spoken(self, station: StationRow, language: str) -> str:
        """Return a station's name as it is said."""
        return station.name_en if language == "en" else station.name

    def choices(self, what: str, memo: Memo, caller_hash: bytes | None) -> tuple[Choice, ...]:
        """Return a list that the flow reads out: stations, needs, domains, survivors."""
        tenant, english = self.lines[memo.line_id].tenant_id, memo.language == "en"
        if what in ("needs", "domains"):
            words = NEEDS if what == "needs" else DOMAINS
            return tuple(Choice(code, both[english]) for code, both in words.items())
        if what == "survivors":
            return tuple(Choice(str(p.id), p.name) for p in self.people(tenant, caller_hash))
        level = max(1, self.snapshot.levels.get(tenant, 0) - 2)
        shown = [s for s in self.snapshot.stations if s.tenant_id == tenant and s.active and s.level == level]
        return tuple(Choice(str(s.id), self.spoken(s, memo.language)) for s in sorted(shown, key=lambda row: row.code))

    def facts(self, memo: Memo, now: datetime, caller: str | None, live: Live) -> Facts:
        """Return what the plan of a call depends on."""
        line, path, live = self.lines[memo.line_id], self.path(memo.home), self._completed(live)
        station, policy = self.duty_station(memo.home), self.policy(memo.home)
        codes = station.neighbours[: policy.neighbours]
        near = [self._by_code[key] for code in codes if (key := (station.tenant_id, code)) in self._by_code]
        parents = [s for s in path if 0 < s.level < station.level]
        root, home = path[-1], path[0]
        rows = {s.id: s for s in (station, home, root, *near, *parents)}
        duties = {id_: self._duty(id_, now) for id_ in rows}
        around = {id_: self._station(row, duties[id_], memo.language, live) for id_, row in rows.items()}
        person = live.person or self.person(memo.survivor)
        paired, on = self._paired(person, around, duties, live)
        left = policy.limit_seconds - int((now - memo.started).total_seconds())
        return Facts(
            now=now,
            policy=policy.model_copy(update={"limit_seconds": left}),
            station=around[station.id],
            village=around[home.id] if home.level > station.level else None,
            neighbours=tuple(around[s.id] for s in (*near, *parents)),
            county=around[root.id] if root.id != station.id else None,
            paired=paired,
            paired_on_duty=on,
            branches=self._branches(line, {s.id for s in path}, now, memo.language, live),
            caller=caller,
            flow=line.flow,
            need=memo.need,
            domain=memo.domain,
            urgent=memo.urgent,
            called_owner=line.owner_id,
            cut_off=live.cut_off,
            tried=self.numbers(memo.rung),
        )

    def _duty(self, station_id: UUID, now: datetime) -> StationDuty:
        """Return who is on duty; remembered until the roster says the next change may come."""
        since, until, duty = self._duties.get(station_id, (now, now, StationDuty(station_id, None, None)))
        if not since <= now < until:
            roster = self.snapshot.rosters.get(station_id) or Roster(station_id)
            edges = (roster.role(name).edges(now, now + _DUTIES_KEPT)[1] for name in ROLES)
            duty = on_duty(roster, now)
            self._duties[station_id] = now, min(edges), duty
        return duty

    def _station(self, row: StationRow, duty: StationDuty, language: str, live: Live) -> StationFacts:
        handsets = [live.now(phone) for phone in self.snapshot.handsets.get(row.id, ())]
        staff = {id_: live.now(self.snapshot.staff[id_]) for id_ in _carriers(duty) if id_ in self.snapshot.staff}
        return StationFacts(
            id=row.id,
            name=self.spoken(row, language),
            handsets=tuple(handsets),
            first=carried(duty.first, handsets, 0, {}),
            backup=carried(duty.backup, handsets, 1, staff),
            unconfirmed=duty.first is not None and (row.id, duty.first.staff_id) in (live.missing or ()),
        )

    def _completed(self, live: Live) -> Live:
        """Return what is known of this moment, with the snapshot's own word where nothing newer is."""
        states = self.snapshot.unwell if live.states is None else live.states
        return replace(live, states=states, missing=self.snapshot.missing if live.missing is None else live.missing)

    def _paired(
        self,
        person: Person | None,
        around: Mapping[UUID, StationFacts],
        duties: Mapping[UUID, StationDuty],
        live: Live,
    ) -> tuple[Phone | None, bool]:
        if person is None or person.paired is None:
            return None, False
        for id_, duty in duties.items():
            if duty.first and duty.first.staff_id == person.paired:
                return around[id_].first, True
            if duty.backup and duty.backup.staff_id == person.paired:
                return around[id_].backup, True
        phone = self.snapshot.staff.get(person.paired)
        return (live.now(phone) if phone else None), False

    def _branches(
        self, line: LineRow, area: Collection[UUID], now: datetime, language: str, live: Live
    ) -> tuple[BranchFacts, ...]:
        return tuple(
            BranchFacts(
                live.now(b.phone), b.owner_id, b.owner_en if b.owner_en and language == "en" else b.owner, b.kind,
                b.serves, hours.is_open(b.hours, now), priority=b.priority,
            )
            for b in self.snapshot.branches
            if b.tenant_id == line.tenant_id and (b.station_id is None or b.station_id in area)
        )  # fmt: skip


def _carriers(duty: StationDuty) -> Iterable[UUID]:
    return (one.staff_id for one in (duty.first, duty.backup) if one)
