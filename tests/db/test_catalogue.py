"""The catalogue in the database: imported, found, expired; and the guidance taken from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.directory.catalogue.matching import How
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.catalogue.scoring import score
from hotline.directory.catalogue.search import browse, find, search
from hotline.directory.models import Tenant
from tests.conftest import rolled_back
from tests.db.directory_facts import SAMPLES, import_path, import_text

TODAY = date(2026, 11, 23)
FILES = [SAMPLES / f"catalogue_{place}.yaml" for place in ("qinshui", "shenzhen", "lvliang", "suqian")]

ASKED = [
    ("看病报销", "medical-grant"),
    ("医保", "medical-grant"),
    ("yibao", "medical-grant"),
    ("yb", "medical-grant"),
    ("kbbx", "medical-grant"),
    ("免费坐车", "green-bus"),
    ("mfzc", "green-bus"),
    ("上坟", "remote-tomb-sweeping"),
    ("shangfen", "remote-tomb-sweeping"),
    ("异地祭扫", "remote-tomb-sweeping"),
    ("异地忌扫", "remote-tomb-sweeping"),
    ("yidijisoa", "remote-tomb-sweeping"),
    ("tomb-sweeping", "remote-tomb-sweeping"),
    ("请问去外地扫墓怎么办", "remote-tomb-sweeping"),
    ("养老院", "elder-home"),
    ("care homes", "elder-home"),
    ("公租房", "public-rental-first"),
    ("孙子上大学学费", "study-grant"),
    ("心里难受", "volunteer-counselling"),
    ("scholarships", "study-grant"),
    ("绿色通道 医院", "green-hospital"),
]


def tenant_of(session: Session, code: str) -> Tenant:
    return session.scalars(select(Tenant).where(Tenant.code == code)).one()


@pytest.fixture(scope="module")
def filled(own_engine: Engine) -> Engine:
    """A database with the county's catalogue, imported once for all who only search it."""
    with Session(own_engine) as session:
        assert import_path(session, FILES[0]).errors == ()
        session.commit()
    return own_engine


@pytest.fixture
def session(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Session]:
    """With the county's catalogue for those who ask for the county, empty for those who import."""
    at = request.getfixturevalue("filled") if "county" in request.fixturenames else engine
    with rolled_back(at) as session:
        yield session


