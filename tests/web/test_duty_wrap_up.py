"""Wrap-up on the duty desk: need, outcome, save; guidance as one types; refused in a sentence, nothing half-written."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.models import Tenant
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.duty_people import TALKED, TALKING, People
from tests.web.ticket_world import World
from tickets.guidance import given
from tickets.models import Ticket, TicketEvent

AGO = timedelta(minutes=10)


@pytest.fixture
def people(app: Flask, session: Session, world: World) -> People:
    people = People(app, session, world, NOW)
    people.roster()
    return people


@pytest.fixture
def ticket(people: People, world: World) -> Ticket:
    """王秀英 rang ten minutes ago, 安一 took the call."""
    return people.rings_here(world.call("王秀英", NOW - AGO, [TALKED], lasted=90, outcome="answered"))


def an_entry(session: Session, tenant: Tenant, title: str, code: str) -> CatalogueEntry:
    entry = CatalogueEntry(
        tenant_id=tenant.id, code=code, area="education", title=title, unit="县教育局", source="Q21 s.5",
        bring="录取通知书", everyday=["学费"],
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def test_three_taps(people: People, ticket: Ticket) -> None:
    client = people.browser(people.ann)
    desk = client.get("/duty").text
    first = f"/duty/tickets/{ticket.id}/wrap-up?need=daily_life"
    assert first in desk
    form = client.get(first).text
    assert re.search(r'name="need" value="daily_life" checked', form) and "王秀英" in form
    answer = post(client, f"/duty/tickets/{ticket.id}/wrap-up", seen="", need="daily_life", outcome="visit")
    assert answer.headers["Location"] == "/duty"
    people.session.refresh(ticket)
    assert (ticket.outcome, ticket.need, ticket.state) == ("visit", "daily_life", "following_up")
    desk = client.get("/duty").text
    assert f"No.{ticket.number} 已登记" in desk and first not in desk
    by = people.session.scalars(select(TicketEvent.actor).where(TicketEvent.kind == "wrapped_up")).all()
    assert by == ["Zhao Ming"]


def test_guidance_is_found_as_one_types_and_what_is_ticked_stays(
    people: People, ticket: Ticket, world: World, session: Session
) -> None:
    study, grain = (
        an_entry(session, world.tenant, "助学金", "study"),
        an_entry(session, world.tenant, "爱心粮卡", "grain"),
    )
    client, find = people.browser(people.ann), f"/duty/tickets/{ticket.id}/guidance"
    for typed in ("zhuxue", "zxj", "学费"):
        assert "助学金" in post(client, find, words=typed).text, typed
    kept = post(client, find, words="粮卡", entry=str(study.id)).text
    assert re.findall(r'value="([^"]+)"( checked)?>', kept) == [(str(study.id), " checked"), (str(grain.id), "")]
    assert "县教育局" in kept and "录取通知书" in kept
    assert "没有找到" in post(client, find, words="宇宙飞船").text
    page = post(client, f"/duty/tickets/{ticket.id}/wrap-up", do="search", words="zxj", answer="问学费").text
    assert "助学金" in page and "问学费" in page and ticket.wrapped_at is None, "without JavaScript the page comes back"
    sent = {"seen": "", "outcome": "guidance", "entry": str(study.id), "guidance": "找镇服务站领表", "answer": "问学费"}
    assert post(client, f"/duty/tickets/{ticket.id}/wrap-up", **sent).status_code == 303
    assert [(row.entry_id, row.advice, row.through) for row in given(session, ticket.id)] == [
        (study.id, "助学金", "wrap_up"), (None, "找镇服务站领表", "wrap_up"),
    ]  # fmt: skip
    session.refresh(ticket)
    assert ticket.answer == "问学费" and ticket.state == "resolved"


def test_what_cannot_be_saved_is_said_and_kept(people: People, ticket: Ticket, world: World, session: Session) -> None:
    client, save = people.browser(people.ann), f"/duty/tickets/{ticket.id}/wrap-up"
    answer = post(client, save, seen="", answer="问煤补")
    assert answer.status_code == 422 and "请先选办理结果" in answer.text and "问煤补" in answer.text
    stranger = Tenant(code="other", name="别处")
    session.add(stranger)
    session.flush()
    theirs = an_entry(session, stranger, "别处的补贴", "x")
    answer = post(client, save, seen="", outcome="answered", answer="问煤补", entry=str(theirs.id))
    session.refresh(ticket)
    assert answer.status_code == 422 and "没有这一条" in answer.text and "别处的补贴" not in answer.text
    assert (ticket.wrapped_at, ticket.answer, ticket.state) == (None, "", "answered"), "nothing is half-written"
    assert post(client, save, seen="", outcome="answered").status_code == 303
    answer = post(client, save, seen="", outcome="visit", answer="我也写了")
    assert answer.status_code == 409 and "已有人登记：当场答复" in answer.text and "我也写了" in answer.text
    session.refresh(ticket)
    assert ticket.outcome == "answered"
    missed = world.call("张福贵", NOW - AGO, [], lasted=9, outcome="abandoned")
    answer = post(client, f"/duty/tickets/{missed.id}/wrap-up", seen="", outcome="answered")
    assert answer.status_code == 422 and "请先回电" in answer.text and missed.state == "open"


def test_a_neighbours_caller_is_noted_by_whoever_took_the_call(people: People, world: World) -> None:
    ticket = people.rings_here(world.call("王秀英", NOW - AGO, [TALKING], lasted=None))
    ticket.station_id = world.county.id  # out of the township's reach
    people.session.flush()
    address = f"/duty/tickets/{ticket.id}/wrap-up"
    assert people.browser(people.bo).get(address).status_code == 404
    assert post(people.browser(people.bo), address, seen="", outcome="visit").status_code == 404
    client = people.browser(people.ann)
    assert "边听边记" in client.get("/duty").text and client.get(address).status_code == 200
    assert post(client, address, seen="", outcome="visit").status_code == 303
    people.session.refresh(ticket)
    assert ticket.outcome == "visit"
