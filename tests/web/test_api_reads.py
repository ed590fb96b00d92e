"""Other systems read calls, the directory, rosters and statistics: what their token reaches, numbers masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Permission
from hotline.directory.models import Staff
from hotline.roster.models import Shift
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, REST, Try, World

HOUR = timedelta(hours=1)
SILENT = Try(1, "duty", "李建国（龙港镇值班）", "duty", "no_answer", 7, ended=22)
TAKEN = Try(2, "backup", "周敏（龙港镇备班）", "backup", "ended", 22, 27, 29.2, 90, "1")
Ask = Callable[..., Any]


@pytest.fixture
def ask(visitor: FlaskClient, bearer: Callable[..., dict[str, str]], world: World) -> Ask:
    """Return what the API answers to a token of the township (or of ``station``) with some scopes."""

    def get(address: str, *scopes: Permission, status: int = 200, **query: object) -> Any:
        answer = visitor.get(address, query_string=query, headers=bearer(*scopes, station=world.township))
        assert answer.status_code == status, answer.text
        return answer.json

    return get


def test_a_call_tells_who_took_it_after_how_long_and_who_did_not(world: World, ask: Ask, session: Session) -> None:
    ticket = world.call("王秀英", NOW - HOUR, [SILENT, TAKEN, *REST[2:]], lasted=90, outcome="answered")
    world.call("张福贵", NOW - 2 * HOUR, lasted=9, outcome="abandoned")
    away = world.call("刘桂兰", NOW - 3 * HOUR, [DUTY], lasted=60, outcome="answered")
    away.station_id = world.county.id
    session.flush()
    first = ask("/api/v1/calls", Permission.TICKETS_SEE, limit=1)
    (taken,) = first["calls"]
    assert (taken["answered_tier"], taken["answered_by"], taken["seconds_to_human"]) == (2, "backup", 30)
    assert taken["ticket"] == {"id": str(ticket.id), "number": ticket.number}
    assert "00000001" not in taken["caller"]
    second = ask("/api/v1/calls", Permission.TICKETS_SEE, limit=1, cursor=first["next"])
    assert [call["outcome"] for call in second["calls"]] == ["abandoned"]
    assert (second["calls"][0]["seconds_to_human"], second["next"]) == (None, None)
    legs = ask(f"/api/v1/calls/{taken['id']}", Permission.TICKETS_SEE)["legs"]
    assert [(leg["tier"], leg["state"]) for leg in legs if leg["rung_at"]] == [(1, "no_answer"), (2, "ended")]
    hidden = ask("/api/v1/calls", Permission.TICKETS_SEE, ticket=str(away.id))
    assert hidden["calls"] == []


def test_survivors_need_a_scope_of_their_own_and_whole_numbers_another(
    world: World, ask: Ask, session: Session
) -> None:
    see, ledger, numbers = Permission.DIRECTORY_SEE, Permission.SURVIVORS_SEE, Permission.NUMBERS_SEE
    stations = ask("/api/v1/directory/stations", see)
    assert [(row["code"], row["parent"]) for row in stations["rows"]] == [("T1", "C"), ("V1", "T1")]
    refused = ask("/api/v1/directory/survivors", see, status=403)
    assert "survivors.see" in refused["detail"]
    (masked,) = ask("/api/v1/directory/survivors", ledger, q="王秀英")["rows"]
    (whole,) = ask("/api/v1/directory/survivors", ledger, numbers, q="王秀英")["rows"]
    assert masked["phones"] == ["154****0001"]
    assert whole["phones"] == ["15400000001"]
    lines = session.scalars(select(AccessLog).order_by(AccessLog.at, AccessLog.id)).all()
    seen = [(line.what, line.station_id) for line in lines if line.subject.endswith("…) survivors")]
    assert sorted(what for what, _ in seen) == ["directory_seen", "number_seen"]
    assert {station for _, station in seen} == {world.township.id}
    assert ask("/api/v1/directory/survivors", ledger, tenant="elsewhere", status=404)


def test_a_roster_says_who_is_on_duty_and_where_nobody_is(world: World, ask: Ask, session: Session) -> None:
    ann = Staff(tenant_id=world.tenant.id, code="ann", station_id=world.township.id, name="安一")
    session.add(ann)
    session.flush()
    place = {"tenant_id": world.tenant.id, "station_id": world.township.id, "role": "first", "staff_id": ann.id}
    session.add(Shift(**place, starts=NOW - HOUR, ends=NOW + HOUR))
    session.flush()
    see = Permission.ROSTER_SEE
    now, then = (ask("/api/v1/roster/duty", see, at=at.isoformat()) for at in (NOW, NOW + 2 * HOUR))
    assert now["stations"][0]["station"]["code"] == "T1"
    assert now["stations"][0]["first"]["staff"] == {"code": "ann", "name": "安一"}
    assert then["stations"][0]["first"] is None
    period = {"since": (NOW - 2 * HOUR).isoformat(), "until": (NOW + 2 * HOUR).isoformat(), "station": "T1"}
    (turn,) = ask("/api/v1/roster/turns", see, **period)["turns"]
    assert (turn["starts"], turn["source"]) == ("2026-11-23T01:32:05Z", "shift")
    gaps = ask("/api/v1/roster/gaps", see, **period)
    assert [gap["ends"] for gap in gaps["gaps"]] == ["2026-11-23T01:32:05Z", "2026-11-23T04:32:05Z"]
    (shift,) = ask("/api/v1/roster/shifts", see, **period)["shifts"]
    assert (shift["staff"]["code"], shift["ends"]) == ("ann", "2026-11-23T03:32:05Z")
    backwards = {"since": period["until"], "until": period["since"]}
    assert "62 days" in str(ask("/api/v1/roster/turns", see, status=422, **backwards)["errors"])
    assert ask("/api/v1/roster/duty", see, status=404, station="C")


def test_statistics_carry_their_definitions_and_agree_with_the_calls(world: World, ask: Ask) -> None:
    world.call("王秀英", NOW - HOUR, [DUTY], lasted=250, outcome="answered")
    world.call("张福贵", NOW - 2 * HOUR, lasted=9, outcome="abandoned")
    day = {"since": "2026-11-23", "until": "2026-11-23"}
    found = ask("/api/v1/statistics", Permission.STATISTICS_SEE, **day)
    assert found["all"]["shares"]["connect"] == {"part": 1, "whole": 2, "share": 0.5}
    assert found["all"]["times"]["wait"] == {"count": 1, "median": 16, "p90": 16, "p95": 16}
    assert found["days"] == [{"day": "2026-11-23", "calls": 2, "reached": 1}]
    assert found["answered_by"] == {"duty": 1, "abandoned": 1}
    assert found["stations"][0]["station"]["code"] == "T1"
    (said,) = [one for one in found["definitions"] if one["code"] == "connect"]
    assert said["source"]["zh"] == "GB/T 33358-2016" and "真人" in said["definition"]["zh"] and said["norm"] == 0.95
