"""A station head changes a day: put in, moved, refused where it overlaps, and seen who is to be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.calls.keeping.models import KeepingMark
from hotline.calls.keeping.telling import change_mark
from hotline.directory.models import Staff
from hotline.roster.models import RosterChange, Shift
from hotline.web.roster.editing import seen
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_roster_board import EIGHT, HALF, li, words
from tests.web.ticket_world import World

__all__ = ["li"]
DAY = "/roster/days/2026-11-24"
HERE = "?station=T1"


@pytest.fixture
def head(world: World, li: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in(Role.HEAD, world.township)


def the_shift(session: Session) -> Shift:
    session.expire_all()
    return session.scalars(select(Shift)).one()


def test_a_piece_is_put_in_and_those_concerned_are_named(head: FlaskClient, li: Staff, session: Session) -> None:
    night = {"role": "first", "staff": str(li.id), "starts": "2026-11-24T20:00", "ends": "2026-11-25T08:00"}
    answer = post(head, f"{DAY}/shifts{HERE}", **night)
    assert answer.status_code == 303 and answer.location == DAY + HERE
    text = words(head.get(DAY + HERE).text)
    assert "20:00–24:00 李建国" in text and "排入班次 2026-11-24 20:00 – 2026-11-25 08:00" in text
    assert "李建国 未通知" in text
    change = session.scalars(select(RosterChange)).one()
    assert change.concerned == [li.id] and change.by.startswith("head-")
    session.add(KeepingMark(key=change_mark(change, li.id), at=NOW + timedelta(minutes=3)))
    session.flush()
    assert "李建国 已通知 10:35" in words(head.get(DAY + HERE).text)


def test_an_overlap_is_refused_in_a_sentence_and_what_was_typed_stays(
    head: FlaskClient, li: Staff, session: Session
) -> None:
    typed = {"role": "first", "staff": str(li.id), "starts": "2026-11-24T19:00", "ends": "2026-11-25T07:00"}
    answer = post(head, f"{DAY}/shifts{HERE}", **typed)
    assert answer.status_code == 422
    assert "与已有班次重叠" in words(answer.text) and 'value="2026-11-24T19:00"' in answer.text
    nobody = post(head, f"{DAY}/shifts{HERE}", **{**typed, "staff": ""})
    assert "请选择人员" in nobody.text
    assert the_shift(session).starts == EIGHT and not session.scalars(select(RosterChange)).all()


def test_a_piece_is_moved_and_removed_and_a_second_editor_overwrites_nothing(
    head: FlaskClient, li: Staff, session: Session
) -> None:
    shift = the_shift(session)
    form = {"seen": seen(shift), "role": "first", "staff": str(li.id), "starts": "2026-11-24T09:00",
            "ends": "2026-11-24T21:00", "do": "edit"}  # fmt: skip
    address = f"{DAY}/shifts/{shift.id}{HERE}"
    assert post(head, address, **form).status_code == 303
    assert the_shift(session).ends == EIGHT + HALF + timedelta(hours=1)
    again = post(head, address, **{**form, "starts": "2026-11-24T11:00"})
    assert again.status_code == 422 and "刚刚被别人改过" in again.text
    assert the_shift(session).starts == EIGHT + timedelta(hours=1)
    assert post(head, address, **{**form, "seen": seen(the_shift(session)), "do": "remove"}).status_code == 303
    assert not session.scalars(select(Shift)).all()


def test_only_those_who_may_change_a_roster_get_there(
    head: FlaskClient, world: World, session: Session, signed_in: Callable[..., FlaskClient]
) -> None:
    assert DAY in head.get(f"/roster{HERE}").text
    duty = signed_in(Role.DUTY, world.township)
    assert duty.get(DAY + HERE).status_code == 403 and DAY not in duty.get(f"/roster{HERE}").text
    village = signed_in(Role.HEAD, world.village)
    assert village.get(DAY + HERE).status_code == 404
    shift = the_shift(session)
    assert post(village, f"{DAY}/shifts/{shift.id}?station=V1", do="remove", seen=seen(shift)).status_code == 404
    assert the_shift(session).id == shift.id
