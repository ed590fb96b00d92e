"""The directory's pages: each sees its own part, numbers masked; a file is shown before it is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline import intake
from hotline.accounts.roles import Role
from hotline.calls.exchange import Exchange
from hotline.directory.models import Handset, Station, Survivor
from hotline.sheets import drafts
from tests.web.browsers import form_token, post
from tests.web.ticket_world import World

SignedIn = Callable[..., FlaskClient]
TENANT = "tenant:\n  - {code: qinshui, name: 沁水县}\n"
HANDSET = TENANT + "handsets:\n  - {code: H9, station: T1, number: 0356-0000099}\n"


def upload(client: FlaskClient, text: str, name: str = "county.yaml") -> TestResponse:
    data = {"csrf_token": form_token(client), "file": (BytesIO(text.encode()), name)}
    return client.post("/directory/import", data=data, content_type="multipart/form-data")


def confirm(client: FlaskClient, preview: TestResponse) -> TestResponse:
    mark = re.search(r'name="mark" value="(\w+)"', preview.text)
    assert mark, preview.text
    return client.post("/directory/import/confirm", data={"csrf_token": form_token(client), "mark": mark[1]})


@pytest.mark.usefixtures("world")
def test_every_kind_has_its_page_and_its_file(client: FlaskClient) -> None:
    for kind in intake.KINDS:
        page = client.get(f"/directory/{kind.name}")
        assert page.status_code == 200 and kind.title in page.text
        file = client.get(f"/directory/{kind.name}.xlsx")
        assert file.status_code == 200 and kind.title in load_workbook(BytesIO(file.data)).sheetnames
        plain = client.get(f"/directory/{kind.name}.csv").data.decode("utf-8-sig").splitlines()
        assert plain[0].split(",") == list(kind.titles.values())
    assert client.get("/directory/nothing").status_code == 404


def test_a_village_sees_its_own_and_is_found_by_number(world: World, signed_in: SignedIn, session: Session) -> None:
    mine = session.scalars(select(Survivor).where(Survivor.name == "王秀英")).one()
    mine.station_id = world.village.id
    for other in session.scalars(select(Survivor).where(Survivor.id != mine.id)):
        other.station_id = world.township.id
    session.flush()
    village, county = signed_in(Role.HEAD, world.village), signed_in(Role.COORDINATOR, world.county)
    page = village.get("/directory/survivors").text.partition("<tbody")[2]
    assert "王秀英" in page and "张福贵" not in page and "15400000001" not in page.replace("-", "")
    sheet = load_workbook(BytesIO(village.get("/directory/survivors.xlsx").data))["烈士遗属"]
    assert "S1" in {row[0].value for row in sheet} and "S2" not in {row[0].value for row in sheet}
    plain = village.get("/directory/survivors.csv").data.decode("utf-8-sig")
    assert "王秀英" in plain and "张福贵" not in plain
    stations = village.get("/directory/stations").text
    assert "柳湾村" in stations and "龙港镇" not in stations.partition('<ul class="tree"')[2]
    found = post(county, "/directory/survivors", q="15400000001").text
    assert "王秀英" in found and "张福贵" not in found
    assert village.get("/directory/import").status_code == 403


def test_a_file_is_shown_and_then_written(world: World, signed_in: SignedIn, session: Session) -> None:
    client = signed_in(Role.COORDINATOR, world.county)
    shown = upload(client, HANDSET)
    assert shown.status_code == 200 and "H9" in shown.text and "0000099" not in shown.text
    assert session.scalars(select(Handset).where(Handset.code == "H9")).first() is None
    assert confirm(client, shown).status_code == 303
    assert session.scalars(select(Handset).where(Handset.code == "H9")).one().station_id == world.township.id
    again = upload(client, HANDSET.replace("H9,", "H9, priority: 2,"))
    assert re.search(r"<del>1</del> → <ins>2</ins>", again.text)
    assert "没有什么可改" in upload(client, HANDSET).text


def test_mistakes_name_sheet_row_field_and_reason(world: World, signed_in: SignedIn, session: Session) -> None:
    client = signed_in(Role.COORDINATOR, world.county)
    wrong = upload(client, HANDSET.replace("T1", "T7"))
    assert wrong.status_code == 422 and "站点 station" in wrong.text and "没有站点 “T7”" in wrong.text
    assert 'name="mark"' not in wrong.text
    assert upload(client, "x", "a.txt").status_code == 422
    broken = upload(client, "not a workbook", "a.xlsx")
    assert broken.status_code == 422 and "不是可读的 XLSX" in broken.text


def test_what_changes_every_call_is_the_administrators(world: World, signed_in: SignedIn, session: Session) -> None:
    renamed = TENANT.replace("沁水县", "别的县")
    refused = upload(signed_in(Role.COORDINATOR, world.county), renamed)
    assert refused.status_code == 422 and "管理员" in refused.text and 'name="mark"' not in refused.text
    other = upload(signed_in(Role.COORDINATOR, world.county), renamed.replace("qinshui", "yangcheng"))
    assert other.status_code == 422 and "只能导入 “qinshui”" in other.text
    allowed = signed_in()
    assert confirm(allowed, upload(allowed, renamed)).status_code == 303
    assert session.scalars(select(Station).where(Station.code == "C")).one().name.startswith("沁水县")


def test_what_changed_since_it_was_shown_is_shown_again(
    world: World, signed_in: SignedIn, session: Session, web_exchange: Exchange
) -> None:
    client = signed_in(Role.COORDINATOR, world.county)
    shown = upload(client, HANDSET)
    other = signed_in(Role.COORDINATOR, world.county)
    confirm(other, upload(other, HANDSET.replace("H9,", "H9, priority: 2,")))
    late = confirm(client, shown)
    assert late.status_code == 409 and "您查看期间" in late.text and "没有什么可改" in late.text
    assert session.scalars(select(Handset)).one().priority == 2
    folder = web_exchange.settings.imports_dir
    assert len(list(folder.iterdir())) == 1
    now = datetime.now(UTC)
    assert drafts.sweep(folder, now) == 0 and drafts.sweep(folder, now + timedelta(days=2)) == 1
