"""The directory's history on its pages: taken back by those who may edit, refused with a reason where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.directory.models import Policy, Staff
from tests.web.browsers import post
from tests.web.test_directory import HANDSET, TENANT, confirm, upload
from tests.web.test_directory_forms import edit
from tests.web.ticket_world import World

SignedIn = Callable[..., FlaskClient]


def undo_first(client: FlaskClient, address: str) -> str:
    """Press the first button that takes something back; return the page that follows."""
    found = re.search(r'action="([^"]+/undo)"', client.get(address).text)
    assert found
    return client.get(post(client, found[1]).location).text


def test_a_survivors_change_is_seen_and_taken_back(world: World, signed_in: SignedIn, session: Session) -> None:
    head = signed_in(Role.HEAD, world.township)
    row = world.people["王秀英"][0]
    address = f"/directory/survivors/{row.id}"
    assert edit(head, f"{address}/edit", phones="15400000077 女儿", situation="一人住").status_code == 303
    page = head.get(address).text
    assert "<del>154****0001</del> → <ins>154****0077 女儿</ins>" in page and "15400000077" not in page
    over_all = signed_in(Role.AUDITOR, world.county).get("/directory/history?kind=survivors&how=form").text
    assert "王秀英 S1" in over_all and "/undo" not in over_all
    assert head.get("/directory/history").status_code == 403
    assert "已撤销，恢复为原来的内容" in undo_first(head, address)
    session.expire_all()
    assert row.situation == "" and "154****0001" in head.get(address).text
    assert head.get(address).text.count("已撤销</span>") == 1


def test_something_newer_is_not_overwritten(world: World, signed_in: SignedIn, session: Session) -> None:
    client = signed_in(Role.COORDINATOR, world.county)
    address = f"/directory/stations/{world.village.id}"
    edit(client, f"{address}/edit", name="柳湾村服务点")
    first = re.search(r'action="([^"]+/undo)"', client.get(address).text)
    edit(client, f"{address}/edit", name="柳湾村站")
    assert (
        first
        and "没有撤销：站点 柳湾村服务点 V1：名称 name 后来又改过" in client.get(post(client, first[1]).location).text
    )
    session.expire_all()
    assert world.village.name == "柳湾村站"


def test_a_head_takes_back_nothing_out_of_reach(world: World, signed_in: SignedIn, session: Session) -> None:
    coordinator, head = signed_in(Role.COORDINATOR, world.county), signed_in(Role.HEAD, world.village)
    staff = {"code": "P1", "station": "C", "name": "赵明", "active": "是", "head": "否"}
    row = post(coordinator, "/directory/staff/new", **staff).location
    edit(coordinator, f"{row}/edit", station="V1")
    assert "不在您的范围内" in undo_first(head, row)
    session.expire_all()
    assert session.scalars(select(Staff.station_id)).one() == world.village.id
    change = re.search(r'action="([^"]+/undo)"', coordinator.get(f"/directory/stations/{world.county.id}").text)
    assert change is None
    edit(coordinator, f"/directory/stations/{world.county.id}/edit", address="县城")
    change = re.search(r'action="([^"]+/undo)"', coordinator.get(f"/directory/stations/{world.county.id}").text)
    assert change and post(head, change[1]).status_code == 404


def test_a_whole_import_is_taken_back(world: World, client: FlaskClient, session: Session) -> None:
    policy = TENANT + "policies:\n  - {station: T1, data: {limit_seconds: 60}}\n"
    confirm(client, upload(client, policy + HANDSET.removeprefix(TENANT)))
    found = re.search(r'href="(/directory/history\?[^"]*batch=[^"]+)"', client.get("/directory/history").text)
    assert found
    page = client.get(found[1].replace("&amp;", "&")).text
    button = re.search(r'action="(/directory/history/batches/[^"]+)"', page)
    assert button and "H9" in page
    assert "已撤销，恢复" in client.get(post(client, button[1]).location).text
    assert session.scalars(select(Policy)).first() is None and "已停用" in client.get("/directory/handsets").text


def test_a_policy_is_removed_and_comes_back(world: World, client: FlaskClient, session: Session) -> None:
    row = post(client, "/directory/policies/new", station="T1", data="{limit_seconds: 60}").location
    gone = post(client, f"{row}/remove").location
    assert "已删除" in client.get(gone).text and session.scalars(select(Policy)).first() is None
    undo_first(client, "/directory/history")
    assert session.scalars(select(Policy.data)).one() == {"limit_seconds": 60} and client.get(row).status_code == 200
