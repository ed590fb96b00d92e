"""The monthly bulletin through its pages: drafted from the month's calls, edited, issued, corrected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pypdfium2
import pytest
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.bulletin import desk, monthly
from hotline.bulletin.document import Document as Paper
from hotline.bulletin.document import Section, Table
from hotline.bulletin.files import pdf
from hotline.notifications import console
from tests.month import Month
from tests.web.conftest import NOW
from tests.web.ticket_world import World

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def month(world: World, session: Session) -> World:
    Month(session, world.vault, world.tenant).write(160, NOW)
    return world


def fields(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<textarea id="(\w+)"[^>]*>(.*?)</textarea>', page, re.S))
    return found | dict(re.findall(r'<input type="hidden" name="(edits|csrf_token)" value="([^"]*)"', page))


def article(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


def drafted(browser: FlaskClient, month: str = "2026-10", of: str = "C") -> str:
    token = fields(browser.get("/bulletins").text)["csrf_token"]
    answer = browser.post("/bulletins", data={"month": month, "of": of, "csrf_token": token})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_bulletin_is_drafted_edited_issued_and_then_only_corrected(
    month: World, signed_in: SignedIn, session: Session
) -> None:
    coordinator, supervisor = signed_in(Role.COORDINATOR, month.county), signed_in(Role.SUPERVISOR, month.county)
    head = signed_in(Role.HEAD, month.township)
    at = drafted(coordinator)
    assert drafted(supervisor) == at  # asked twice, made once
    page = coordinator.get(at).text
    calls = re.search(r"本月共接来电(\d+)个", page)
    assert calls and int(calls[1]) > 0
    assert "表1　主要指标" in page and "GB/T 33358-2016" in page and "图2" in page
    assert coordinator.get(f"{at}/stations.svg").data.startswith(b"<svg")
    assert head.get(at).status_code == 404

    form = fields(coordinator.get(f"{at}/edit").text)
    later = form | {"problems": "优抚待遇咨询增多，请各站做好解释。", "reference": "沁退役通〔2026〕17号"}
    assert coordinator.post(f"{at}/edit", data=later).status_code == 303
    stale = coordinator.post(f"{at}/edit", data=form | {"next": "另一人的改动"})
    assert stale.status_code == 422 and "有人改过" in stale.text and "另一人的改动" in stale.text
    empty = form | {"edits": "1", "late": " "}
    assert "“四、逾期事项”不能为空" in coordinator.post(f"{at}/edit", data=empty).text

    token = fields(supervisor.get(at).text)
    assert coordinator.post(f"{at}/issue", data=token).status_code == 403
    assert supervisor.post(f"{at}/issue", data=token | {"edits": "0"}).status_code == 422
    assert supervisor.post(f"{at}/issue", data=token).status_code == 303
    issued = supervisor.get(at).text
    assert "优抚待遇咨询增多" in issued and "2026年11月23日" in issued and "沁退役通〔2026〕17号" in issued
    assert "<svg" in article(issued) and ".svg" not in article(issued), "counted once, not again for each chart"
    session.execute(text("UPDATE call SET accepted_leg_id = NULL, accepted_at = NULL"))
    assert article(supervisor.get(at).text) == article(issued)
    again = supervisor.post(f"{at}/edit", data=later | token)
    assert again.status_code == 422 and "已经印发" in again.text
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE bulletin SET texts = '{}'"))

    correction = drafted(supervisor)
    assert correction != at and "沁退役通〔2026〕17号 更正第1次" in supervisor.get(correction).text
    assert "优抚待遇咨询增多" in supervisor.get(correction).text


def test_the_files_hold_what_the_page_says_with_its_charts(month: World, signed_in: SignedIn) -> None:
    supervisor = signed_in(Role.SUPERVISOR, month.county)
    at = drafted(supervisor)
    summary = fields(supervisor.get(f"{at}/edit").text)["summary"]
    printed, docx = supervisor.get(f"{at}.pdf"), supervisor.get(f"{at}.docx")
    assert printed.headers["Content-Disposition"] == 'attachment; filename="bulletin-C-2026-10-v1-draft.pdf"'
    paper = pypdfium2.PdfDocument(printed.data)
    words = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in paper))
    assert summary in words and "真人接听" in words and "表1主要指标" in words
    paper.close()
    opened = Document(BytesIO(docx.data))
    assert summary in [paragraph.text for paragraph in opened.paragraphs]
    assert opened.tables[0].cell(1, 0).text == "接通率" and len(opened.inline_shapes) == 2
    assert signed_in(Role.DUTY, month.county).get(f"{at}.pdf").status_code == 403


def test_a_bulletin_without_charts_is_set_at_any_moment() -> None:
    empty = Paper(
        "通报", "1号", "关于龙港镇的通报", "各站：", [Section("一、", ["无。"], Table("", (), (), ()), None)], "站", ""
    )
    at = NOW.replace(microsecond=5)
    assert pdf(empty, at).startswith(b"%PDF") and pdf(empty, at) == pdf(empty, at)


def test_a_running_month_is_drafted_but_not_issued_and_a_coming_one_neither(month: World, signed_in: SignedIn) -> None:
    supervisor = signed_in(Role.SUPERVISOR, month.county)
    at = drafted(supervisor, "2026-11", "T1")
    refused = supervisor.post(f"{at}/issue", data=fields(supervisor.get(at).text))
    assert refused.status_code == 422 and "还没有过完" in refused.text
    token = fields(supervisor.get("/bulletins").text)["csrf_token"]
    for wrong, why in (("2026-12", "还没有开始"), ("soon", "2026-11 这样")):
        answer = supervisor.post("/bulletins", data={"month": wrong, "of": "C", "csrf_token": token})
        assert answer.status_code == 422 and why in answer.text


def test_last_months_drafts_lie_ready_on_the_day_that_is_set(month: World, session: Session) -> None:
    early = NOW.replace(month=12, day=4)
    assert monthly.prepare(session, month.tenant.id, 5, early) == 0
    assert monthly.prepare(session, month.tenant.id, 0, early) == 0, "switched off"
    desk.draft(session, month.county, date(2026, 11, 1), early)
    due = NOW.replace(month=12, day=5)
    assert monthly.prepare(session, month.tenant.id, 5, due) == 1, (
        "the township's; the county's was there, villages have none"
    )
    assert monthly.prepare(session, month.tenant.id, 5, due + timedelta(days=1)) == 0
    notice = console.unread(session, [month.county.id])[0]
    assert "2026-11" in notice.title and "1个站" in notice.body
    late = NOW.replace(month=12, day=20)
    assert monthly.prepare(session, month.tenant.id, 5, late.replace(year=2027, month=1)) == 2, "a server that was off"
