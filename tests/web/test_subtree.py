"""Pages show what lies in the account's subtree, and nothing else; the access log tells who looked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Role
from hotline.calls.models import Call, Recording
from hotline.directory.models import Station, Tenant
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, REST, World
from tickets.models import Ticket

SignedIn = Callable[..., FlaskClient]
HOUR = timedelta(hours=1)


@pytest.fixture
def elsewhere(session: Session, world: World) -> Station:
    """Another township of the same county, with a ticket, a live call and a call back owed since yesterday."""
    other = Station(
        tenant_id=world.tenant.id, code="T2", name="郑庄镇退役军人服务站", level=1, parent_id=world.county.id
    )
    session.add(other)
    session.flush()
    live = world.call("陈德明", NOW - timedelta(seconds=9), [DUTY, *REST], lasted=None)
    ended = world.call("张福贵", NOW - HOUR, [DUTY], lasted=60, outcome="answered")
    owed = world.call("刘桂兰", NOW - 20 * HOUR, [], lasted=9, outcome="abandoned")
    for ticket in (live, ended, owed):
        ticket.station_id = other.id
        for call in session.scalars(select(Call).where(Call.ticket_id == ticket.id)):
            call.station_id = other.id
    session.flush()
    return other


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_township_sees_its_own_and_its_villages(world: World, elsewhere: Station, signed_in: SignedIn) -> None:
    mine = world.call("王秀英", NOW - HOUR, [DUTY], lasted=99, outcome="answered")
    page = signed_in(Role.DUTY, world.township).get("/tickets").text
    assert "王秀英" in page and str(mine.number) in page and "来电 1 " in words(page)
    for name in ("陈德明", "张福贵", "刘桂兰", "往日未回的电话"):
        assert name not in page


def test_the_county_sees_all_its_townships(world: World, elsewhere: Station, signed_in: SignedIn) -> None:
    page = signed_in(Role.COORDINATOR, world.county).get("/").text
    for name in ("陈德明", "张福贵", "刘桂兰", "往日未回的电话"):
        assert name in page


def test_a_village_does_not_see_its_township(world: World, signed_in: SignedIn) -> None:
    ticket = world.call("王秀英", NOW - HOUR, [DUTY], lasted=99, outcome="answered")
    village = signed_in(Role.DUTY, world.village)
    assert "王秀英" not in village.get("/").text and village.get(f"/tickets/{ticket.id}").status_code == 404


def test_what_is_out_of_reach_is_not_there(
    world: World, elsewhere: Station, signed_in: SignedIn, session: Session
) -> None:
    ticket = session.scalars(select(Ticket).where(Ticket.station_id == elsewhere.id)).first()
    assert ticket
    mine, theirs = signed_in(Role.HEAD, world.township), signed_in(Role.HEAD, elsewhere)
    answers = [browser.get(f"/tickets/{ticket.id}") for browser in (mine, theirs)]
    assert [answer.status_code for answer in answers] == [404, 200]
    never = mine.get("/tickets/01a20600-0000-7000-8000-000000000000")
    assert re.sub(r'"[^"]*"', "", never.text) == re.sub(r'"[^"]*"', "", answers[0].text)


def test_another_county_is_another_world(world: World, signed_in: SignedIn, session: Session) -> None:
    ticket = world.call("王秀英", NOW - HOUR, [DUTY], lasted=99, outcome="answered")
    tenant = Tenant(code="other", name="另一个县", levels=["县"])
    session.add(tenant)
    session.flush()
    top = Station(tenant_id=tenant.id, code="O", name="另一个县中心", level=0)
    session.add(top)
    session.flush()
    outsider = signed_in(Role.ADMINISTRATOR, top)
    page = outsider.get("/").text
    assert "王秀英" not in page and "沁水县" not in page
    assert outsider.get("/tickets?tenant=qinshui").status_code == 404
    assert outsider.get(f"/tickets/{ticket.id}").status_code == 404
    assert "沁水县" in signed_in(Role.ADMINISTRATOR).get("/").text, "the whole installation sees both"


def test_who_looked_and_who_listened_is_written_down_once(
    world: World, signed_in: SignedIn, session: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "one.wav").write_bytes(b"RIFF" + bytes(100))
    ticket = world.call("王秀英", NOW - HOUR, [], lasted=9, outcome="message", message=8, fetched="one.wav")
    sound = session.scalars(select(Recording.id)).one()
    duty = signed_in(Role.DUTY, world.township)
    duty.get(f"/tickets/{ticket.id}")
    for _ in range(3):
        duty.get(f"/tickets/{ticket.id}", headers={"HX-Request": "true", "HX-Trigger": "live"})
    for span in ("bytes=0-", "bytes=50-99"):
        answer = duty.get(f"/tickets/{ticket.id}/recordings/{sound}", headers={"Range": span}, buffered=True)
        assert answer.status_code == 206
    lines = session.scalars(select(AccessLog).where(AccessLog.ticket_id == ticket.id).order_by(AccessLog.id)).all()
    assert [line.what for line in lines] == ["ticket_seen", "recording_heard"]
    assert {line.station_id for line in lines} == {world.township.id} and {line.address for line in lines} == {
        "127.0.0.1"
    }

    page = words(signed_in(Role.AUDITOR, world.county).get(f"/access?ticket={ticket.id}").text)
    assert "查看工单" in page and "播放录音" in page and str(ticket.number) in page


def test_an_auditor_may_not_listen(world: World, signed_in: SignedIn, session: Session, tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "one.wav").write_bytes(b"RIFF" + bytes(100))
    ticket = world.call("王秀英", NOW - HOUR, [], lasted=9, outcome="message", message=8, fetched="one.wav")
    sound = session.scalars(select(Recording.id)).one()
    auditor = signed_in(Role.AUDITOR, world.county)
    page = auditor.get(f"/tickets/{ticket.id}")
    assert page.status_code == 200 and "<audio" not in page.text and "不能播放录音" in page.text
    assert "<audio" in signed_in(Role.DUTY, world.county).get(f"/tickets/{ticket.id}").text
    assert auditor.get(f"/tickets/{ticket.id}/recordings/{sound}").status_code == 403


def test_the_access_log_is_paged_without_losing_a_line(world: World, signed_in: SignedIn, session: Session) -> None:
    ticket = world.call("王秀英", NOW - HOUR, [DUTY], lasted=99, outcome="answered")
    duty = signed_in(Role.DUTY, world.township)
    for _ in range(120):
        duty.get(f"/tickets/{ticket.id}")
    auditor = signed_in(Role.AUDITOR, world.county)
    first = auditor.get(f"/access?ticket={ticket.id}").text
    older = re.search(r'href="(/access\?[^"]*before=[^"]*)"', first)
    assert older and first.count("查看工单") == 100
    assert auditor.get(older[1].replace("&amp;", "&")).text.count("查看工单") == 20
    assert auditor.get("/access?before=x").status_code == 400


def test_an_administrator_makes_accounts_within_reach_only(
    world: World, elsewhere: Station, signed_in: SignedIn, visitor: FlaskClient
) -> None:
    county = signed_in(Role.ADMINISTRATOR, world.township)
    form = {"login": "New.Duty", "name": "王芳", "role": "duty"}
    assert post(county, "/accounts/new", **form, station=str(elsewhere.id)).status_code == 422
    assert post(county, "/accounts/new", **form).status_code == 422
    made = post(county, "/accounts/new", **form, station=str(world.village.id))
    password = re.search(r"<code>([a-z2-9-]{17})</code>", made.text)
    assert made.status_code == 201 and password
    assert post(county, "/accounts/new", **form, station=str(world.village.id)).status_code == 422, "the name is taken"
    assert post(visitor, "/sign-in", login="new.duty", password=password[1]).status_code == 303
    assert visitor.get("/").headers["Location"] == "/account/password"
    listed = county.get("/accounts").text
    assert "new.duty" in listed
    close = re.search(r"/accounts/[0-9a-f-]+/close", listed)
    assert close and post(county, close[0]).status_code == 303
    assert visitor.get("/").headers["Location"].startswith("/sign-in")
    assert post(visitor, "/sign-in", login="new.duty", password=password[1]).status_code == 401
    assert post(county, close[0].replace("close", "reopen")).status_code == 303
    assert post(visitor, "/sign-in", login="new.duty", password=password[1]).status_code == 303
    stranger = signed_in(Role.ADMINISTRATOR, elsewhere)
    assert "new.duty" not in stranger.get("/accounts").text and post(stranger, close[0]).status_code == 404
