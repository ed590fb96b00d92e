"""The routing lab over the real database: a plan with reasons, a changed policy beside it, nothing kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select

from hotline.accounts.roles import Role
from hotline.calls.models import Call, Leg
from hotline.directory.models import Handset, Policy
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_wallboard import a_handset
from tests.web.ticket_world import COUNTY, DUTY, World


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_changed_policy_stands_beside_the_one_in_force_and_nothing_is_kept(
    world: World, signed_in: Callable[..., FlaskClient]
) -> None:
    a_handset(world, world.county, "ok")
    a_handset(world, world.township, "dead")
    lab = signed_in(Role.COORDINATOR, world.county)
    station = world.township.code
    text = words(lab.get(f"/routing-lab?station={station}&at=2027-02-06T03:00").text)
    assert "现行策略" in text and "改变后的策略" not in text
    assert "手机失联待确认" in text, "who is passed over, and why"
    assert "县（市）中心 · 沁水县 最长振铃 10 秒" in text
    text = words(lab.get(f"/routing-lab?station={station}&ring_county=25").text)
    assert text.index("最长振铃 10 秒") < text.index("改变后的策略") < text.index("最长振铃 25 秒")
    assert world.session.scalar(select(func.count()).select_from(Policy)) == 0
    assert world.session.scalar(select(func.count()).select_from(Call)) == 0


def test_what_cannot_be_is_named_and_kept_in_the_form(world: World, client: FlaskClient) -> None:
    for asked, named in (
        ("ring_county=200", "振铃秒数"),
        ("limit_seconds=1", "转留言前最长秒数"),
        ("at=soon", "时间"),
        ("line=none", "热线号码"),
    ):
        answer = client.get(f"/routing-lab?{asked}")
        assert answer.status_code == 422 and f"{named}：" in answer.text
    assert 'value="200"' in client.get("/routing-lab?ring_county=200").text


def test_a_station_reaches_its_own_callers_only(world: World, signed_in: Callable[..., FlaskClient]) -> None:
    inside = signed_in(Role.COORDINATOR, world.township)
    assert inside.get(f"/routing-lab?station={world.county.code}").status_code == 404
    assert signed_in(Role.DUTY, world.township).get("/routing-lab").status_code == 403


def test_a_caller_is_chosen_by_name_or_number_and_neither_is_in_the_address(
    world: World, signed_in: Callable[..., FlaskClient]
) -> None:
    a_handset(world, world.township, "ok")
    survivor, number = world.people["王秀英"]
    lab = signed_in(Role.COORDINATOR, world.county)
    for typed in ("王秀英", "1540000 0001", survivor.code):
        answer = post(lab, "/routing-lab", who=typed, station=world.county.code, at="2027-02-06T03:00")
        assert answer.status_code == 303 and f"survivor={survivor.id}" in answer.location
        assert "15400000001" not in answer.location and "%E7%8E%8B" not in answer.location
        text = words(lab.get(answer.location).text)
        assert "来电人：王秀英（柳湾村）" in text and number[3:] not in text
        assert "龙港镇值班手机" in text, "the chain of her own station, not of the one in the form"
    several = post(lab, "/routing-lab", who="S")
    assert several.status_code == 303, "a code is found as a whole only"
    survivor.name = "张福贵"
    world.session.flush()
    assert "是哪一位" in post(lab, "/routing-lab", who="张福贵").text
    nobody = lab.get(post(lab, "/routing-lab", who="15400009999").location).text
    assert "通讯录里没有这个人或号码" in nobody and "号码不在通讯录：" in nobody
    assert "无法回电" in lab.get("/routing-lab?caller=withheld").text
    assert signed_in(Role.COORDINATOR, world.village).get("/routing-lab?caller=known").status_code == 422


def test_a_past_call_beside_what_would_happen_now(world: World, signed_in: Callable[..., FlaskClient]) -> None:
    a_handset(world, world.county, "ok")
    a_handset(world, world.township, "ok")
    at = NOW - timedelta(days=3)
    ticket = world.call("张福贵", at, [DUTY, COUNTY], lasted=248, outcome="answered")
    call = world.session.scalars(select(Call)).one()
    duty = world.session.scalars(select(Leg).where(Leg.tier_kind == "duty")).one()
    handset = world.session.scalars(select(Handset).where(Handset.station_id == world.township.id)).one()
    duty.target_id = handset.id
    lab = signed_in(Role.COORDINATOR, world.county)
    link = f"/routing-lab/calls/{call.id}"
    assert link in lab.get(f"/tickets/{ticket.id}").text
    text = words(lab.get(link).text)
    assert "当时 按现在的规则" in text and "改变后的策略" not in text
    assert "✓ 李建国（龙港镇值班） 值班 通话结束 最长振铃 15 秒 ✓ 龙港镇值班手机 无排班，响值班手机 县" in text
    assert "县中心值班室 县（市）中心 未用到" in text and "× 县中心值班室 不再响铃" in text
    assert text.count("当时没有") == 1, "the county's handset is the only new one"
    text = words(lab.get(f"{link}?ring_duty=25").text)
    assert text.index("最长振铃 15 秒") < text.index("最长振铃 25 秒")
    assert signed_in(Role.COORDINATOR, world.village).get(link).status_code == 404
