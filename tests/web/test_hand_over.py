"""Several tickets handed to a station or a person at once: the others done, those that may not be named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.calls.models import Errand
from hotline.directory.models import Staff
from hotline.notifications.models import Notification
from tests.web.browsers import form_token, post
from tests.web.conftest import NOW
from tests.web.test_ticket_pages import words
from tests.web.ticket_world import DUTY, World
from tickets import desk
from tickets.models import Ticket
from tickets.states import Action

ADDRESS = "/tickets/search/assign?state=unfinished"


@pytest.fixture
def li(world: World, session: Session) -> Staff:
    number = "+8615400000077"
    staff = Staff(
        tenant_id=world.tenant.id, code="P1", station_id=world.village.id, name="李建国",
        number_hash=world.vault.fingerprint(number), number_sealed=world.vault.seal(number),
    )  # fmt: skip
    session.add(staff)
    session.flush()
    return staff


def call(world: World, minutes: int) -> Ticket:
    return world.call("王秀英", NOW - timedelta(minutes=minutes), [DUTY], lasted=60, outcome="answered")


def send(client: FlaskClient, to: str, *tickets: Ticket) -> tuple[int, str]:
    picked = [f"{ticket.id}:{ticket.version}" for ticket in tickets]
    data = {"csrf_token": form_token(client), "to": to, "pick": picked}
    answer = client.post(ADDRESS, data=data, follow_redirects=True)
    return answer.status_code, words(answer.text)


def test_what_changed_meanwhile_is_named_and_the_others_are_done_and_told_once(
    signed_in: Callable[..., FlaskClient], world: World, li: Staff, session: Session
) -> None:
    head = signed_in(Role.HEAD, world.county)
    first, second, moved, closed = (call(world, minutes) for minutes in (50, 40, 30, 20))
    desk.move(session, closed, Action.RESOLVE, NOW)
    desk.move(session, closed, Action.CLOSE, NOW)
    session.flush()
    assert f'value="{first.id}:{first.version}"' in head.get("/tickets/search").text
    moved.version -= 1  # as the page showed it
    picked = [f"{t.id}:{t.version}" for t in (first, second, moved, closed)]
    moved.version += 1
    session.flush()
    data = {"csrf_token": form_token(head), "to": "李建国（柳湾村）", "pick": picked}
    text = words(head.post(ADDRESS, data=data, follow_redirects=True).text)
    assert "2 张工单已交给李建国（柳湾村）" in text
    assert f"工单 {moved.number} 没有移交：期间有人改动" in text
    assert f"工单 {closed.number} 没有移交：工单已归档" in text
    for ticket, station in ((first, world.village), (second, world.village), (moved, world.township)):
        session.refresh(ticket)
        assert ticket.station_id == station.id and (ticket.staff_id == li.id) is (station is world.village)
    notices = session.scalars(select(Notification).where(Notification.template == "tickets_assigned")).all()
    assert {notice.recipient for notice in notices} == {str(li.id)} and notices[0].payload["count"] == 2
    assert session.scalars(select(Errand.kind)).all() == ["notice"]
    page = words(head.get(f"/tickets/{first.id}").text)
    assert "把工单交给了李建国（柳湾村）" in page and "承办人 李建国" in page


def test_the_target_is_within_reach_and_meant_clearly(
    signed_in: Callable[..., FlaskClient], world: World, li: Staff, session: Session
) -> None:
    ticket = call(world, 30)
    township = signed_in(Role.HEAD, world.township)
    status, text = send(township, "沁水县退役军人服务中心", ticket)
    assert status == 422 and "您的范围里没有这个服务站或这个人" in text
    assert "请先勾选工单" in send(township, "柳湾村")[1]
    session.add(Staff(tenant_id=world.tenant.id, code="P2", station_id=world.township.id, name="李建国"))
    session.flush()
    status, text = send(township, "李建国", ticket)
    assert status == 422 and "请写编码：P1、P2" in text
    session.refresh(ticket)
    assert ticket.station_id == world.township.id
    assert post(signed_in(Role.DUTY, world.township), ADDRESS, to="柳湾村").status_code == 403
    village = signed_in(Role.HEAD, world.village)
    assert "不在您的范围内" in send(village, "柳湾村", ticket)[1]
    version = str(ticket.version)
    assert post(township, f"/tickets/{ticket.id}/assign", to="P2", version=version).status_code == 303
    late = post(township, f"/tickets/{ticket.id}/assign", to="柳湾村", version=version)
    assert late.status_code == 409 and 'value="柳湾村"' in late.text
