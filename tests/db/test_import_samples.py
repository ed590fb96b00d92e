"""The sample files go in without a word of complaint, twice, and ring nobody real."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import BranchLine, Handset, Line, Staff, Station, Survivor, SurvivorPhone, Tenant
from hotline.numbers import from_stored
from tests.db.directory_facts import SAMPLES, VAULT, import_path

FILES = [SAMPLES / "qinshui.yaml", SAMPLES / "shenzhen.yaml"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_is_imported_and_importing_it_again_changes_nothing(session: Session, path: Path) -> None:
    first = import_path(session, path)
    assert [str(error) for error in first.errors] == []
    assert first.added > 200
    again = import_path(session, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_of_a_sample_rings_nobody(session: Session, path: Path) -> None:
    import_path(session, path)
    for model in (Handset, Staff, SurvivorPhone, BranchLine, Line):
        sealed = session.scalars(select(model.number_sealed)).all()
        assert sealed
        real = [n.masked for n in (from_stored(VAULT.open(s)) for s in sealed if s) if not n.is_synthetic]
        assert real == [], model.__name__


def test_the_sample_county_has_its_twelve_townships_and_villages(session: Session) -> None:
    import_path(session, SAMPLES / "qinshui.yaml")
    levels = list(session.scalars(select(Station.level)))
    assert (levels.count(0), levels.count(1)) == (1, 12)
    assert levels.count(2) >= 24
    assert session.scalars(select(Tenant.levels)).one() == ["县", "乡镇", "村"]
    townships = session.scalars(select(Station).where(Station.level == 1)).all()
    assert all(station.neighbours for station in townships)
    assert 50 <= len(session.scalars(select(Survivor)).all()) <= 80


def test_the_sample_city_has_four_tiers(session: Session) -> None:
    import_path(session, SAMPLES / "shenzhen.yaml")
    assert set(session.scalars(select(Station.level))) == {0, 1, 2, 3}
    assert session.scalars(select(Tenant.levels)).one() == ["市", "区", "街道", "社区"]
    assert {"粤语", "客家话"} <= set(session.scalars(select(Survivor.dialect)))
