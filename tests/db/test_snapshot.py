"""The snapshot answers as the database does: the same plan for everybody, at any hour, also after a night on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hotline.calls.explain import facts_from
from hotline.calls.facts import Facts
from hotline.calls.routing import make_plan
from hotline.calls.standby import snapshot as kept
from hotline.calls.standby import taking
from hotline.calls.standby.directory import Directory, Live
from hotline.calls.standby.memo import Memo
from hotline.db import create, new_id
from hotline.directory.models import Handset, Line, Station, Survivor, SurvivorPhone
from hotline.intake import import_file
from hotline.numbers import Number, from_stored
from hotline.vault import Vault
from tests.stories.town import SAMPLE

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
VAULT = Vault((Fernet.generate_key().decode(),), b"pepper")


@pytest.fixture
def county(session: Session) -> Session:
    report = import_file(session, SAMPLE, VAULT, NOW)
    assert not report.errors
    return session


def _questions(session: Session) -> Iterator[tuple[Line, Number | None, datetime, dict[str, object]]]:
    """Everybody on every line at nine in the morning; some at night, at the weekend, with a choice."""
    lines = session.scalars(select(Line)).all()
    phones = session.scalars(select(SurvivorPhone.number_hash).join(Survivor)).all()
    numbers = [from_stored(VAULT.open(p.number_sealed)) for p in session.scalars(select(SurvivorPhone))]
    assert len(phones) > 10 and len(lines) > 5
    for number, line in enumerate(lines):
        yield line, None, NOW + timedelta(hours=9 * number), {}
    for number, caller in enumerate(numbers):
        yield lines[number % len(lines)], caller, NOW + timedelta(hours=5 * number % 72), {}
        choice: dict[str, object] = {"urgent": True} if number % 2 else {"need": "counselling"}
        yield lines[0], caller, NOW + timedelta(hours=7 * number % 72), choice


def test_the_same_plan_as_from_the_database(county: Session, tmp_path: Path) -> None:
    kept.save(taking.take(county, VAULT, NOW), tmp_path / "snapshot", VAULT)
    loaded = kept.load(tmp_path / "snapshot", VAULT)
    assert loaded is not None
    directory = Directory(loaded, VAULT)
    for line, caller, at, choice in _questions(county):
        expected = facts_from(county, VAULT, line, at, caller, **choice)  # type: ignore[arg-type]
        found = directory.line_called(from_stored(VAULT.open(line.number_sealed)))
        assert found is not None and found.id == line.id
        people = directory.people(line.tenant_id, VAULT.fingerprint(caller.value) if caller else None)
        home = people[0].station_id if people else line.station_id
        memo = Memo(new_id(), line.id, home, directory.duty_station(home).id, at, **choice)  # type: ignore[arg-type]
        memo = dataclasses.replace(memo, survivor=people[0].id if len(people) == 1 else None)
        given = directory.facts(memo, at, caller.value if caller else None, Live())
        assert _sorted(given) == _sorted(expected)
        assert make_plan(given) == make_plan(expected)


def _sorted(facts: Facts) -> Facts:
    return dataclasses.replace(facts, branches=tuple(sorted(facts.branches, key=lambda b: str(b.phone.id))))


def test_what_somebody_else_wrote_is_no_snapshot(county: Session, tmp_path: Path) -> None:
    file = tmp_path / "snapshot"
    kept.save(taking.take(county, VAULT, NOW), file, VAULT)
    assert b"1540358" not in file.read_bytes() and file.stat().st_mode & 0o077 == 0
    assert kept.load(file, Vault((Fernet.generate_key().decode(),), b"other")) is None
    file.write_bytes(file.read_bytes()[:-40] + b"A" * 40)
    assert kept.load(file, VAULT) is None
    assert kept.load(tmp_path / "none", VAULT) is None


def test_people_changed_are_another_version(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database())
    with Session(engine) as session:
        assert not import_file(session, SAMPLE, VAULT, NOW).errors
        _committed(session)
        before = taking.people_version(session)
        session.execute(update(Survivor).where(Survivor.code == "p001").values(village="别处"))
        _committed(session)
        assert taking.people_version(session) != before
    engine.dispose()


def _committed(session: Session) -> None:
    """Commit, and let PostgreSQL say at once what it would say within seconds."""
    session.execute(select(func.pg_stat_force_next_flush()))
    session.commit()


def test_only_what_has_changed_is_taken_anew(county: Session) -> None:
    """A handset that falls ill costs no reading of a hundred thousand survivors; nor does a roster."""
    first = taking.take(county, VAULT, NOW)
    assert first.people.by_number and first.rosters and not first.unwell
    assert taking.take(county, VAULT, NOW, first) is first
    county.execute(update(Handset).where(Handset.code == "longgang-1").values(state="dead"))
    ill = taking.take(county, VAULT, NOW, first)
    assert list(ill.unwell.values()) == ["dead"]
    assert ill.rosters is first.rosters and ill.people is first.people
    county.execute(update(Station).where(Station.code == "longgang").values(active=False))
    moved = taking.take(county, VAULT, NOW, ill)
    assert moved.rosters is not ill.rosters and moved.people is ill.people and moved.unwell == ill.unwell
    elsewhere = dataclasses.replace(moved, people=dataclasses.replace(moved.people, version="older"))
    assert taking.take(county, VAULT, NOW, elsewhere).rosters is moved.rosters
    later = taking.take(county, VAULT, NOW + taking.OLDEST, moved)
    assert later.rosters is not moved.rosters and later.taken_at > moved.taken_at


def test_what_is_taken_up_is_what_is_answered(county: Session) -> None:
    """A directory that goes on with newer people and handsets answers as one that is made of them."""
    first = taking.take(county, VAULT, NOW)
    directory, line = Directory(first, VAULT), county.scalars(select(Line).where(Line.code == "longgang")).one()
    county.execute(update(Handset).where(Handset.code == "longgang-1").values(state="suspect"))
    county.execute(update(Survivor).where(Survivor.code == "p003").values(village="别处"))
    newer = taking.take(county, VAULT, NOW, dataclasses.replace(first, people=kept.People("older")))
    directory.snapshot = newer
    anew = Directory(newer, VAULT)
    memo = Memo(new_id(), line.id, line.station_id, directory.duty_station(line.station_id).id, NOW)
    given = directory.facts(memo, NOW, None, Live())
    assert given == anew.facts(memo, NOW, None, Live()) and given.station.handsets[0].state == "suspect"
    survivor = county.scalars(select(Survivor).where(Survivor.code == "p003")).one()
    person = directory.person(survivor.id)
    assert person and person.village == "别处" and person == anew.person(survivor.id)


def test_people_on_disk_that_somebody_else_wrote_are_nobody(county: Session, tmp_path: Path) -> None:
    file = tmp_path / "snapshot"
    taken = taking.take(county, VAULT, NOW)
    kept.save(taken, file, VAULT)
    assert kept.load(file, VAULT) == taken
    beside = tmp_path / "snapshot.people"
    beside.write_bytes(beside.read_bytes()[:-40] + b"A" * 40)
    loaded = kept.load(file, VAULT)
    assert loaded and not loaded.people.by_number and loaded.lines == taken.lines
