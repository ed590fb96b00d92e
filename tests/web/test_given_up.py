"""What the workers gave up is seen by those who answer for it, within their reach, and done when tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.accounts.access import What
from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Role
from hotline.calls import due
from hotline.calls.exchange import Exchange
from hotline.calls.models import Errand
from hotline.notifications.models import Notification
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import World
from tickets import timers
from tickets.asking import ASK
from tickets.desk import CALL_BACK
from tickets.models import Ticket, Timer
from tickets.timers import Again

SignedIn = Callable[..., FlaskClient]
ERROR = "RefusedError: HTTP 400 error: cannot call +8615400000001\n[parameters: {'name': '王秀英'}]"


def given_up(world: World, who: str = "王秀英") -> tuple[Ticket, Timer]:
    """A call nobody answered, whose call back failed until it was given up."""
    ticket = world.call(who, NOW - timedelta(hours=2), lasted=20, outcome="no_answer")
    mine = select(Timer).where(Timer.ticket_id == ticket.id, Timer.kind == CALL_BACK)
    timer = world.session.scalars(mine).one()
    timer.state, timer.attempts, timer.last_error, timer.done_at = "failed", timers.MOST_ATTEMPTS, ERROR, NOW
    world.session.flush()
    return ticket, timer


def link(ticket: Ticket) -> str:
    return f"/tickets/{ticket.id}"


def again(client: FlaskClient, timer: Timer) -> str:
    answer = post(client, f"/given-up/{timer.id}/again")
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def test_it_is_seen_tried_again_and_done(
    world: World, signed_in: SignedIn, session: Session, web_exchange: Exchange
) -> None:
    ticket, timer = given_up(world)
    coordinator = signed_in(Role.COORDINATOR, world.county)
    html = coordinator.get("/given-up").text
    assert "给来电人回电" in html and link(ticket) in html and "cannot call 154****0001" in html
    assert "15400000001" not in html and "王秀英" not in html, "a cause names nobody"
    assert "1 项已停下，查看并再试" in coordinator.get("/wallboard").text
    assert "1 项已停下，请告知督导" in signed_in(Role.DUTY, world.township).get("/wallboard").text

    assert "已重新排队" in again(coordinator, timer)
    assert "不必再试" in again(coordinator, timer), "pressed twice, it is set once"
    session.refresh(timer)
    assert (timer.state, timer.attempts, timer.due_at, timer.done_at) == ("pending", 0, NOW, None)
    noted = session.scalars(select(AccessLog).where(AccessLog.what == What.TIMER_RETRIED)).one()
    assert (noted.ticket_id, noted.station_id) == (ticket.id, world.township.id)

    due.fire_due(replace(web_exchange, clock=lambda: NOW + timedelta(seconds=1)))
    session.refresh(timer)
    assert timer.state == "done"
    assert "项已停下" not in coordinator.get("/wallboard").text
    assert "没有停下的事" in coordinator.get("/given-up").text


def test_given_up_a_second_time_it_is_told_again(
    world: World, signed_in: SignedIn, session: Session, web_exchange: Exchange
) -> None:
    _ticket, timer = given_up(world)
    coordinator = signed_in(Role.COORDINATOR, world.county)
    timer.kind, timer.data = ASK, {"tries": "not a number"}
    session.flush()
    told = []
    for minutes in (1, 2):
        again(coordinator, timer)
        session.refresh(timer)
        timer.attempts = timers.MOST_ATTEMPTS - 1
        session.flush()
        now = NOW + timedelta(minutes=minutes)
        due.fire_due(replace(web_exchange, clock=lambda now=now: now))  # type: ignore[misc]
        session.refresh(timer)
        assert (timer.state, timer.done_at) == ("failed", now)
        told.append(session.scalar(select(func.count()).where(Notification.template == "work_failed")))
    assert told[0] and told[1] == 2 * told[0]


def test_a_newer_one_of_the_same_key_goes_first(world: World, client: FlaskClient, session: Session) -> None:
    ticket, timer = given_up(world)
    timers.set_timer(session, CALL_BACK, timer.key, NOW + timedelta(minutes=5), ticket_id=ticket.id)
    html = client.get("/given-up").text
    assert "已有新的安排" in html and f"/given-up/{timer.id}/again" not in html
    assert "同一件事已有新的安排" in again(client, timer)
    session.refresh(timer)
    assert timer.state == "failed"
    pending = select(func.count()).where(Timer.key == timer.key, Timer.state == "pending")
    assert session.scalar(pending) == 1


def test_an_errands_ticket_is_found_by_the_errand(world: World, signed_in: SignedIn, session: Session) -> None:
    """A timer that asks after a placed call names the call only."""
    ticket, timer = given_up(world)
    placed = Errand(
        kind="ring_back", tenant_id=ticket.tenant_id, line_id=world.line.id, ticket_id=ticket.id,
        target_kind="survivor", target_id=world.county.id, label="王秀英", number_hash=b"0", number_sealed=b"0",
        created_at=NOW,
    )  # fmt: skip
    session.add(placed)
    session.flush()
    timer.kind, timer.ticket_id, timer.data = "errand_watch", None, {"errand": str(placed.id)}
    session.flush()
    html = signed_in(Role.COORDINATOR, world.township).get("/given-up").text
    assert "核对系统拨出的电话" in html and link(ticket) in html
    assert link(ticket) not in signed_in(Role.COORDINATOR, world.village).get("/given-up").text


def test_outside_ones_reach_it_is_neither_seen_nor_tried(world: World, signed_in: SignedIn, session: Session) -> None:
    ticket, timer = given_up(world)
    village = signed_in(Role.COORDINATOR, world.village)
    assert link(ticket) not in village.get("/given-up").text
    assert "项已停下" not in village.get("/wallboard").text
    assert post(village, f"/given-up/{timer.id}/again").status_code == 404
    session.refresh(timer)
    assert timer.state == "failed"


@pytest.mark.parametrize("role", [Role.DUTY, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR])
def test_others_are_refused(world: World, signed_in: SignedIn, session: Session, role: Role) -> None:
    _ticket, timer = given_up(world)
    browser = signed_in(role, world.county)
    assert browser.get("/given-up").status_code == 403
    assert post(browser, f"/given-up/{timer.id}/again").status_code == 403
    session.refresh(timer)
    assert timer.state == "failed"


def test_what_never_was_is_not_set(session: Session, world: World) -> None:
    assert timers.try_again(session, world.county.id, NOW) is Again.NOT_FAILED