@pytest.fixture
def county(session: Session) -> Tenant:
    return tenant_of(session, "qinshui")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_is_imported_and_again_changes_nothing(session: Session, path: Path) -> None:
    first = import_path(session, path)
    assert [str(error) for error in first.errors] == []
    again = import_path(session, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_entry_of_a_sample_is_complete_and_promises_nothing_unsaid(session: Session, path: Path) -> None:
    import_path(session, path)
    for entry in session.scalars(select(CatalogueEntry)):
        assert all((entry.title_en, entry.summary, entry.summary_en, entry.contact, entry.everyday)), entry.code
        assert "解释为准" in entry.conditions, entry.code


def test_all_mistakes_of_a_file_are_told_at_once(session: Session, tmp_path: Path) -> None:
    report = import_text(
        session,
        tmp_path,
        """
tenant: {code: small, name: 小县}
catalogue:
  - {code: a, area: 生和, title: 甲, summary: 甲, unit: 局, source: Q21 s.1}
  - {code: b, area: 生活, title: 乙, summary: 乙, unit: 局, source: 二十一号}
  - {code: c, area: living, title: 丙, summary: 丙, unit: 局, source: Q21 s.1,
     valid_from: 2026-02-01, valid_to: 2026-01-01}
  - {code: d, area: living, summary: 丁, unit: 局, source: Q21 s.1}
""",
    )
    assert [error.field.split()[-1] for error in report.errors] == ["area", "source", "valid_to", "title"]
    assert session.scalars(select(CatalogueEntry)).all() == []


@pytest.mark.parametrize(("asked", "code"), ASKED)
def test_what_people_say_or_type_finds_the_entry(session: Session, county: Tenant, asked: str, code: str) -> None:
    codes = [hit.entry.code for hit in search(session, county.id, asked, TODAY)]
    assert code in codes[:2]


@pytest.mark.parametrize("asked", [asked for asked, _ in ASKED] + ["y", "sf", "药", "热线", "烈士", "zzzz"])
def test_the_database_withholds_nothing_that_is_meant(session: Session, county: Tenant, asked: str) -> None:
    """Against the rules over all entries: nothing else, nothing less; of what is only nearly so, the best at least."""
    scored = [(score(asked, entry.document), entry) for entry in browse(session, county.id, TODAY)]
    found = {entry.code: one for one, entry in scored if one}
    surely = {code: one.score for code, one in found.items() if one.why.how is not How.NEARLY}
    hits = {hit.entry.code: hit.score for hit in search(session, county.id, asked, TODAY, limit=99)}
    assert surely.items() <= hits.items() <= {code: one.score for code, one in found.items()}.items()
    assert max(hits.values(), default=0) == max((one.score for one in found.values()), default=0)


def test_what_is_only_nearly_so_is_offered_only_when_nothing_is_so(session: Session, county: Tenant) -> None:
    assert {hit.why.how for hit in search(session, county.id, "医保", TODAY, limit=99)} == {How.WRITTEN}
    assert {hit.why.how for hit in search(session, county.id, "异地忌扫", TODAY, limit=99)} >= {How.NEARLY}


def test_nothing_asked_offers_nothing_and_the_limit_holds(session: Session, county: Tenant) -> None:
    assert search(session, county.id, " ？", TODAY) == []
    assert len(search(session, county.id, "绿色通道", TODAY, limit=2)) == 2
    assert search(session, county.id, "医保" * 500 + "%_\\", TODAY)


def test_only_what_holds_on_the_day_is_offered(session: Session, county: Tenant) -> None:
    entry = find(session, county.id, "elder-home")
    assert entry
    entry.valid_from, entry.valid_to = date(2026, 1, 1), date(2026, 12, 31)
    session.flush()

    def offered(on: date) -> bool:
        return entry in [hit.entry for hit in search(session, county.id, "养老院", on)]

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [offered(day) for day in days] == [False, True, True, False]
    entry.active = False
    session.flush()
    assert not offered(date(2026, 6, 1))


def test_an_entry_is_found_by_its_new_words_after_a_change(session: Session, county: Tenant) -> None:
    entry = find(session, county.id, "elder-home")
    assert entry
    entry.everyday = [*entry.everyday, "颐乐堂"]
    session.flush()
    assert search(session, county.id, "yiletang", TODAY)[0].entry is entry


def test_each_tenant_has_its_own_catalogue(session: Session, county: Tenant) -> None:
    import_path(session, FILES[1])
    city = tenant_of(session, "shenzhen")
    assert {hit.entry.tenant_id for hit in search(session, city.id, "粮卡", TODAY)} == {city.id}
    assert all("粮卡" not in hit.entry.title for hit in search(session, county.id, "粮卡", TODAY))
    assert {entry.area for entry in browse(session, city.id, TODAY, "housing")} == {"housing"}


@pytest.mark.parametrize(
    "wrong",
    [{"area": "moon"}, {"source": ""}, {"unit": ""}, {"valid_from": TODAY, "valid_to": TODAY - timedelta(days=1)}],
)
def test_the_database_refuses_what_the_import_would(session: Session, county: Tenant, wrong: dict[str, object]) -> None:
    right = {"area": "living", "code": "x", "title": "某", "unit": "某局", "source": "Q21 s.1"}
    session.add(CatalogueEntry(tenant_id=county.id, **{**right, **wrong}))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_trigram_index_serves_every_way_of_asking(session: Session, county: Tenant) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    for condition in ("LIKE '%养老院%'", r"~ '\my(?:[a-z]* )?a(?:[a-z]* )?n(?:[a-z]* )?g'", "%> 'yidijisoa'"):
        plan = session.scalars(text(f"EXPLAIN SELECT id FROM catalogue_entry WHERE search_text {condition}")).all()
        assert any("ix_catalogue_entry_search_text" in line for line in plan), condition
