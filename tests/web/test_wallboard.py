"""The wallboard over the real database."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.directory.models import Handset, Station
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World

Page = Callable[..., str]
TALKING = DUTY.__class__(1, "duty", "李建国（龙港镇值班）", "duty", "accepted", 2, 4, 6, None, "1", "龙港镇")
RINGING = DUTY.__class__(3, "neighbour", "郑庄镇值班手机", "neighbour", "ringing", 30, name="郑庄镇")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def a_handset(world: World, station: Station, state: str) -> None:
    number = f"+86154{station.level:08d}"
    world.session.add(
        Handset(
            tenant_id=world.tenant.id, code=f"H-{station.code}", station_id=station.id, state=state,
            number_hash=world.vault.fingerprint(number), number_sealed=world.vault.seal(number),
        )
    )  # fmt: skip
    world.session.flush()


def test_calls_are_shown_with_their_tier_and_seconds(world: World, page: Page) -> None:
    world.call("王秀英", NOW - timedelta(seconds=66), [TALKING], lasted=None)
    world.call("张福贵", NOW - timedelta(seconds=41), [RINGING], lasted=None)
    html = page("/wallboard")
    text = words(html)
    assert "通话中 2 1 个正在接通" in text
    assert "第 3 级 · 相邻或上级站 正在响铃：郑庄镇值班手机 41 秒" in text
    assert "正在通话：李建国（龙港镇值班） 60 秒" in text
    assert "王秀英" not in html and "张福贵" not in html, "a wall is read by whoever passes"


def test_today_is_measured_against_the_norm(world: World, page: Page) -> None:
    for waited in (5, 9, 40):
        attempt = DUTY.__class__(1, "duty", "值班", "duty", "ended", 1, 2, waited, 60, "1")
        world.call("王秀英", NOW - timedelta(hours=1), [attempt], lasted=60, outcome="answered")
    world.call(None, NOW - timedelta(hours=2), lasted=20, outcome="abandoned")
    text = words(page("/wallboard"))
    assert "今日接通率 75.0 % 3 / 4 个" in text and "接听用时 9″ 九成在 40 秒内" in text
    assert "15 秒内接通 50.0 %" in text and "逾期 1 须立即处理" in text
    assert "待小结 3" in text


def test_a_dead_handset_and_a_missing_roster_are_seen(world: World, page: Page) -> None:
    a_handset(world, world.county, "ok")
    a_handset(world, world.township, "dead")
    text = words(page("/wallboard"))
    assert "龙港镇 从未测通 未排班 手机失联" in text and "沁水县 从未测通 未排班 手机正常" in text
    handset = world.session.scalars(select(Handset).where(Handset.state == "dead")).one()
    handset.failures, handset.confirmed_at = 4, NOW - timedelta(days=2)
    world.session.flush()
    text = words(page("/wallboard"))
    assert "龙港镇 2 天 0 小时前测通 未排班 手机失联 连续 4 次不通" in text and "沁水县 从未测通 未排班" in text


def test_it_is_sent_again_only_when_something_has_changed(world: World, client: FlaskClient) -> None:
    polled = {"HX-Request": "true", "HX-Trigger": "live"}
    first = client.get("/wallboard", headers=polled)
    assert first.status_code == 200 and "<html" not in first.text
    again = {**polled, "If-None-Match": first.headers["ETag"]}
    assert client.get("/wallboard", headers=again).status_code == 304
    world.call("王秀英", NOW - timedelta(seconds=3), lasted=None)
    assert client.get("/wallboard", headers=again).status_code == 200


def test_a_station_sees_its_own_only(world: World, signed_in: Callable[..., FlaskClient]) -> None:
    world.call("王秀英", NOW - timedelta(seconds=66), [TALKING], lasted=None)
    village = signed_in(Role.DUTY, world.village)
    assert "此刻没有通话" in village.get("/wallboard").text
    assert village.get("/wallboard?station=T1").status_code == 404
    assert "正在通话：" in signed_in(Role.DUTY, world.township).get("/wallboard").text


def test_more_calls_do_not_take_more_queries(world: World, page: Page, engine: Engine, session: Session) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def count() -> int:
        session.expire_all()
        asked.clear()
        page("/wallboard")
        return len([statement for statement in asked if not statement.startswith(("SAVEPOINT", "RELEASE"))])

    world.call("王秀英", NOW - timedelta(seconds=66), [TALKING], lasted=None)
    few = count()
    for n in range(20):
        world.call(None, NOW - timedelta(seconds=n + 3), [RINGING], lasted=None, number=f"+861540000{n:04d}")
        world.call("王秀英", NOW - timedelta(hours=n), [DUTY], lasted=60, outcome="answered")
    assert count() == few


def test_without_a_directory_it_says_what_to_do(page: Page) -> None:
    assert "hotline import" in page("/wallboard")
