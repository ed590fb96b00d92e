"""Two tickets of one survivor become one; a merged one cannot be worked, and nothing promised on it is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.reach import EVERYTHING
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_ticket_pages import words
from tests.web.ticket_world import DUTY, World
from tickets import desk, guidance, merging
from tickets.models import Ticket, Timer
from tickets.states import Action, ImpossibleError


@pytest.fixture
def older(world: World) -> Ticket:
    return world.call("王秀英", NOW - timedelta(hours=5), [DUTY], lasted=248, outcome="answered")


@pytest.fixture
def younger(world: World) -> Ticket:
    return world.call("王秀英", NOW - timedelta(minutes=9), lasted=9, outcome="abandoned", urgent=True)


def merge(client: FlaskClient, ticket: Ticket, other: Ticket, **more: str) -> tuple[int, str]:
    data = {"version": str(ticket.version), "other": f"{other.id}:{other.version}", "sure": "1", **more}
    answer = post(client, f"/tickets/{ticket.id}/merge", **data)
    return answer.status_code, words(answer.text)


def test_the_younger_goes_into_the_older_with_what_was_promised(
    signed_in: Callable[..., FlaskClient], world: World, older: Ticket, younger: Ticket, session: Session
) -> None:
    promised = younger.call_back_by
    guidance.give(session, younger.id, by="test", now=NOW, through="console", text="周三到镇里办")
    head = signed_in(Role.HEAD, world.county)
    assert "并单以后不能撤销" in words(head.get(f"/tickets/{older.id}").text)
    assert merge(head, older, younger, version="1")[0] == 409
    assert merge(head, older, younger)[0] == 303  # from either of the two
    for ticket in (older, younger):
        session.refresh(ticket)
    assert (younger.state, younger.merged_into_id, younger.call_back_by) == ("cancelled", older.id, None)
    assert older.call_back_by == promised and older.priority == "urgent"
    owed = select(Timer.ticket_id).where(Timer.state == "pending", Timer.kind == desk.CALL_BACK)
    assert session.scalars(owed).all() == [older.id]
    page = words(head.get(f"/tickets/{older.id}").text)
    assert f"（{younger.number} 号）" in page and "第 2 次来电" in page and "周三到镇里办" in page
    page = head.get(f"/tickets/{younger.id}").text
    assert f"{older.number} 号工单" in page and 'id="work"' not in page
    assert post(head, f"/tickets/{younger.id}/work", version=str(younger.version), text="x").status_code == 422
    with pytest.raises(ImpossibleError, match="已并入他单"):
        guidance.give(session, younger.id, by="test", now=NOW, through="console", text="晚了")


def test_only_one_caller_s_unfinished_tickets_are_merged(
    signed_in: Callable[..., FlaskClient], world: World, older: Ticket, younger: Ticket, session: Session
) -> None:
    stranger = world.call("张福贵", NOW - timedelta(hours=1), [DUTY], lasted=60, outcome="answered")
    ringing = world.call("王秀英", NOW - timedelta(minutes=1), lasted=None)
    assert merging.candidates(session, EVERYTHING, older) == [ringing, younger]
    head = signed_in(Role.HEAD, world.county)
    assert "不是同一位来电人" in merge(head, older, stranger)[1]
    assert "正在通话" in merge(head, older, ringing)[1]
    desk.move(session, older, Action.RESOLVE, NOW)
    desk.move(session, older, Action.CLOSE, NOW)
    session.flush()
    assert "请先重新办理" in merge(head, older, younger)[1]
    assert merge(signed_in(Role.HEAD, world.village), younger, older)[0] == 404
    assert merge(signed_in(Role.DUTY, world.township), younger, older)[0] == 403
    session.refresh(younger)
    assert younger.state == "open"


def test_a_wrong_number_that_rings_again_goes_into_the_first_and_chains_stay_flat(
    world: World, session: Session
) -> None:
    number = "+8615400007777"
    first, second, third = (
        world.call(None, NOW - timedelta(hours=hours), [DUTY], lasted=5, outcome="answered", number=number)
        for hours in (4, 3, 2)
    )
    merging.merge(session, third, second, "test", NOW)
    desk.wrap_up(session, first, "wrong_number", "test", NOW)
    merging.merge(session, second, first, "test", NOW)
    session.expire_all()
    assert second.merged_into_id == third.merged_into_id == first.id and first.state == "closed"
    with pytest.raises(IntegrityError, match="ck_ticket_merged"), session.begin_nested():
        session.execute(text("UPDATE ticket SET state = 'open' WHERE id = :id"), {"id": second.id})
