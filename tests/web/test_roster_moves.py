"""Turns moved, given away and traded: shown first, done at once or in the draft, refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.directory.models import Staff
from hotline.roster.board_models import DraftShift
from hotline.roster.models import Pattern, Shift
from hotline.roster.queries import duty_at
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_roster_board import EIGHT, HALF, li, words
from tests.web.ticket_world import World

__all__ = ["li"]
DAY = timedelta(days=1)
NEXT_WEEK = EIGHT + 7 * DAY


@pytest.fixture
def wang(world: World, li: Staff) -> Staff:
    """Wang Fang, who has the Wednesday of next week, whereas Li has its Tuesday."""
    tenant, station = world.tenant.id, world.township.id
    wang = Staff(tenant_id=tenant, code="P2", station_id=station, name="王芳")
    world.session.add(wang)
    world.session.flush()
    for who, begins in ((li, NEXT_WEEK), (wang, NEXT_WEEK + DAY)):
        world.session.add(
            Shift(
                tenant_id=tenant, station_id=station, role="first", staff_id=who.id, starts=begins, ends=begins + HALF
            )
        )
    world.session.flush()
    return wang


@pytest.fixture
def head(world: World, wang: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in(Role.HEAD, world.township)


def key(at: datetime, who: Staff | None, role: str = "first") -> str:
    return f"{role}.{int(at.timestamp())}.{who.id.hex if who else 0}"


def moves(**asked: str) -> str:
    return "/roster/moves?station=T1&" + "&".join(f"{name}={value}" for name, value in asked.items())


def holder(session: Session, world: World, at: datetime) -> UUID | None:
    session.expire_all()
    found = duty_at(session, [world.township.id], at)[world.township.id].first
    return found.staff_id if found else None


def test_two_turns_are_traded_after_they_were_shown(
    head: FlaskClient, li: Staff, wang: Staff, world: World, session: Session
) -> None:
    board = head.get("/roster?station=T1&view=week&day=2026-12-01").text
    assert f'data-piece="{key(NEXT_WEEK, li)}"' in board and 'data-day="2026-12-01"' in board
    address = moves(piece=key(NEXT_WEEK, li), onto=key(NEXT_WEEK + DAY, wang))
    shown = words(head.get(address).text)
    assert "12月1日 08:00–20:00： 李建国 → 王芳" in shown and "12月2日 08:00–20:00： 王芳 → 李建国" in shown
    assert "会通知：李建国、王芳" in shown and holder(session, world, NEXT_WEEK) == li.id
    assert post(head, address, do="publish").status_code == 303
    assert (holder(session, world, NEXT_WEEK), holder(session, world, NEXT_WEEK + DAY)) == (wang.id, li.id)
    stale = post(head, address, do="publish")
    assert stale.status_code == 422 and "刚刚有变动" in stale.text


def test_a_shift_goes_to_a_free_day_and_never_onto_another(
    head: FlaskClient, li: Staff, wang: Staff, world: World, session: Session
) -> None:
    taken = head.get(moves(piece=key(NEXT_WEEK, li), day="2026-12-02"))
    assert taken.status_code == 422 and "与 王芳 的班（2026-12-02 08:00 至 2026-12-02 20:00）重叠" in taken.text
    assert "什么都没有改" in taken.text and "立即生效" not in taken.text
    free = moves(piece=key(NEXT_WEEK, li), day="2026-12-03")
    assert post(head, free, do="draft").status_code == 303
    assert holder(session, world, NEXT_WEEK) == li.id and session.scalars(select(DraftShift)).one().staff_id == li.id
    assert "12月3日" in words(head.get("/roster/draft?station=T1").text)
    again = moves(piece=key(NEXT_WEEK + 2 * DAY, li), staff=str(wang.id), draft="1")
    assert "立即生效" not in head.get(again).text
    assert post(head, again, do="draft").status_code == 303
    assert session.scalars(select(DraftShift)).one().staff_id == wang.id
    assert holder(session, world, NEXT_WEEK) == li.id, "still nothing of it is published"


def test_a_gap_of_tonight_is_filled_at_once_and_not_drafted(
    head: FlaskClient, wang: Staff, world: World, session: Session
) -> None:
    gap = moves(piece=key(NOW, None), staff=str(wang.id))
    shown = head.get(gap).text
    assert "立即生效" in shown and "放进草稿" not in shown
    refused = post(head, gap, do="draft")
    assert refused.status_code == 422 and "今天和明天的班不进草稿" in refused.text
    assert post(head, gap, do="publish").status_code == 303
    assert holder(session, world, NOW + timedelta(hours=1)) == wang.id


def test_a_rotations_turn_stays_on_its_day_but_changes_hands(
    head: FlaskClient, li: Staff, wang: Staff, world: World, session: Session
) -> None:
    session.add(
        Pattern(
            tenant_id=world.tenant.id, station_id=world.township.id, role="backup", code="rota", at=time(8), hours=24,
            every=24, staff_ids=[li.id, wang.id], starts=date(2026, 11, 23),
        )
    )  # fmt: skip
    session.flush()
    mine = key(NEXT_WEEK + 3 * DAY, wang, "backup")
    assert "轮值排出的班不能挪到别的日子" in head.get(moves(piece=mine, day="2026-12-06")).text
    alone = words(head.get(moves(piece=key(NEXT_WEEK, li), day="2026-12-03")).text)
    assert "又值班又备班，后面没有人：李建国 12月3日 08:00" in alone
    assert "又值班又备班" not in head.get(moves(piece=key(NEXT_WEEK + DAY, wang), staff=str(li.id))).text
    other = key(NEXT_WEEK + 4 * DAY, li, "backup")
    assert post(head, moves(piece=mine, onto=other), do="publish").status_code == 303
    made = session.scalars(select(Shift).where(Shift.role == "backup").order_by(Shift.starts)).all()
    assert [(one.staff_id, one.ends - one.starts) for one in made] == [(li.id, DAY), (wang.id, DAY)]


@pytest.mark.parametrize("piece", ["", "first.1.x", "first.99999999999999.0", "cook.1796688000.0"])
def test_what_is_no_turn_is_refused(head: FlaskClient, piece: str) -> None:
    answer = head.get(moves(piece=piece))
    assert answer.status_code == 422 and "刚刚有变动" in answer.text


def test_only_a_head_of_the_station_moves_anything(
    head: FlaskClient, li: Staff, wang: Staff, world: World, session: Session, signed_in: Callable[..., FlaskClient]
) -> None:
    address = moves(piece=key(NEXT_WEEK, li), staff=str(wang.id))
    duty, village = signed_in(Role.DUTY, world.township), signed_in(Role.HEAD, world.village)
    assert "data-piece" not in duty.get("/roster?station=T1&view=week&day=2026-12-01").text
    assert post(duty, address, do="publish").status_code == 403
    assert post(village, address, do="publish").status_code == 404
    stranger = Staff(tenant_id=world.tenant.id, code="P9", station_id=world.county.id, name="外人")
    session.add(stranger)
    session.flush()
    assert "请选择人员" in post(head, moves(piece=key(NEXT_WEEK, li), staff=str(stranger.id)), do="publish").text
    assert holder(session, world, NEXT_WEEK) == li.id
