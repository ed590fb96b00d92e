"""A station head prepares a change, compares it with what is published, publishes it and sees who has heard of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.calls.exchange import Exchange
from hotline.calls.keeping import shifts
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand
from hotline.directory.models import Staff
from hotline.roster.board_models import DraftShift
from hotline.roster.models import Shift
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_roster_board import li, words
from tests.web.ticket_world import World

__all__ = ["li"]
HERE = "?station=T1"
DRAFT = f"/roster/draft{HERE}"
NIGHT = {"role": "first", "starts": "2026-11-27T20:00", "ends": "2026-11-28T08:00", "do": "draft"}


@pytest.fixture
def head(world: World, li: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in(Role.HEAD, world.township)


def draft(head: FlaskClient, li: Staff) -> str:
    """Put a night into the draft and return the page's mark of it."""
    assert post(head, f"/roster/days/2026-11-27/shifts{HERE}", None, **NIGHT, staff=str(li.id)).status_code == 303
    found = re.search(r'name="mark" value="(\w+)"', head.get(DRAFT).text)
    assert found
    return found[1]


def test_a_draft_is_compared_published_and_told(
    head: FlaskClient, li: Staff, session: Session, web_exchange: Exchange, world: World
) -> None:
    own = "+8615400000102"
    li.number_hash, li.number_sealed = world.vault.fingerprint(own), world.vault.seal(own)
    mark = draft(head, li)
    text = words(head.get(DRAFT).text)
    assert "新增 — 11月27日 20:00–11月28日 08:00 李建国" in text and "李建国 多 1 段" in text
    published, seen = (words(head.get(f"/roster{HERE}&day=2026-11-27{more}").text) for more in ("", "&draft=1"))
    assert "20:00–24:00 李建国" not in published and "草稿里有 1 处改动没有发布" in published
    assert "20:00–24:00 李建国 新" in seen and "这是草稿" in seen
    assert len(session.scalars(select(Shift)).all()) == 1
    assert post(head, DRAFT, do="publish", mark="other").status_code == 422
    assert post(head, DRAFT, do="publish", mark=mark).status_code == 303
    assert "发布草稿 2026-11-27 20:00 – 2026-11-28 08:00" in words(head.get(f"/roster/changes{HERE}").text)
    told(web_exchange, session, world)
    assert "李建国 等待拨打 10:35" in words(head.get(f"/roster/changes{HERE}").text)
    errand = session.scalars(select(Errand)).one()
    errand.state, errand.ended_at, errand.result = "done", NOW + timedelta(minutes=5), "acknowledge"
    session.flush()
    assert "李建国 已听取并按键确认 10:37" in words(head.get(f"/roster/changes{HERE}").text)


def told(x: Exchange, session: Session, world: World) -> None:
    """Let the look-out pass three minutes later."""
    assert shifts.tell_changes(Work(x, session, NOW + timedelta(minutes=3)), world.tenant.id) == 1
    session.flush()


def test_lines_of_a_draft_are_thrown_away(head: FlaskClient, li: Staff, session: Session) -> None:
    draft(head, li)
    row = session.scalars(select(DraftShift)).one()
    assert post(head, DRAFT, do=str(row.id)).status_code == 303
    assert not session.scalars(select(DraftShift)).all() and "没有草稿" in words(head.get(DRAFT).text)


def test_only_a_head_of_the_station_sees_and_publishes_it(
    head: FlaskClient, li: Staff, session: Session, world: World, signed_in: Callable[..., FlaskClient]
) -> None:
    mark = draft(head, li)
    duty, village = signed_in(Role.DUTY, world.township), signed_in(Role.HEAD, world.village)
    assert duty.get(DRAFT).status_code == 403
    seen = words(duty.get(f"/roster{HERE}&day=2026-11-27&draft=1").text)
    assert "草稿" not in seen and "20:00–24:00 李建国" not in seen
    assert post(village, DRAFT, do="publish", mark=mark).status_code == 404
    assert len(session.scalars(select(Shift)).all()) == 1
