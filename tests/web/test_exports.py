"""Lists as files: short ones at once, long ones in the worker, within reach, and nothing in them is ever run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline.accounts.models import AccessLog, Account
from hotline.accounts.roles import Role
from hotline.calls.exchange import Exchange
from hotline.exports import desk, making
from hotline.exports.models import Export
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, REST, World

EVIL = '=HYPERLINK("x")'


@pytest.fixture
def filled(world: World) -> World:
    ticket = world.call("王秀英", NOW - timedelta(hours=1), [DUTY, *REST], lasted=248, outcome="answered")
    ticket.answer = EVIL
    world.call(None, NOW - timedelta(hours=2), lasted=20, outcome="abandoned")
    world.session.flush()
    return world


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every list counts as a long one."""
    monkeypatch.setattr(desk, "AT_ONCE", -1)
    yield


def content(answer: TestResponse) -> bytes:
    with answer:  # a file that is sent stays open until then
        assert answer.status_code == 200
        return bytes(answer.data)


def table(answer: TestResponse) -> list[list[str]]:
    read = content(answer)
    assert read.startswith(b"\xef\xbb\xbf"), "spreadsheets must see that it is UTF-8"
    return list(csv.reader(io.StringIO(read.decode("utf-8-sig"))))


def the_one(world: World) -> Export:
    world.session.expire_all()
    return world.session.scalars(select(Export)).one()


def test_a_short_list_comes_at_once_and_runs_nothing(filled: World, client: FlaskClient) -> None:
    rows = table(post(client, f"/exports?name=day&day={NOW:%Y-%m-%d}", format="csv"))
    assert rows[0][:3] == ["工单号", "来电时间", "服务站"] and len(rows) == 3
    assert f"'{EVIL}" in rows[1] and "王秀英" in rows[1] and "15400000001" not in str(rows)
    book = load_workbook(io.BytesIO(content(post(client, "/exports?name=search&q=王秀英", format="xlsx"))))
    cells = {cell.value: cell for row in book.worksheets[0].iter_rows() for cell in row}
    assert book.worksheets[0].max_row == 2 and cells[EVIL].data_type == "s" and cells[EVIL].quotePrefix
    noted = filled.session.scalars(select(AccessLog.subject).where(AccessLog.what == "list_exported")).all()
    assert any("2026-11-23 · 2" in line for line in noted), "who has which list, and how long it is"


def test_the_tickets_behind_a_number_are_a_list_too(filled: World, client: FlaskClient) -> None:
    asked = "/exports?name=behind&measure=connect&side=rest&since=2026-11-23&until=2026-11-23"
    rows = table(post(client, asked, format="csv"))
    assert len(rows) == 2 and "王秀英" not in str(rows), "only the one that reached nobody"


@pytest.mark.parametrize("name", ["calls", "attempts", "duty", "notices", "access", "accounts", "tokens"])
def test_every_list_can_be_had(name: str, filled: World, client: FlaskClient) -> None:
    rows = table(post(client, "/exports", name=name, format="csv", since="2026-11-01", until="2026-11-23"))
    assert len({len(row) for row in rows}) == 1, "as many cells as headings"
    expected = {"calls": 3, "attempts": 8, "accounts": 2}
    assert len(rows) == expected.get(name, len(rows))


def test_a_long_list_is_made_by_the_worker_and_found_again(
    filled: World, signed_in: Callable[..., FlaskClient], web_exchange: Exchange, long: None
) -> None:
    browser = signed_in(Role.HEAD, filled.township)
    assert post(browser, "/exports?name=search", format="csv").location == "/exports"
    export = the_one(filled)
    assert "等待中" in browser.get("/exports").text
    assert browser.get(f"/exports/{export.id}/file").status_code == 404
    claimed = desk.claim(filled.session, NOW)
    assert claimed == export.id and desk.claim(filled.session, NOW) is None, "one at a time"
    making.make(web_exchange, export.id)
    making.make(web_exchange, export.id)  # delivered twice
    done = the_one(filled)
    assert (done.state, done.rows_done, done.attempts) == ("done", 2, 1)
    assert len(table(browser.get(f"/exports/{export.id}/file"))) == 3
    assert "已完成" in browser.get("/exports").text
    other = signed_in(Role.HEAD, filled.township)
    assert other.get(f"/exports/{export.id}/file").status_code == 404, "a colleague's file is not mine"
    assert desk.sweep(filled.session, web_exchange.settings, NOW + timedelta(hours=49)) == 1
    assert browser.get(f"/exports/{export.id}/file").status_code == 404 and the_one(filled).state == "expired"


def test_a_worker_that_dies_gives_it_back_and_a_cancelled_one_stops(
    filled: World, client: FlaskClient, web_exchange: Exchange, long: None
) -> None:
    post(client, "/exports?name=search", format="xlsx")
    export = the_one(filled)
    desk.claim(filled.session, NOW)
    assert desk.begin(filled.session, export.id, NOW), "begun, and then the power fails"
    later = NOW + desk.LEASE * 2
    assert desk.claim(filled.session, later) == export.id and the_one(filled).attempts == 2
    assert post(client, f"/exports/{export.id}/cancel").status_code == 303
    making.make(replace(web_exchange, clock=lambda: later), export.id)
    assert the_one(filled).state == "cancelled"
    assert not list(web_exchange.settings.exports_dir.glob("*"))


def test_it_holds_what_the_account_reaches_when_it_is_made(
    filled: World, signed_in: Callable[..., FlaskClient], web_exchange: Exchange, long: None
) -> None:
    browser = signed_in(Role.HEAD, filled.township)
    post(browser, "/exports?name=search", format="csv")
    export = the_one(filled)
    account = filled.session.get_one(Account, export.account_id)
    account.station_id = filled.village.id  # moved while it waited
    filled.session.flush()
    desk.claim(filled.session, NOW)
    making.make(web_exchange, export.id)
    assert (the_one(filled).state, the_one(filled).rows_done) == ("done", 0)
    post(browser, "/exports?name=search", format="csv")
    account.role = Role.DUTY.value
    filled.session.flush()
    claimed = desk.claim(filled.session, NOW)
    assert claimed
    making.make(web_exchange, claimed)
    filled.session.expire_all()
    assert filled.session.get_one(Export, claimed).state == "waiting", "refused, and tried again in vain"
    assert browser.get("/exports").status_code == 403


def test_what_may_not_be_seen_may_not_be_had(filled: World, signed_in: Callable[..., FlaskClient]) -> None:
    assert post(signed_in(Role.DUTY, filled.township), "/exports?name=day").status_code == 403
    assert post(signed_in(Role.HEAD, filled.township), "/exports?name=accounts").status_code == 403
    head = signed_in(Role.HEAD, filled.township)
    assert post(head, "/exports", name="nothing").status_code == 404
    answer = post(head, "/exports", name="calls", since="2026-12-01", until="2026-11-01")
    assert answer.status_code == 422 and "起始日期不能晚于截止日期" in answer.text
    assert 'value="2026-12-01"' in answer.text, "what was typed is kept"
