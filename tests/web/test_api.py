"""Other systems read tickets: with a token, within its scope and subtree, as the OpenAPI document says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts import tokens
from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Permission, Role
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World
from tickets.models import Ticket, Timer

HOUR = timedelta(hours=1)
SEE = Permission.TICKETS_SEE
DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("api.md", "api.zh.md")
Bearer = dict[str, str]


def test_a_system_reads_the_tickets_of_its_subtree_page_by_page(
    visitor: FlaskClient, session: Session, world: World, bearer: Callable[..., Bearer]
) -> None:
    calls = [world.call("王秀英", NOW - n * HOUR, [DUTY], lasted=60, outcome="answered") for n in (3, 2, 1)]
    calls[0].station_id = world.county.id
    session.flush()
    mine = bearer(SEE, station=world.township)
    first = visitor.get("/api/v1/tickets?limit=1", headers=mine).json
    assert first is not None
    assert [t["number"] for t in first["tickets"]] == [calls[2].number]
    assert "00000001" not in first["tickets"][0]["caller"]
    second = visitor.get("/api/v1/tickets", query_string={"limit": 1, "cursor": first["next"]}, headers=mine).json
    assert second is not None
    assert [t["number"] for t in second["tickets"]] == [calls[1].number]
    assert second["next"] is None
    assert visitor.get(f"/api/v1/tickets/{calls[0].id}", headers=mine).status_code == 404
    one = visitor.get(f"/api/v1/tickets/{calls[1].id}", headers=mine)
    assert one.json is not None
    assert one.json["events"][0]["kind"] == "opened"
    again = visitor.get(f"/api/v1/tickets/{calls[1].id}", headers={**mine, "If-None-Match": one.headers["ETag"]})
    assert again.status_code == 304
    seen = session.scalars(select(AccessLog.subject).where(AccessLog.ticket_id == calls[1].id)).all()
    assert len(seen) == 2
    assert all(subject.startswith("12345 (hot_") for subject in seen)


def test_a_token_is_shown_once_and_ends_when_revoked(client: FlaskClient, visitor: FlaskClient, world: World) -> None:
    form = {"name": "县 12345 平台", "station": str(world.county.id), "days": "30"}
    assert "请至少选择一项权限" in post(client, "/tokens", **form).text
    made = post(client, "/tokens", scope="tickets.see", **form)
    secret = made.text.split("<code>")[1].split("</code>")[0]
    mine = {"Authorization": f"Bearer {secret}"}
    assert visitor.get("/api/v1/me", headers=mine).json == {
        "name": "县 12345 平台", "scopes": ["tickets.see"], "station": "C", "expires_at": "2026-12-23T02:32:05Z"
    }  # fmt: skip
    listed = client.get("/tokens").text
    assert secret not in listed
    assert secret[:10] in listed
    action = listed.split('action="/tokens/')[1].split('"')[0]
    assert post(client, f"/tokens/{action}").status_code == 303
    refused = visitor.get("/api/v1/me", headers={**mine, "Accept-Language": "en"})
    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
    assert refused.json is not None
    assert refused.json["title"] == "No token, or one that is no longer valid"


def test_a_scope_that_a_token_lacks_is_named(visitor: FlaskClient, bearer: Callable[..., Bearer]) -> None:
    refused = visitor.get("/api/v1/tickets", headers=bearer(Permission.ROSTER_SEE))
    assert refused.status_code == 403
    assert "tickets.see" in refused.text


def test_too_many_requests_in_a_minute_are_refused(
    visitor: FlaskClient, bearer: Callable[..., Bearer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "A_MINUTE", 2)
    mine = bearer(SEE)
    asked = [visitor.get("/api/v1/me", headers=mine) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert asked[-1].headers["Retry-After"] == "60"


def test_only_who_manages_tokens_makes_them(signed_in: Callable[..., FlaskClient], world: World) -> None:
    assert signed_in(Role.COORDINATOR, world.county).get("/tokens").status_code == 403


def test_a_matter_handed_over_opens_one_ticket_and_rings_the_duty_chain(
    visitor: FlaskClient, client: FlaskClient, session: Session, world: World, bearer: Callable[..., Bearer]
) -> None:
    mine = bearer(SEE, Permission.TICKETS_SEND, station=world.county)
    written = [(DOCS / name).read_text().split("POST /api/v1/tickets\n")[1].split("\n")[0] for name in GUIDES]
    assert len(set(written)) == 1
    matter = json.loads(written[0])
    first = visitor.post("/api/v1/tickets", json=matter, headers=mine)
    again = visitor.post("/api/v1/tickets", json=matter, headers=mine)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json is not None
    ticket = session.get_one(Ticket, UUID(first.json["id"]))
    assert (ticket.survivor_id, ticket.station_id) == (world.people["王秀英"][0].id, world.village.id)
    assert ticket.call_back_by == NOW + timedelta(minutes=15)
    rung = session.scalars(select(Timer).where(Timer.ticket_id == ticket.id, Timer.kind == "call_back")).all()
    assert [timer.due_at for timer in rung] == [NOW + timedelta(minutes=1)]
    assert "12345 转来，编号 12345-2026-001：低保如何申请" in client.get(f"/tickets/{ticket.id}").text
    other = visitor.post("/api/v1/tickets", json={**matter, "words": "另一件事"}, headers=mine)
    assert other.status_code == 409
    assert visitor.post("/api/v1/tickets", json=matter, headers=bearer(SEE)).status_code == 403
    away = {**matter, "reference": "2", "station": "C"}
    below = bearer(Permission.TICKETS_WORK, station=world.township)
    assert visitor.post("/api/v1/tickets", json=away, headers=below).status_code == 404
    wrong = visitor.post("/api/v1/tickets", json={**matter, "reference": "3", "number": "12"}, headers=mine)
    assert wrong.status_code == 422
    assert len(session.scalars(select(Ticket)).all()) == 1
