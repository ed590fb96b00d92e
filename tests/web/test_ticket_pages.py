"""A day's tickets and one ticket's timeline, over the real database."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.models import Recording
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, REST, TEAM, VILLAGE, Try, World
from tickets.models import Ticket

Page = Callable[..., str]
BUSY = replace(VILLAGE, label="嘉峰镇值班手机", reason="busy", state="passed_over")
MISSED = replace(DUTY, state="no_answer", picked=None, accepted=None, ended=22, key="")
DECLINED = Try(2, "backup", "周敏（龙港镇备班）", "backup", "declined", 25, 29, None, 33, "0", "龙港镇", 12)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def numbers_listed(html: str) -> list[int]:
    return [int(n) for n in re.findall(r'class="row-link"[^>]*>(\d+)<', html)]


def test_the_list_names_who_rang_and_hides_the_middle_of_numbers(world: World, page: Page) -> None:
    known = world.call("王秀英", ago(hours=2), [DUTY, *REST], lasted=248, outcome="answered", need="daily_life")
    unknown = world.call(None, ago(hours=1), [MISSED], lasted=3, outcome="abandoned", number="+8615400007777")
    withheld = world.call(None, ago(hours=3), [MISSED], lasted=24, outcome="abandoned", number=None)
    html = page("/")
    text = words(html)
    for shown in (
        "王秀英",
        "154****0001",
        "154****7777",
        "未显示号码",
        "柳湾村 · 龙港镇",
        "日常生活",
        "16 秒",
        DUTY.label,
    ):
        assert shown in text
    assert "3 秒后挂断" in text
    assert numbers_listed(html) == [unknown.number, known.number, withheld.number]


def test_no_page_shows_a_whole_number(world: World, page: Page) -> None:
    ticket = world.call("王秀英", ago(minutes=9), [DUTY, BUSY, *REST], lasted=112, outcome="message", message=14)
    for address in ("/", "/tickets", f"/tickets/{ticket.id}"):
        assert not re.search(r"1540\d{7}|0356-?0\d{6}", page(address))


def test_the_strip_counts_the_day(world: World, page: Page) -> None:
    for waited in (5, 11, 40):
        world.call(
            "王秀英", ago(hours=2), [replace(DUTY, rung=1, picked=2, accepted=waited)], lasted=99, outcome="answered"
        )
    world.call(None, ago(minutes=40), [MISSED], lasted=30, outcome="abandoned", number="+8615400000071")
    world.call(None, ago(minutes=5), [MISSED], lasted=30, outcome="abandoned", number="+8615400000072")
    text = words(page("/"))
    for figure in ("来电 5", "真人接听 3 接通率 60%", "中位数） 11 秒 2 个在 15 秒内", "等待回电 2", "回电逾期 1"):
        assert figure in text


def test_a_day_begins_at_midnight_in_shanghai(world: World, page: Page) -> None:
    last = world.call(None, ago(hours=10, minutes=32, seconds=6), lasted=9, outcome="abandoned")
    first = world.call(
        None, ago(hours=10, minutes=32, seconds=5), lasted=9, outcome="abandoned", number="+8615400000070"
    )
    assert numbers_listed(page("/tickets?day=2026-11-23&show=owed")) == [last.number, first.number]
    assert numbers_listed(page("/tickets?day=2026-11-22")) == [last.number]
    assert "00:00:00" in page("/") and "23:59:59" in page("/tickets?day=2026-11-22")


def test_what_is_owed_from_yesterday_stays_on_todays_page(world: World, page: Page) -> None:
    world.call("张福贵", ago(hours=14), [MISSED], lasted=31, outcome="abandoned")
    assert "往日未回的电话" in page("/")
    assert "往日未回的电话" not in page("/tickets?day=2026-11-21")


def test_paging_shows_every_ticket_once_even_those_of_one_moment(world: World, page: Page) -> None:
    made = [
        world.call(None, ago(seconds=60 + n // 10), lasted=9, outcome="abandoned", number=f"+861540000{n:04d}")
        for n in range(120)
    ]
    seen: list[list[int]] = []
    address = "/tickets"
    while True:
        html = page(address)
        seen.append(numbers_listed(html))
        older = re.search(r'href="([^"]*before=[^"]*)"', html)
        if not older:
            break
        address = older[1].replace("&amp;", "&")
    assert [len(numbers) for numbers in seen] == [50, 50, 20]
    assert {n for numbers in seen for n in numbers} == {t.number for t in made}
    newer = re.search(r'href="([^"]*after=[^"]*)"', html)
    assert newer and numbers_listed(page(newer[1].replace("&amp;", "&"))) == seen[1]


@pytest.mark.parametrize(("show", "count"), [("all", 3), ("human", 1), ("owed", 2), ("late", 1), ("message", 1)])
def test_a_figure_opens_its_tickets(world: World, page: Page, show: str, count: int) -> None:
    world.call("王秀英", ago(hours=1), [DUTY], lasted=248, outcome="answered")
    world.call("张福贵", ago(minutes=40), [MISSED], lasted=99, outcome="message", message=9)
    world.call("刘桂兰", ago(minutes=4), [MISSED], lasted=9, outcome="abandoned")
    assert len(numbers_listed(page(f"/tickets?show={show}"))) == count


@pytest.mark.parametrize("question", ["day=yesterday", "day=1066-10-14", "show=some", "before=x", "after=1-2"])
def test_an_address_that_cannot_be_read_is_refused_in_words(client: FlaskClient, question: str) -> None:
    answer = client.get(f"/tickets?{question}")
    assert answer.status_code == 400 and "地址有误" in answer.text


def test_a_live_call_shows_its_tier_and_seconds(world: World, page: Page) -> None:
    ringing = replace(VILLAGE, state="ringing", rung=25)
    world.call("刘桂兰", ago(seconds=32), [MISSED, ringing, TEAM], lasted=None)
    talking = replace(DUTY, state="accepted", ended=None)
    world.call("王秀英", ago(seconds=90), [talking, *REST], lasted=None)
    text = words(page("/"))
    assert "第 2 级 备班与村站 正在响铃：柳湾村服务站 7 秒" in text
    assert f"正在通话：{DUTY.label} 74 秒" in text
    assert "2 个" in text


def test_the_live_part_is_sent_again_only_when_it_changed(world: World, client: FlaskClient, session: Session) -> None:
    ticket = world.call("王秀英", ago(hours=1), [DUTY], lasted=248, outcome="answered")
    for address in ("/tickets", f"/tickets/{ticket.id}"):
        whole = client.get(address).text
        shown = re.search(r'data-etag="([^"]+)"', whole)
        part = client.get(address, headers={"HX-Request": "true"})
        assert "<html" in whole and "<html" not in part.text
        assert shown and part.headers["ETag"] == shown[1].replace("&#34;", '"')
        again = {"HX-Request": "true", "If-None-Match": part.headers["ETag"]}
        assert client.get(address, headers=again).status_code == 304
        session.get_one(Ticket, ticket.id).priority = "urgent" if address == "/tickets" else "normal"
        session.flush()
        assert client.get(address, headers=again).status_code == 200


def test_a_day_that_is_past_is_not_asked_for_again(world: World, page: Page) -> None:
    assert 'hx-trigger="every 2s"' in page("/")
    assert 'hx-trigger="every 2s"' not in page("/tickets?day=2026-11-20")


def test_the_timeline_tells_every_attempt_with_its_reason_and_seconds(world: World, page: Page) -> None:
    taken = replace(
        DUTY, tier=3, label="县中心值班室", kind="county", reason="county", rung=40, picked=44, accepted=48.3
    )
    ticket = world.call(
        "王秀英", ago(minutes=20), [MISSED, DECLINED, BUSY, taken, TEAM], lasted=248, outcome="answered"
    )
    html = page(f"/tickets/{ticket.id}")
    text = words(html)
    assert "等候 48 秒后有人接听，交谈 3 分 19 秒" in text
    assert "第 1 级 值班手机 · 龙港镇 最长振铃 15 秒 李建国（龙港镇值班） 值班" in text
    assert "无人接听 10:12:12 振铃 15 秒" in text
    assert "按键拒接 · 按 0 键 10:12:30 振铃 4 秒" in text
    assert "嘉峰镇值班手机 跳过 正在其他通话中" in text
    assert "通话结束 · 按 1 键 10:12:45 振铃 4 秒 · 第 48 秒接听" in text
    assert "没有响铃的各级（1）" in text and "未用到：志愿服务队，服务该需求" in text
    assert html.count('class="bar ring"') == 3 and html.count('class="bar talk"') == 2


def test_two_calls_of_a_ticket_stand_newest_first(world: World, page: Page) -> None:
    ticket = world.call("张福贵", ago(minutes=30), [MISSED], lasted=99, outcome="message", message=14)
    world.call("张福贵", ago(minutes=20), [DUTY], lasted=70, outcome="answered", ticket=ticket)
    text = words(page(f"/tickets/{ticket.id}"))
    assert text.index("第 2 次来电 已接通") < text.index("第 1 次来电 已留言")
    for line in ("来电人留言 14 秒。", "来电人留了言，承诺在 11月23日 10:18:44 前回电。", "按键接听，等候 16 秒。"):
        assert line in text


def test_a_late_call_back_is_said_aloud(world: World, page: Page) -> None:
    ticket = world.call("张福贵", ago(minutes=30), [MISSED], lasted=60, outcome="abandoned")
    assert re.search(
        r'role="alert".*应在 11月23日 10:18:05 前回电，已逾期 14 分 00 秒', page(f"/tickets/{ticket.id}"), re.S
    )


def test_a_message_is_played_from_our_folder_or_said_to_be_at_the_carrier(
    world: World, client: FlaskClient, session: Session, web_exchange: Exchange
) -> None:
    ticket = world.call("张福贵", ago(minutes=30), [MISSED], lasted=60, outcome="message", message=9, fetched="m.wav")
    spoken = session.query(Recording).one()
    address = f"/tickets/{ticket.id}/recordings/{spoken.id}"
    assert "还在运营商处" in client.get(f"/tickets/{ticket.id}").text
    assert client.get(address).status_code == 404
    web_exchange.settings.recordings_dir.mkdir(parents=True)
    (web_exchange.settings.recordings_dir / "m.wav").write_bytes(b"RIFF1234WAVE")
    assert address in client.get(f"/tickets/{ticket.id}").text
    answer = client.get(address, headers={"Range": "bytes=4-7"}, buffered=True)
    assert (answer.status_code, answer.data) == (206, b"1234")
    assert client.get(f"/tickets/{spoken.id}/recordings/{spoken.id}").status_code == 404


def test_an_empty_county_says_what_to_do(world: World, page: Page) -> None:
    html = page("/")
    assert "今天还没有来电" in html and 'href="http://localhost:8081/"' in html


def test_without_a_directory_the_page_says_what_to_do(page: Page) -> None:
    assert "hotline import" in page("/")


def test_more_tickets_and_calls_do_not_take_more_queries(world: World, page: Page, engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def count(address: str) -> int:
        world.session.flush()
        world.session.expire_all()
        asked.clear()
        page(address)
        return len([statement for statement in asked if not statement.startswith(("SAVEPOINT", "RELEASE"))])

    ticket = world.call("张福贵", ago(minutes=30), [MISSED, *REST], lasted=60, outcome="message", message=9)
    world.call("刘桂兰", ago(seconds=32), [MISSED, VILLAGE], lasted=None)
    few = count("/"), count(f"/tickets/{ticket.id}")
    for n in range(30):
        world.call("陈德明", ago(minutes=29, seconds=n), [MISSED, *REST], lasted=60, outcome="abandoned", ticket=ticket)
        world.call(None, ago(minutes=9), [MISSED, *REST], lasted=None, number=f"+861540000{n:04d}")
    assert (count("/"), count(f"/tickets/{ticket.id}")) == few
    assert max(few) <= 26
