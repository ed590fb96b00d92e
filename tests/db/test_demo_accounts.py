"""Demo accounts of the sample county: made once, on this machine, with the simulated carrier only."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.models import Account
from hotline.accounts.roles import Role
from hotline.commands.demo import make_demo_accounts
from hotline.db import create
from hotline.directory.models import Station
from hotline.settings import Settings
from tests.servers import Addresses


@pytest.fixture
def county(settings: Settings, servers: Addresses, county_template: str) -> Iterator[Settings]:
    name = f"demo_{uuid4().hex}"
    yield settings.model_copy(update={"database_url": servers.create_database(name, county_template)})
    servers.drop_database(name)


def accounts(settings: Settings) -> dict[str, tuple[str, str]]:
    engine = create(settings.database_url)
    with Session(engine) as session:
        rows = session.execute(select(Account, Station).outerjoin(Station, Station.id == Account.station_id)).all()
        found = {row[0].role: (row[1].name if row[1] else "", row[0].password_hash) for row in rows}
    engine.dispose()
    return found


def test_one_a_role_in_the_county_and_its_first_township(county: Settings) -> None:
    assert make_demo_accounts(county) and make_demo_accounts(county)
    made = accounts(county)
    assert set(made) == set(Role) and {password for _, password in made.values()} == {""}
    assert made["coordinator"][0] == "沁水县退役军人服务中心" and made["administrator"][0] == ""
    assert "龙港镇" in made["duty"][0] and made["duty"] == made["head"]


@pytest.mark.parametrize("other", [{"carrier": "twilio"}, {"host": "0.0.0.0"}, {"host": "192.168.1.5"}, {"host": "::"}])
def test_none_where_others_could_come_in(county: Settings, other: dict[str, str]) -> None:
    assert not make_demo_accounts(county.model_copy(update=other))
    assert accounts(county) == {}
