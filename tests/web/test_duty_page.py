"""The duty page over the real database: my duty, who rings now, what is open, and what to do when there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hotline.accounts.models import AccessLog, Account, BrowserSession
from hotline.accounts.roles import Role
from hotline.directory.models import Household
from hotline.notifications import tell
from hotline.notifications.models import Notification
from hotline.notifications.rules import Recipient
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.duty_people import RINGING, TALKED, TALKING, People
from tests.web.ticket_world import World
from tickets import desk, guidance

NOBODY = "00000000-0000-7000-8000-000000000000"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def people(app: Flask, session: Session, world: World) -> People:
    return People(app, session, world, NOW)


def shown(client: FlaskClient, **headers: str) -> str:
    """Return the page's text, tags taken away."""
    answer = client.get("/duty", headers=headers)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]))


def a_file(session: Session, world: World) -> None:
    """王秀英 hears badly, speaks a dialect, shares a house with 刘桂兰, and rang three weeks ago."""
    home = Household(tenant_id=world.tenant.id, code="h1")
    session.add(home)
    session.flush()
    caller, other = world.people["王秀英"][0], world.people["刘桂兰"][0]
    caller.household_id = other.household_id = home.id
    caller.hearing, caller.dialect, caller.relation, caller.born = "hard", "晋语", "母亲", date(1940, 12, 1)
    caller.situation, other.relation = "腿脚不便", "兄弟姐妹"
    before = world.call("王秀英", NOW - 21 * DAY, [TALKED], lasted=90, outcome="answered", need="daily_life")
    desk.wrap_up(session, before, "guidance", "安一", NOW - 21 * DAY + 5 * MINUTE)
    before.answer = "问了煤补什么时候发"
    guidance.give(session, before.id, by="安一", now=NOW - 20 * DAY, through="console", text="冬季取暖补助")


def test_until_when_and_who_rings(people: People, world: World, session: Session) -> None:
    people.roster()
    client = people.browser(people.ann)
    page = shown(client)
    assert "值班 到 11月24日 08:00" in page and "11月25日 08:00 – 次日 08:00" in page
    assert "值班手机 154****0101" in page and "此刻没有您的来电" in page
    a_file(session, world)
    ticket = people.rings_here(world.call("王秀英", NOW - timedelta(seconds=9), [RINGING], lasted=None, need="urgent"))
    page = shown(client)
    card = page[page.index("正在响您的手机") : page.index("我的班")]
    for said in (
        "王秀英", "柳湾村 · 龙港镇", "154****0001", "重听，请大声慢说", "讲晋语", "烈士母亲", "85 岁", "腿脚不便",
        "刘桂兰 (兄弟姐妹)", "需求：紧急求助", "11月2日", "问了煤补什么时候发", "指引：冬季取暖补助",
    ):  # fmt: skip
        assert said in card, said
    assert "8615400000001" not in page and "15400000001" not in page
    shown(client)
    seen = select(func.count()).where(AccessLog.ticket_id == ticket.id, AccessLog.what == "ticket_seen")
    assert session.scalar(seen) == 1, "written down once a call, though the page asks again every two seconds"


def test_the_call_one_is_in_and_calls_elsewhere(people: People, world: World) -> None:
    people.roster()
    people.rings_here(world.call("张福贵", NOW - MINUTE, [TALKING], lasted=None))
    assert re.search(r"您正在通话 54 秒 张福贵", shown(people.browser(people.ann)))
    off = shown(people.browser(people.bo))
    assert "现在不当班" in off and "本人手机 154****0201" in off and "11月24日 08:00" in off
    assert "您正在通话" not in off and re.search("别处正在响的电话.*张福贵", off)


def test_nobody_is_signed_out_during_their_turn(people: People, session: Session) -> None:
    people.roster()
    on, off = people.browser(people.ann), people.browser(people.bo)
    assert shown(on) and shown(off)
    hours_ago = update(BrowserSession).values(seen_at=NOW - timedelta(hours=5))
    session.execute(hours_ago)
    assert on.get("/duty").status_code == 200 and off.get("/duty").status_code == 303
    session.execute(hours_ago.values(on_duty_until=NOW))
    assert on.get("/duty").status_code == 303, "the turn is over"
    session.execute(hours_ago.values(on_duty_until=NOW + MINUTE, expires_at=NOW))
    assert on.get("/duty").status_code == 200, "a turn of 24 hours is longer than a session may be"
    assert set(session.scalars(select(BrowserSession.on_duty_until))) == {NOW + MINUTE}, "but only this turn"


def test_asked_again_only_what_changed_is_sent(people: People, world: World) -> None:
    people.roster()
    client = people.browser(people.ann)
    etag = client.get("/duty", headers={"HX-Request": "true"}).headers["ETag"]
    asked = {"HX-Request": "true", "HX-Trigger": "live", "If-None-Match": etag}
    assert client.get("/duty", headers=asked).status_code == 304
    people.rings_here(world.call("王秀英", NOW, [RINGING], lasted=None))
    answer = client.get("/duty", headers=asked)
    assert answer.status_code == 200 and "王秀英" in answer.text and "<html" not in answer.text


