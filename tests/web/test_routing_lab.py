"""The routing lab over the real database: a plan with reasons, a changed policy beside it, nothing kept."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import func, select

from hotline.accounts.roles import Role
from hotline.calls.models import Call
from hotline.directory.models import Policy
from tests.web.test_wallboard import a_handset
from tests.web.ticket_world import World


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
