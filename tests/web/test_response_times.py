"""The response times over the real database: every number is a link to as many tickets."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.web.response_cells import Cell, Table
from hotline.web.response_csv import answer
from tests.month import Month
from tests.web.conftest import NOW
from tests.web.ticket_world import World

Page = Callable[..., str]
PERIOD = "since=2026-10-25&until=2026-11-23"


@pytest.fixture
def month(world: World, session: Session) -> World:
    Month(session, world.vault, world.tenant).write(160, NOW)
    return world


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_page_shows_measures_with_definitions_and_sources(month: World, page: Page) -> None:
    text = words(page(f"/response-times?{PERIOD}"))
    for shown in (
        "接通率",
        "15 秒内接通",
        "GB/T 33358-2016",
        "应达 95%",
        "Q21 第十二条",
        "首次反馈用时",
        "对比上期 2026-09-25",
    ):
        assert shown in text
    english = words(page(f"/response-times?{PERIOD}", language="en"))
    assert "Connect rate" in english and "Veterans Crisis Line" in english


def test_every_link_opens_as_many_tickets_as_it_says(month: World, page: Page) -> None:
    shown = page(f"/response-times?{PERIOD}")
    links = re.findall(r'<a href="(/response-times/tickets[^"]+)"[^>]*>(\d+)</a>', shown)
    assert len(links) > 100
    for address, count in links[::7]:
        assert f"{count} 个" in words(page(html.unescape(address))), address
    others = re.findall(r'<a href="(/response-times/tickets[^"]+)"[^>]*>(?!\d+</a>)', shown)
    assert len(others) > 30
    for address in others[::9]:
        assert "没有符合条件的工单" not in page(html.unescape(address)), address


def test_charts_have_their_data_and_their_table(month: World, page: Page) -> None:
    shown = page(f"/response-times?{PERIOD}")
    charts = re.findall(r'<script type="application/json" id="chart-(\w+)">(.*?)</script>', shown, re.S)
    assert [code for code, _data in charts] == ["days", "depth", "stations", "hours"]
    days = json.loads(charts[0][1])
    assert sum(days["reached"]) + sum(days["missed"]) == 160
    assert len(re.findall(r'<details class="chart-table">', shown)) == 5


@pytest.mark.parametrize("name", ["summary", "times", "days", "depth", "stations", "hours", "needs", "helpers"])
def test_every_table_can_be_downloaded(month: World, client: FlaskClient, name: str) -> None:
    found = client.get(f"/response-times/{name}.csv?{PERIOD}")
    assert found.status_code == 200 and found.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(found.text.removeprefix("\ufeff"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    if name == "days":
        assert sum(int(row[1]) for row in rows[1:]) == 160
    assert client.get("/response-times/other.csv").status_code == 404
    book = load_workbook(BytesIO(client.get(f"/response-times/{name}.xlsx?{PERIOD}").data))
    sheet, meant = book.worksheets
    shown = [[("" if value is None else value) for value in row] for row in sheet.iter_rows(values_only=True)]
    same = [[re.sub(r"^1\.0$", "1", value) for value in row] for row in rows]
    assert [[str(value) for value in row] for row in shown] == same
    assert any("GB/T 33358-2016" in str(row[2]) for row in meant.iter_rows(values_only=True))


def test_a_text_that_a_spreadsheet_would_run_is_disarmed() -> None:
    table = Table("x", "x", ("a", "b"), [[Cell("=1+1"), Cell("-3", -3)]])
    assert answer(table, "x.csv").get_data(as_text=True).splitlines()[1] == "'=1+1,-3"


def test_a_station_head_sees_their_own_subtree(month: World, signed_in: Callable[..., FlaskClient]) -> None:
    village = signed_in(Role.HEAD, month.village)
    assert "上期 0" in words(village.get(f"/response-times?{PERIOD}").text)
    assert village.get(f"/response-times?station=T1&{PERIOD}").status_code == 404
    under = f"/response-times/tickets?measure=calls&under={month.township.id}&{PERIOD}"
    assert village.get(under).status_code == 404
    assert signed_in(Role.HEAD, month.township).get(under).status_code == 200
    assert signed_in(Role.DUTY, month.township).get("/response-times").status_code == 403


def test_two_periods_side_by_side_open_their_own_tickets(month: World, page: Page) -> None:
    shown = page("/response-times/compare?since=2026-11-10&until=2026-11-23")
    assert "2026-10-27 – 2026-11-09" in words(shown), "the period before, unless another is asked for"
    links = re.findall(r'<a href="(/response-times/tickets[^"]+)"[^>]*>(\d+)</a>', shown)
    for address, count in links[::9]:
        assert f"{count} 个" in words(page(html.unescape(address))), address
    counts = [int(count) for address, count in links if "measure=calls" in address and "under" not in address]
    assert len(counts) == 2 and f"{counts[0] - counts[1]:+d}" in words(shown)
    data = re.search(r'id="chart-compare">(.*?)</script>', shown, re.S)
    assert data and len(json.loads(data[1])["first"]) == len(json.loads(data[1])["labels"])


def test_two_stations_are_compared_over_the_same_days(month: World, client: FlaskClient) -> None:
    asked = f"{PERIOD}&station=T1&station_b={month.village.code}"
    shown = words(client.get(f"/response-times/compare?{asked}").text)
    assert shown.count("2026-10-25 – 2026-11-23") >= 2 and "来电 160 0 +160" in shown
    rows = list(csv.reader(StringIO(client.get(f"/response-times/compare/compare.csv?{asked}").text)))
    assert rows[1][1:4] == ["160", "0", "160"]
    assert client.get(f"/response-times/compare/stations.csv?{asked}").status_code == 404, "they have none in common"
    assert client.get("/response-times/compare?since_b=2026-11-24&until_b=2026-11-23").status_code == 400
    assert client.get("/response-times/compare?station_b=nowhere").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "?since=2026-11-24&until=2026-11-23",
        "?since=yesterday",
        "?since=2001-01-01",
        "/tickets",
        "/tickets?measure=guessed",
        "/tickets?measure=connect&side=left",
        "/tickets?measure=connect&hour=noon",
        "/tickets?measure=wrap_up&hour=3",
    ],
)
def test_nonsense_is_refused(month: World, client: FlaskClient, address: str) -> None:
    assert client.get(f"/response-times{address}").status_code == 400


def test_without_a_directory_it_says_what_to_do(page: Page) -> None:
    assert "hotline import" in page("/response-times")