def test_open_tickets_the_late_first(people: People, world: World) -> None:
    people.roster()
    calm = world.call("王秀英", NOW - 3 * DAY, [TALKED], lasted=90, outcome="answered")
    world.call("张福贵", NOW - timedelta(hours=1), [], lasted=20, outcome="abandoned")
    owed = world.call("刘桂兰", NOW - 5 * MINUTE, [], lasted=20, outcome="abandoned")
    done = world.call("陈德明", NOW - 2 * DAY, [TALKED], lasted=90, outcome="answered")
    desk.wrap_up(people.session, done, "answered", "安一", NOW - DAY)
    page = shown(people.browser(people.ann, Role.HEAD))
    listed = page[page.index("没办完的工单") :]
    names = re.findall(r"(\w+) No\.", listed)
    assert names == ["张福贵", "刘桂兰", "王秀英"] and "3 个" in listed
    assert re.search(r"张福贵.*?逾期 44 分", listed) and f"No.{calm.number}" in listed
    assert f"No.{owed.number}" in listed


def test_a_neighbours_caller_is_shown_while_it_rings_here(people: People, world: World) -> None:
    people.roster()
    ticket = people.rings_here(world.call("王秀英", NOW, [RINGING], lasted=None))
    ticket.station_id = world.county.id  # out of the township's reach
    people.session.flush()
    answer = people.browser(people.ann).get("/duty").text
    assert "王秀英" in answer and f"/tickets/{ticket.id}" not in answer
    assert "王秀英" not in shown(people.browser(people.bo)), "who is not rung learns nothing of it"


def test_what_to_do_where_there_is_nothing_yet(people: People, client: FlaskClient) -> None:
    assert "这个账号不属于任何服务站" in shown(client)
    nobody = shown(people.browser(None))
    assert "还没有关联值班人员" in nobody and "值班手机 154****0101" in nobody
    assert "五周内没有排您的班" in shown(people.browser(people.cai))
    people.roster()
    people.handset.active, people.ann.number_sealed, people.ann.number_hash = False, None, None
    people.session.flush()
    assert "没有可以响铃的手机" in shown(people.browser(people.ann))
    people.ann.active = False
    people.session.flush()
    assert "还没有关联值班人员" in shown(people.browser(people.ann)), "somebody who has left is nobody"


def test_what_the_system_has_told_the_station(people: People, world: World, session: Session) -> None:
    people.roster()
    ticket = world.call("王秀英", NOW - DAY, [TALKED], lasted=90, outcome="answered")
    here, there = (Recipient("station", str(s.id), s.id) for s in (world.township, world.county))
    event = tell.about_ticket(session, ticket, "ticket_reopened", "reopened:1", urgent=True)
    tell.tell(session, event, [here, there], NOW)
    client = people.browser(people.ann)
    page = client.get("/duty").text
    assert "1 条未读" in page and "王秀英" in page and f"/tickets/{ticket.id}" in page
    shown_id = re.findall(r'name="notice" value="([^"]+)"', page)
    assert len(shown_id) == 1, "what the county was told is the county's"
    theirs = session.scalars(select(Notification).where(Notification.station_id == world.county.id)).one()
    post(client, "/duty/notices/read", notice=str(theirs.id))
    post(client, "/duty/notices/read", notice="nonsense")
    assert "1 条未读" in client.get("/duty").text
    post(client, "/duty/notices/read", notice=shown_id[0])
    assert "系统通知" not in client.get("/duty").text
    session.refresh(theirs)
    assert theirs.read_at is None


def test_duty_staff_land_here(people: People, signed_in: Callable[..., FlaskClient], world: World) -> None:
    duty = people.browser(people.ann)
    assert duty.get("/").headers["Location"] == "/duty" and duty.get("/tickets").status_code == 200
    assert re.findall(r'<nav class="menu".*?href="([^"]+)"', duty.get("/tickets").text, re.DOTALL)[0] == "/duty"
    coordinator = signed_in(Role.COORDINATOR, world.county)
    assert coordinator.get("/").status_code == 200
    assert re.findall(r'<nav class="menu".*?href="([^"]+)"', coordinator.get("/").text, re.DOTALL)[0] == "/tickets"
    assert signed_in(Role.AUDITOR, world.county).get("/duty").status_code == 403


def test_an_account_is_linked_to_the_roster(people: People, client: FlaskClient, session: Session) -> None:
    people.roster()
    duty = people.browser(None)
    account = session.scalars(select(Account).where(Account.role == "duty")).one()
    page = client.get(f"/accounts/{account.id}/staff").text
    assert "安一" in page and "薄二" in page
    assert post(client, f"/accounts/{account.id}/staff", staff=NOBODY).status_code == 400
    assert post(client, f"/accounts/{account.id}/staff", staff=str(people.ann.id)).status_code == 303
    assert "值班 到 11月24日 08:00" in shown(duty)
