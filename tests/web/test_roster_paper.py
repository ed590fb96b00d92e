"""The month as a sheet: printed as the roster on the wall, changed by hand, and taken back into the draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.accounts.roles import Role
from hotline.directory.models import Staff
from hotline.roster.board_models import DraftShift
from hotline.roster.models import Pattern, Shift
from tests.web.browsers import form_token
from tests.web.conftest import NOW
from tests.web.test_roster_board import HALF, li, words
from tests.web.test_roster_moves import NEXT_WEEK, wang
from tests.web.ticket_world import World

__all__ = ["li", "wang"]
OUT = "/roster/paper/month.xlsx?station=T1&month=2026-12"
IN = "/roster/paper?station=T1"


@pytest.fixture
def head(world: World, li: Staff, wang: Staff, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    """The township keeps a weekly backup rotation beside its shifts of 1 and 2 December."""
    world.session.add(
        Pattern(
            tenant_id=world.tenant.id, station_id=world.township.id, role="backup", code="rota", at=time(8), hours=168,
            every=168, staff_ids=[li.id, wang.id], starts=date(2026, 11, 23),
        )
    )  # fmt: skip
    world.session.flush()
    return signed_in(Role.HEAD, world.township)


def download(client: FlaskClient) -> tuple[Workbook, Worksheet]:
    book = load_workbook(BytesIO(client.get(OUT).data))
    return book, book["值班表"]


def upload(client: FlaskClient, book: Workbook) -> TestResponse:
    content = BytesIO()
    book.save(content)
    content.seek(0)
    return client.post(IN, data={"csrf_token": form_token(client), "file": (content, "roster.xlsx")})


def test_the_sheet_is_the_roster_on_the_wall(head: FlaskClient) -> None:
    book, sheet = download(head)
    assert sheet["A1"].value == "龙港镇退役军人服务站 2026年12月值班表" and book["_原样"].sheet_state == "veryHidden"
    row = [cell.value for cell in sheet[4]]
    assert row[:3] == ["12月1日", "二", "廿三"]
    assert row[3].splitlines() == ["08:00–20:00 李建国", "20:00–08:00 —"]
    assert row[4] == "↳ 王芳（至 12/7 08:00）" and sheet["E10"].value.splitlines()[1] == "08:00–12/14 08:00 李建国"
    assert sheet.max_row == 34 and sheet["A34"].value == "12月31日"


def test_only_what_was_changed_goes_into_the_draft(head: FlaskClient, li: Staff, wang: Staff, session: Session) -> None:
    book, sheet = download(head)
    sheet["D4"], sheet["D5"] = "8:00-20:00 王芳\n20:00~08:00 李建国", ""
    answer = upload(head, book)
    assert answer.status_code == 303, words(answer.text)
    rows = session.scalars(select(DraftShift).order_by(DraftShift.starts)).all()
    assert [(row.staff_id, row.starts, bool(row.shift_id)) for row in rows] == [
        (wang.id, NEXT_WEEK, True), (li.id, NEXT_WEEK + HALF, False), (None, None, True),
    ]  # fmt: skip
    text = words(head.get("/roster/draft?station=T1").text)
    assert "变更 12月1日 08:00–20:00 李建国 12月1日 08:00–20:00 王芳" in text and "撤销" in text
    assert "没有改动" in words(upload(head, download(head)[0]).text)


def test_all_mistakes_are_listed_and_nothing_is_taken_over(head: FlaskClient, wang: Staff, session: Session) -> None:
    book, sheet = download(head)
    sheet["D4"], sheet["D6"], sheet["E10"] = "八点 李建国", "08:00–20:00 张三丰", ""
    sheet["D5"] = "09:00–20:00 王芳"
    shift = session.scalars(select(Shift).where(Shift.staff_id == wang.id)).one()
    shift.ends = shift.ends + HALF
    session.flush()
    answer = upload(head, book)
    text = words(answer.text)
    assert answer.status_code == 422 and "有 4 格不能导入" in text
    for why in ("看不懂“八点 李建国”", "没有叫“张三丰”的人员", "轮值排出的班不能只是删掉", "下载以后这一格有别的改动"):
        assert why in text
    assert not session.scalars(select(DraftShift)).all()


def test_a_sheet_that_was_sorted_or_is_none_of_ours_is_refused(head: FlaskClient) -> None:
    book, sheet = download(head)
    sheet.delete_rows(5)
    assert "第 5 行应是 12月2日" in upload(head, book).text
    assert "不是从排班表下载的文件" in upload(head, Workbook()).text
    other = download(head)[0]
    other["_原样"]["A1"] = "C"
    assert "这是 C 站的表" in upload(head, other).text
    data = {"csrf_token": form_token(head), "file": (BytesIO(b"PK\x03\x04 no zip"), "x.xlsx")}
    assert head.post(IN, data=data).status_code == 422 and NOW < NEXT_WEEK
