"""Rows of the directory by form: checked like a file, within one's part of the tree, and nothing is overwritten."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline import intake
from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Role
from hotline.directory.models import Handset, Household, Policy, Staff, Station, Survivor
from hotline.numbers import from_stored
from tests.web.browsers import post
from tests.web.ticket_world import World

SignedIn = Callable[..., FlaskClient]


def filled(page: str) -> dict[str, str]:
    """Return what the fields of a row's form hold as the browser would send them (one value a field)."""
    form = page.partition('class="panel row-form"')[2].partition("</form>")[0]
    found = {n: html.unescape(v) for n, v in re.findall(r'<input[^>]*? name="(\w+)" value="([^"]*)"', form)}
    found |= {n: html.unescape(v) for n, v in re.findall(r'<textarea[^>]*? name="(\w+)"[^>]*>([^<]*)<', form)}
    for name, options in re.findall(r'<select[^>]*? name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return {name: value for name, value in found.items() if name != "csrf_token"}


def edit(client: FlaskClient, address: str, /, **changes: str) -> TestResponse:
    return post(client, address, **{**filled(client.get(address).text), **changes})


@pytest.mark.usefixtures("world")
def test_every_kind_has_a_form_that_names_what_is_missing(client: FlaskClient) -> None:
    for kind in intake.KINDS[1:]:
        address = f"/directory/{kind.name}/new"
        assert client.get(address).status_code == 200
        required = [name for name, info in kind.row.model_fields.items() if info.is_required()]
        answer = post(client, address)
        assert answer.status_code == 422 and answer.text.count("缺少这一项") == len(required)
    assert client.get("/directory/tenant/new").status_code == 403


def test_a_wrong_phone_is_told_beside_its_field(world: World, signed_in: SignedIn, session: Session) -> None:
    client = signed_in(Role.COORDINATOR, world.county)
    row = world.people["王秀英"][0]
    address = f"/directory/survivors/{row.id}/edit"
    assert "15400000001" in client.get(address).text
    wrong = edit(client, address, phones="15400000001 本人\n1540000 儿子", situation="腿脚不便")
    assert wrong.status_code == 422 and "腿脚不便" in wrong.text and "1540000 儿子" in wrong.text
    note = re.search(r'id="phones-note">(.*?)</span>', wrong.text, re.DOTALL)
    assert note and "不是有效的电话号码" in note[1]
    right = edit(client, address, phones="15400000001 本人\n15400000077 儿子", situation="腿脚不便", hearing="重听")
    assert right.status_code == 303
    session.expire_all()
    assert (row.situation, row.hearing) == ("腿脚不便", "hard")
    page = client.get(right.location).text
    assert "154****0077 儿子" in page and "15400000077" not in page
    cleared = edit(client, address, situation="", phones="")
    session.expire_all()
    assert cleared.status_code == 303 and row.situation == ""
    assert {"number_seen", "directory_changed"} <= set(session.scalars(select(AccessLog.what)))


def test_two_who_edit_one_row(world: World, signed_in: SignedIn, session: Session) -> None:
    one, other = signed_in(Role.COORDINATOR, world.county), signed_in(Role.COORDINATOR, world.county)
    address = f"/directory/stations/{world.village.id}/edit"
    early = filled(one.get(address).text)
    assert edit(other, address, address="柳湾村口").status_code == 303
    late = post(one, address, **{**early, "name": "柳湾村服务点"})
    assert late.status_code == 409 and "别人已改成：柳湾村口" in late.text
    session.expire_all()
    assert world.village.name == "柳湾村退役军人服务站"
    again = post(one, address, **{**filled(late.text), "address": "柳湾村口"})
    session.expire_all()
    assert again.status_code == 303 and (world.village.name, world.village.address) == ("柳湾村服务点", "柳湾村口")


def test_a_head_edits_within_reach_only(world: World, signed_in: SignedIn, session: Session) -> None:
    head = signed_in(Role.HEAD, world.township)
    new = {"code": "P1", "station": "V1", "name": "赵明", "active": "是", "head": "否", "number": "15400000055"}
    assert post(head, "/directory/staff/new", **new).status_code == 303
    assert session.scalars(select(Staff).where(Staff.code == "P1")).one().station_id == world.village.id
    refused = post(head, "/directory/staff/new", **{**new, "code": "P2", "station": "C"})
    assert refused.status_code == 422 and "不在您的范围内" in refused.text
    assert post(head, "/directory/staff/new", **new).text.count("已有一条") == 1
    assert head.get(f"/directory/stations/{world.county.id}/edit").status_code == 404
    station = {"code": "V2", "name": "里必村服务站", "parent": "T1", "hours": "24/7", "active": "是"}
    assert post(head, "/directory/stations/new", **station).status_code == 303
    assert post(head, "/directory/stations/new", **{**station, "code": "V3", "parent": "C"}).status_code == 422
    assert post(head, "/directory/households/new", code="F1", address="柳湾村", active="是").status_code == 303
    assert head.get("/directory/lines/new").status_code == 403
    assert signed_in(Role.AUDITOR, world.county).get(f"/directory/stations/{world.village.id}/edit").status_code == 403
    codes = set(session.scalars(select(Station.code)))
    assert "V2" in codes and "V3" not in codes and session.scalars(select(Household.code)).all() == ["F1"]


def test_a_row_is_retired_and_its_number_is_free_again(world: World, client: FlaskClient, session: Session) -> None:
    new = {"code": "H1", "station": "T1", "number": "15400000031", "priority": "1", "active": "是"}
    made = post(client, "/directory/handsets/new", **new)
    assert made.status_code == 303
    taken = post(client, "/directory/handsets/new", **{**new, "code": "H2"})
    assert taken.status_code == 422 and "已是 “H1” 的号码" in taken.text
    assert edit(client, made.location + "/edit", active="否").status_code == 303
    assert "已停用" in client.get(made.location).text
    assert post(client, "/directory/handsets/new", **{**new, "code": "H2"}).status_code == 303
    sealed = session.scalars(select(Handset).where(Handset.code == "H2")).one().number_sealed
    assert from_stored(world.vault.open(sealed)).written == "15400000031"


def test_a_policy_is_explained_tried_and_kept(world: World, client: FlaskClient, session: Session) -> None:
    address = "/directory/policies/new"
    assert "从第一声振铃到请来电人留言" in client.get(address).text
    wrong = post(client, address, station="T1", **{"data.limit_seconds": "5", "data.ring.duty": "90"})
    assert wrong.status_code == 422 and "不能小于 20" in wrong.text and 'value="90"' in wrong.text
    wrong = post(client, address, station="T1", **{"data.ring.duty": "90"})
    assert 'id="ring.duty-note"' in wrong.text and "应为 5 到 60 秒" in wrong.text
    right = {"station": "T1", "data.limit_seconds": "45", "data.ring.duty": "20", "data.simultaneous": "false"}
    tried = post(client, address, **right, **{"try": "1"})
    assert tried.status_code == 200 and "改变后的策略" in tried.text and "limit_seconds=45" in tried.text
    assert session.scalars(select(Policy)).first() is None
    made = post(client, address, **right)
    kept = session.scalars(select(Policy.data)).one()
    assert (kept["limit_seconds"], kept["simultaneous"], kept["ring_seconds"]["county"]) == (45, False, 10)
    assert 'name="data.limit_seconds" inputmode="numeric" value="45"' in client.get(f"{made.location}/edit").text


def test_without_its_key_a_page_says_so(world: World, client: FlaskClient, session: Session) -> None:
    handset = Handset(
        tenant_id=world.tenant.id, code="H1", station_id=world.township.id, number_hash=b"h", number_sealed=b"x"
    )
    session.add(handset)
    session.flush()
    answer = client.get("/directory/handsets")
    assert answer.status_code == 503 and "HOTLINE_VAULT_KEYS" in answer.text
    assert session.scalars(select(Survivor)).first() and client.get("/directory/survivors").status_code == 200
