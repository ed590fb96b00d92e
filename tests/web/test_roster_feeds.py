"""A calendar reads the roster from a secret address: made once, read-only, revoked for good."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.directory.models import Staff
from hotline.roster.board_models import RosterFeed
from tests.web.browsers import an_account, post, sign_in
from tests.web.conftest import NOW
from tests.web.test_roster_board import EIGHT, HALF, li
from tests.web.ticket_world import World

__all__ = ["li"]
HERE = "/roster/feeds?station=T1"


@pytest.fixture
def head(world: World, li: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in(Role.HEAD, world.township)


def address(client: FlaskClient, **asked: str) -> str:
    found = re.search(r"<code>http://[^/]+(/roster/feeds/[\w-]+\.ics)</code>", post(client, HERE, None, **asked).text)
    assert found
    return found[1]


def test_a_stations_calendar_is_read_without_signing_in(
    head: FlaskClient, visitor: FlaskClient, session: Session
) -> None:
    where = address(head, of="station")
    answer = visitor.get(where)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.data)
    [event] = calendar.walk("VEVENT")
    assert str(event["summary"]) == "值班 · 李建国 · 龙港镇"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (EIGHT, EIGHT + HALF)
    assert b"DTSTART;TZID=Asia/Shanghai:20261124T080000" in answer.data
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert b"15400000101" not in answer.data, "nobody's number is in it"
    [again] = Calendar.from_ical(visitor.get(where).data).walk("VEVENT")
    assert again["uid"] == event["uid"]
    feed = session.scalars(select(RosterFeed)).one()
    assert where.encode() not in feed.token_hash and len(feed.token_hash) == 32 and feed.read_at == NOW
    assert visitor.post(where).status_code in (400, 405)


def test_a_revoked_address_and_one_of_somebody_who_left_answer_nothing(
    head: FlaskClient, visitor: FlaskClient, li: Staff, session: Session
) -> None:
    station, person = address(head, of="station"), address(head, of=str(li.id))
    assert "值班 · 龙港镇" in str(next(iter(Calendar.from_ical(visitor.get(person).data).walk("VEVENT")))["summary"])
    feed = session.scalars(select(RosterFeed).where(RosterFeed.staff_id.is_(None))).one()
    assert post(head, HERE, revoke=str(feed.id)).status_code == 303
    assert visitor.get(station).status_code == 404 and visitor.get(person).status_code == 200
    li.active = False
    session.flush()
    assert visitor.get(person).status_code == 404
    assert visitor.get("/roster/feeds/guess.ics").status_code == 404


def test_duty_staff_make_their_own_and_nobody_elses(
    app: Flask, world: World, li: Staff, head: FlaskClient, session: Session, visitor: FlaskClient
) -> None:
    account = an_account(session, Role.DUTY, world.township, NOW)
    account.staff_id = li.id
    session.flush()
    duty = sign_in(app, session, account, NOW)
    assert visitor.get(address(duty, of="me")).status_code == 200
    assert post(duty, HERE, of="station").status_code == 403 and post(duty, HERE, of=str(li.id)).status_code == 403
    address(head, of="station")
    station = session.scalars(select(RosterFeed).where(RosterFeed.staff_id.is_(None))).one()
    assert str(station.id) not in duty.get(HERE).text
    assert post(duty, HERE, revoke=str(station.id)).status_code == 404
    session.refresh(station)
    assert station.revoked_at is None and timedelta() == station.made_at - NOW
