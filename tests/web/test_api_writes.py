"""Other systems work on tickets and rosters: as they were read, once for each key, by the rules of the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.accounts import tokens
from hotline.accounts.roles import Permission
from hotline.directory.models import Staff
from hotline.roster.models import RosterChange, Shift
from hotline.sheets.models import DirectoryChange
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World
from tickets.models import Ticket, TicketEvent

HOUR = timedelta(hours=1)
Call = Callable[..., TestResponse]


@pytest.fixture
def call(visitor: FlaskClient, bearer: Callable[..., dict[str, str]], world: World) -> Call:
    """Ask with one token of the township that may work on tickets and rosters."""
    scopes = (Permission.TICKETS_SEE, Permission.TICKETS_WORK, Permission.ROSTER_SEE, Permission.ROSTER_EDIT)
    scopes += (Permission.DIRECTORY_SEE, Permission.DIRECTORY_EDIT)
    mine = bearer(*scopes, station=world.township)

    def send(method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return visitor.open(f"/api/v1{path}", method=method, json=json, headers={**mine, **named})

    return send


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.call("王秀英", NOW - HOUR, [DUTY], lasted=60, outcome="answered")


def kinds(session: Session, ticket: Ticket) -> list[str]:
    query = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return list(session.scalars(query))


def test_a_change_needs_what_was_read_and_the_second_of_two_overwrites_nothing(
    call: Call, session: Session, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.id}"
    read = call("GET", path).headers["ETag"]
    assert call("PUT", f"{path}/answer", {"answer": "低保到民政所办"}).status_code == 428
    first = call("PUT", f"{path}/answer", {"answer": "低保到民政所办"}, If_Match=read)
    assert (first.status_code, first.get_json()["answer"]) == (200, "低保到民政所办")
    second = call("PUT", f"{path}/answer", {"answer": "不知道"}, If_Match=read, Accept_Language="en")
    assert (second.status_code, second.mimetype) == (412, "application/problem+json")
    assert second.get_json()["title"] == "Somebody changed it meanwhile: read it again"
    resolved = call("POST", f"{path}/steps", {"step": "resolve"}, If_Match=first.headers["ETag"])
    assert resolved.get_json()["state"] == "resolved"
    again = call("POST", f"{path}/steps", {"step": "resolve"}, If_Match=resolved.headers["ETag"])
    assert again.status_code == 409
    assert "归档" in again.get_json()["detail"], "says what is possible"
    session.refresh(ticket)
    assert ticket.answer == "低保到民政所办"
    assert kinds(session, ticket)[-2:] == ["answer_noted", "resolve"]


def test_a_key_lets_a_change_happen_once(call: Call, session: Session, world: World, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.id}/comments"
    sent = [call("POST", path, {"words": "已派单"}, Idempotency_Key="12345-1") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 200]
    assert kinds(session, ticket).count("comment") == 1
    assert call("POST", path, {"words": "另一件事"}, Idempotency_Key="12345-1").status_code == 409
    other = world.call("张福贵", NOW - HOUR, [DUTY], lasted=60, outcome="answered")
    assert (
        call("POST", f"/tickets/{other.id}/comments", {"words": "已派单"}, Idempotency_Key="12345-1").status_code == 409
    )
    assert kinds(session, ticket).count("comment") == 1


def test_keys_are_forgotten_after_a_week_and_references_never(call: Call, session: Session, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.id}/comments"
    call("POST", path, {"words": "已派单"}, Idempotency_Key="12345-1")
    matter = {"reference": "12345-2", "number": "154 0000 0001", "words": "低保如何申请"}
    assert call("POST", "/tickets", matter).status_code == 201
    assert tokens.forget_keys(session, NOW + timedelta(days=6)) == 0
    assert tokens.forget_keys(session, NOW + timedelta(days=8)) == 1
    assert call("POST", "/tickets", matter).status_code == 200


def test_guidance_and_feedback_follow_the_rules_of_the_page(call: Call, session: Session, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.id}"
    assert call("POST", f"{path}/guidance", {"entry": "none"}).status_code == 422
    assert call("POST", f"{path}/guidance", {"words": "带身份证到镇服务站"}).status_code == 200
    early = call("POST", f"{path}/feedback", {"solved": True, "asked_by": "周敏"}, If_Match="*")
    assert early.status_code == 409, "before the resolution"
    assert call("POST", f"{path}/steps", {"step": "resolve", "words": "已办"}, If_Match="*").status_code == 200
    own = call("POST", f"{path}/feedback", {"solved": True, "asked_by": "李建国（龙港镇值班）"}, If_Match="*")
    assert own.status_code == 409, "asked by who answered"
    back = call("POST", f"{path}/feedback", {"rating": "not", "solved": False, "asked_by": "周敏"}, If_Match="*")
    assert (back.status_code, back.get_json()["state"]) == (200, "reopened")


def test_what_is_out_of_reach_or_scope_cannot_be_changed(
    call: Call, session: Session, visitor: FlaskClient, world: World, ticket: Ticket, bearer: Callable[..., Any]
) -> None:
    only_sends = bearer(Permission.TICKETS_SEND, Permission.TICKETS_SEE)
    address = f"/api/v1/tickets/{ticket.id}/comments"
    assert visitor.post(address, json={"words": "x"}, headers=only_sends).status_code == 403
    ticket.station_id = world.county.id
    session.flush()
    assert call("POST", f"/tickets/{ticket.id}/comments", {"words": "x"}).status_code == 404
    assert "comment" not in kinds(session, ticket)


def test_a_shift_is_added_once_moved_as_it_was_read_and_removed(call: Call, session: Session, world: World) -> None:
    for code, name in (("ann", "安一"), ("bo", "薄二")):
        session.add(Staff(tenant_id=world.tenant.id, code=code, station_id=world.township.id, name=name))
    session.flush()
    starts, ends = NOW + HOUR, NOW + 9 * HOUR
    wanted = {"code": "p-1", "station": "T1", "staff": "ann", "starts": starts.isoformat(), "ends": ends.isoformat()}
    made, again = call("POST", "/roster/shifts", wanted), call("POST", "/roster/shifts", wanted)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.get_json() == again.get_json()
    overlapping = call("POST", "/roster/shifts", {**wanted, "code": "p-2", "staff": "bo"}, Accept_Language="en")
    assert overlapping.status_code == 409
    assert "overlaps" in overlapping.get_json()["detail"]
    path, read = f"/roster/shifts/{made.get_json()['id']}", made.headers["ETag"]
    moved = call("PATCH", path, {"staff": "bo"}, If_Match=read)
    assert moved.get_json()["staff"]["code"] == "bo"
    assert call("PATCH", path, {"ends": (ends + HOUR).isoformat()}, If_Match=read).status_code == 412
    assert call("DELETE", path).status_code == 428
    assert call("DELETE", path, If_Match=moved.headers["ETag"]).status_code == 204
    assert session.scalars(select(Shift)).all() == []
    history = session.scalars(select(RosterChange).order_by(RosterChange.id)).all()
    assert [(row.what, row.by) for row in history] == [
        ("shift_added", "12345"), ("shift_edited", "12345"), ("shift_removed", "12345")
    ]  # fmt: skip


def test_a_row_of_the_directory_is_checked_as_an_import_checks_it(call: Call, session: Session, world: World) -> None:
    path = "/directory/staff/ann"
    wrong = call("PUT", path, {"fields": {"name": "安一", "station": "nowhere", "number": "12", "shoe": "42"}})
    assert [error["field"] for error in wrong.get_json()["errors"]] == ["shoe"]
    wrong = call("PUT", path, {"fields": {"name": "", "station": "T1", "number": "12"}})
    assert {error["field"] for error in wrong.get_json()["errors"]} == {"name", "number"}
    away = call("PUT", path, {"fields": {"name": "安一", "station": "C"}})
    assert (away.status_code, session.scalars(select(Staff)).all()) == (422, [])
    made = call("PUT", path, {"fields": {"name": "安一", "station": "T1", "number": "15400000077", "head": True}})
    assert (made.status_code, made.get_json()["fields"]["number"]) == (201, "154****0077")
    assert call("PUT", path, {"fields": {"title": "副站长"}}).status_code == 428
    read = call("GET", path).headers["ETag"]
    changed = call("PUT", path, {"fields": {"title": "副站长"}}, If_Match=read)
    assert (changed.status_code, changed.get_json()["fields"]["head"]) == (200, True)
    assert call("PUT", path, {"fields": {"title": "站长"}}, If_Match=read).status_code == 412
    assert call("PUT", "/directory/stations/C", {"fields": {"name": "x"}}, If_Match="*").status_code == 404
    assert call("GET", "/directory/survivors/S1").status_code == 403
    assert call("PUT", "/directory/lines/main", {"fields": {"name": "x"}}, If_Match="*").status_code == 404
    told = session.scalars(select(DirectoryChange).order_by(DirectoryChange.id)).all()
    assert [(one.by, one.outcome) for one in told] == [("12345（接口 API）", "added"), ("12345（接口 API）", "changed")]
