"""For the next hours somebody else is rung: made and ended from the board, in force at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.directory.models import Staff
from hotline.roster.models import Override, RosterChange
from hotline.roster.queries import duty_at
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_roster_board import li, words
from tests.web.ticket_world import World

__all__ = ["li"]
HERE = "/roster/overrides?station=T1"


@pytest.fixture
def head(world: World, li: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in(Role.HEAD, world.township)


def test_somebody_else_is_rung_for_some_hours_and_no_longer(
    head: FlaskClient, li: Staff, world: World, session: Session, signed_in: Callable[..., FlaskClient]
) -> None:
    form = {"staff": str(li.id), "role": "first", "hours": "4", "reason": "家里有事"}
    assert post(head, HERE, None, **form).status_code == 303
    text = words(head.get(HERE).text)
    assert "现在值班： 李建国 到 11月23日 14:32:05" in text and "正在替班 · 家里有事" in text
    first = duty_at(session, [world.township.id], NOW + timedelta(hours=3))[world.township.id].first
    assert first is not None and (first.staff_id, first.source) == (li.id, "override")
    again = post(head, HERE, None, **form)
    assert again.status_code == 422 and "重叠" in again.text and 'value="家里有事"' in again.text
    piece = session.scalars(select(Override)).one()
    assert (
        post(signed_in(Role.HEAD, world.village), "/roster/overrides?station=V1", end=str(piece.id)).status_code == 404
    )
    assert post(head, HERE, end=str(piece.id)).status_code == 303
    assert duty_at(session, [world.township.id], NOW + timedelta(hours=3))[world.township.id].first is None
    assert [one.what for one in session.scalars(select(RosterChange).order_by(RosterChange.id))] == [
        "override", "override_ended",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"staff": ""}, "请选择谁来值"),
        ({"role": "cook"}, "请选择值班或备班"),
        ({"hours": "", "starts": "2026-11-23T08:00", "ends": "2026-11-23T09:00"}, "这段时间已经过去"),
        ({"hours": "", "starts": "2026-11-24T08:00", "ends": "2026-11-24T07:00"}, "结束时间必须晚于开始时间"),
        ({"hours": "900"}, "请写日期和时间"),
    ],
)
def test_what_makes_no_sense_is_refused(
    head: FlaskClient, li: Staff, session: Session, wrong: dict[str, str], why: str
) -> None:
    answer = post(head, HERE, None, **{"staff": str(li.id), "role": "first", "hours": "4", **wrong})
    assert answer.status_code == 422 and why in words(answer.text)
    assert not session.scalars(select(Override)).all()
