"""Finding tickets over any period: the filters, the box, paging, and what is kept out of addresses and reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Role
from hotline.directory.models import Station
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World
from tickets import desk
from tickets.models import Ticket

SEARCH = "/tickets/search"


def listed(html: str) -> list[int]:
    return [int(n) for n in re.findall(r'class="row-link"[^>]*>(\d+)<', html)]


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


@pytest.fixture
def tickets(world: World, session: Session) -> dict[str, Ticket]:
    made = {
        "old": world.call("王秀英", ago(days=90), [DUTY], lasted=248, outcome="answered", need="daily_life"),
        "late": world.call("张福贵", ago(days=3), lasted=9, outcome="abandoned"),
        "urgent": world.call("刘桂兰", ago(hours=2), [DUTY], lasted=99, outcome="answered", urgent=True),
        "stranger": world.call(None, ago(hours=1), lasted=9, outcome="abandoned", number="+8615400007777"),
    }
    desk.wrap_up(session, made["old"], "answered", "test", ago(days=89))
    made["old"].answer = "问优待证怎么补办"
    session.flush()
    return made


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["stranger", "urgent", "late", "old"]),
        ({"since": "2026-11-20", "until": "2026-11-22"}, ["late"]),
        ({"state": "resolved"}, ["old"]),
        ({"state": "unfinished", "until": "2026-11-22"}, ["late", "old"]),
        ({"need": "daily_life"}, ["old"]),
        ({"urgent": "1"}, ["urgent"]),
        ({"late": "1"}, ["stranger", "late"]),
        ({"unwrapped": "1"}, ["urgent"]),
        ({"q": "秀英"}, ["old"]),
        ({"q": "优待证"}, ["old"]),
        ({"q": "100%"}, []),
        ({"q": "154-0000 7777"}, ["stranger"]),
        ({"q": "（0356）0000 0022"}, ["late"]),
        ({"q": "+86 154 0000 0001"}, ["old"]),
        ({"q": "1540000"}, []),
    ],
)
def test_filters_and_the_box_find(
    client: FlaskClient, tickets: dict[str, Ticket], asked: dict[str, str], found: list[str]
) -> None:
    answer = post(client, SEARCH, headers=None, **asked)
    assert answer.status_code == 303
    if re.search(r"\d{4}\W*\d{4}", asked.get("q", "")):
        assert "caller=" in answer.location and "q=" not in answer.location  # no number in an address
    assert listed(client.get(answer.location).text) == [tickets[name].number for name in found]


def test_a_ticket_is_found_by_its_number(client: FlaskClient, tickets: dict[str, Ticket]) -> None:
    number = tickets["late"].number
    for typed in (f"{number}", f"No.{number}", f"＃{number}"):
        assert listed(client.get(f"{SEARCH}?{urlencode({'q': typed.replace('＃', '#')})}").text) == [number]


def test_pages_go_on_without_loss_or_repeat(client: FlaskClient, world: World) -> None:
    for minute in range(60):
        world.call(None, ago(days=40, minutes=minute // 2), lasted=9, outcome="abandoned")
    first = client.get(SEARCH).text
    older = re.search(r'href="([^"]+before=[^"]+)"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).text
    assert len({*listed(first), *listed(second)}) == len(listed(first)) + len(listed(second)) == 60


def test_a_station_sees_its_own_part_and_searches_are_written_down(
    signed_in: Callable[..., FlaskClient], tickets: dict[str, Ticket], world: World, session: Session
) -> None:
    other = Station(
        tenant_id=world.tenant.id, code="T2", name="郑庄镇退役军人服务站", level=1, parent_id=world.county.id
    )
    session.add(other)
    session.flush()
    assert listed(signed_in(Role.DUTY, other).get(f"{SEARCH}?q=秀英").text) == []
    head = signed_in(Role.HEAD, world.county)
    assert listed(head.get(f"{SEARCH}?station=T2").text) == []
    assert len(listed(head.get(f"{SEARCH}?station=T1").text)) == 4
    head.get(f"{SEARCH}?q=1540000000")
    subjects = session.scalars(select(AccessLog.subject).where(AccessLog.what == "tickets_searched")).all()
    assert "秀英" in subjects and not any(re.search(r"\d{7}", subject) for subject in subjects)


def test_a_wrong_date_is_named_and_kept(client: FlaskClient, tickets: dict[str, Ticket]) -> None:
    answer = client.get(f"{SEARCH}?since=2026-13-01&q=秀英")
    assert answer.status_code == 422 and "起始日期“2026-13-01”不是日期" in answer.text and 'value="秀英"' in answer.text
    assert client.get(f"{SEARCH}?since=2026-11-02&until=2026-11-01").status_code == 422


def test_comments_are_searched_and_a_name_is_sealed_in_the_address(
    client: FlaskClient, tickets: dict[str, Ticket], session: Session
) -> None:
    desk.note(session, tickets["late"].id, "comment", NOW, actor="test", said="她问低保什么时候发 ABC")
    session.flush()
    for typed, found in (("低保", ["late"]), ("么时候发", ["late"]), ("abc", ["late"]), ("保低", []), ("证", ["old"])):
        answer = post(client, SEARCH, q=typed)
        assert "q=" not in answer.location and typed not in answer.location
        page = client.get(answer.location).text
        assert listed(page) == [tickets[name].number for name in found] and f'value="{typed}"' in page
    assert client.get(f"{SEARCH}?text=gAAAA-made-up").status_code == 400


def test_a_search_is_kept_by_name_for_oneself_or_for_all_below_and_never_with_a_name_in_it(
    signed_in: Callable[..., FlaskClient], tickets: dict[str, Ticket], world: World
) -> None:
    head, duty = signed_in(Role.HEAD, world.county), signed_in(Role.DUTY, world.township)
    name = post(head, SEARCH, state="unfinished", days="7", q="王秀英").location
    assert post(head, name.replace("/search?", "/search/saved?"), name="一周未办结", shared="1").status_code == 303
    assert post(head, f"{SEARCH}/saved?urgent=1", name="紧急的").status_code == 303
    mine, theirs = head.get(SEARCH).text, duty.get(SEARCH).text
    assert "紧急的" in mine and "紧急的" not in theirs and "一周未办结" in theirs
    kept = re.search(r'href="([^"]+)">一周未办结', theirs)
    assert kept and "text=" not in kept[1] and "q=" not in kept[1]
    assert listed(duty.get(kept[1].replace("&amp;", "&")).text) == [
        tickets[one].number for one in ("stranger", "urgent", "late")
    ]
    assert post(head, f"{SEARCH}/saved", name=" ").status_code == 422
    other = signed_in(Role.HEAD, world.county)
    removing = re.findall(r"saved/[0-9a-f-]+/remove", mine)
    assert post(other, f"/tickets/search/{removing[0]}").status_code == 404
    assert all(post(head, f"/tickets/search/{address}").status_code == 303 for address in removing)
    assert "一周未办结" not in duty.get(SEARCH).text
