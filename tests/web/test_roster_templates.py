"""A station head writes a plan, sees the month as it would be, and fills it in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.accounts.roles import Role
from hotline.directory.models import Staff
from hotline.roster.board_models import RosterTemplate
from hotline.roster.models import RosterChange, Shift
from tests.web.browsers import post
from tests.web.test_roster_board import li, words
from tests.web.ticket_world import World

__all__ = ["li"]
HERE = "/roster/templates?station=T1"
FORM = {"name": "全天", "role": "first", "first": "2026-12-01", "days-0": "every", "at-0": "08:00", "ends-0": "08:00",
        "turn-0": "shift", "staff-0": "李建国、王芳"}  # fmt: skip


@pytest.fixture
def head(world: World, li: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    session = world.session
    session.add(Staff(tenant_id=world.tenant.id, code="P2", station_id=world.township.id, name="王芳"))
    session.flush()
    return signed_in(Role.HEAD, world.township)


def test_a_month_is_seen_and_then_filled_in(head: FlaskClient, session: Session, li: Staff) -> None:
    saved = post(head, HERE, **FORM)
    assert saved.status_code == 303
    asked = "&since=2026-12-01&last=2026-12-31"
    shown = head.get(saved.location + asked)
    text = words(shown.text)
    assert "会排入 31 个班次" in text and "李建国 16 384" in text and "还有 1 处无人值班" in text
    assert "shift fresh" in shown.text and session.scalar(select(func.count()).select_from(Shift)) == 1
    mark = re.search(r'name="mark" value="(\w+)"', shown.text)
    assert mark
    period = {"since": "2026-12-01", "last": "2026-12-31", "replace": "", "do": "publish"}
    assert post(head, saved.location, **period, mark="other").status_code == 422
    assert post(head, saved.location, **period, mark=mark[1]).status_code == 303
    assert session.scalar(select(func.count()).select_from(Shift)) == 32
    change = session.scalars(select(RosterChange)).one()
    assert change.what == "filled" and len(change.concerned) == 2
    again = words(head.get(saved.location + asked).text)
    assert "会排入 0 个班次" in again and "跳过 31 个：已经这样排好" in again


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"staff-0": "李建国、张三丰"}, "第 1 行：没有叫“张三丰”的人员"),
        ({"staff-0": ""}, "至少写一行轮值人员"),
        ({"name": ""}, "名称：请给这个模板起个名字"),
        ({"at-0": "25:00"}, "第 1 行：请写时刻"),
        ({"first": "下周"}, "请写日期"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_and_kept_as_typed(
    head: FlaskClient, session: Session, wrong: dict[str, str], why: str
) -> None:
    answer = post(head, HERE, **{**FORM, **wrong})
    assert answer.status_code == 422 and why in words(answer.text)
    assert not wrong.get("staff-0") or f'value="{wrong["staff-0"]}"' in answer.text
    assert not session.scalars(select(RosterTemplate)).all()


def test_nobody_else_gets_at_a_stations_plans(
    head: FlaskClient, world: World, signed_in: Callable[..., FlaskClient]
) -> None:
    address = post(head, HERE, **FORM).location
    assert signed_in(Role.DUTY, world.township).get(address).status_code == 403
    village = signed_in(Role.HEAD, world.village)
    assert village.get(address).status_code == 404
    assert village.get(address.replace("T1", "V1")).status_code == 404
    assert "时间重叠" in words(_with_two_lines(head).text)


def _with_two_lines(head: FlaskClient) -> TestResponse:
    second = {"name": "重", "days-1": "5", "at-1": "12:00", "ends-1": "13:00", "turn-1": "shift", "staff-1": "王芳"}
    return head.get(post(head, HERE, **{**FORM, **second}).location)
