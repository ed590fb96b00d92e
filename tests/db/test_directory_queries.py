"""Whoever rings is found by the number, and a station by its place in the tree."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.calls.lookup import policy_for
from hotline.directory.models import Line, Station, Survivor, Tenant
from hotline.directory.queries import descendants, find_callers, find_line, station_label, station_path
from hotline.numbers import parse
from tests.db.directory_facts import SMALL, VAULT, import_text


@pytest.fixture(autouse=True)
def _small(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)


def _tenant(session: Session) -> UUID:
    return session.scalars(select(Tenant.id)).one()


def _station(session: Session, code: str) -> UUID:
    return session.scalars(select(Station.id).where(Station.code == code)).one()


def test_a_line_is_found_by_its_number_and_only_while_in_use(session: Session) -> None:
    found = find_line(session, VAULT, parse("(0356) 0111112"))
    assert found is not None
    assert found.code == "care"
    assert find_line(session, VAULT, parse("0356-0111119")) is None
    session.execute(update(Line).values(active=False))
    assert find_line(session, VAULT, parse("0356-0111112")) is None


def test_everybody_behind_a_number_is_found_the_likeliest_first(session: Session) -> None:
    people = find_callers(session, VAULT, _tenant(session), parse("0356-0222222"))
    assert [person.code for person in people] == ["p2", "p1"], "it is p2's first telephone and p1's second"


def test_a_stranger_and_one_who_left_are_nobody(session: Session) -> None:
    assert find_callers(session, VAULT, _tenant(session), parse("15400009999")) == []
    session.execute(update(Survivor).values(active=False))
    assert find_callers(session, VAULT, _tenant(session), parse("0356-0222222")) == []


def test_the_way_up_and_what_lies_below(session: Session) -> None:
    assert [s.code for s in station_path(session, _station(session, "village"))] == ["village", "town", "county"]
    assert [s.code for s in descendants(session, _station(session, "county"))] == ["county", "other", "town", "village"]
    assert [s.code for s in descendants(session, _station(session, "village"))] == ["village"]


def test_a_label_names_the_way_down(session: Session) -> None:
    assert station_label(session, _station(session, "village")) == "一镇 › 一村"
    assert station_label(session, _station(session, "county")) == "县中心"


def test_the_nearest_policy_above_holds_and_a_tree_that_goes_round_ends(session: Session) -> None:
    tenant, village, county = _tenant(session), _station(session, "village"), _station(session, "county")
    assert policy_for(session, tenant, village).chain == ("duty", "backup", "county"), "the township's"
    assert policy_for(session, tenant, county).limit_seconds == 80, "the tenant's"
    session.execute(update(Station).where(Station.code == "county").values(parent_id=village))
    assert policy_for(session, tenant, village).chain == ("duty", "backup", "county")
