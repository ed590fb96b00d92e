"""The coordinator's main day: a call on the wall, what is late, the figures and their tickets, a list, a bulletin."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from hotline.accounts import people
from hotline.accounts.roles import Role
from hotline.directory.models import Station
from hotline.simulator.behaviours import NEVER_ANSWERS
from tests.stories.browsing import Window, picture, window
from tests.stories.town import Town
from tests.web.browsers import PASSWORD, an_account
from tickets.models import Ticket

WIDTHS = {390: 844, 1366: 768, 1920: 1080}
"""Width -> height of the screens that pictures are taken of."""


def an_account_at_the_top(town: Town, role: Role) -> str:
    with town.x.sessions.begin() as session:
        top = session.scalars(select(Station).where(Station.parent_id.is_(None))).one()
        account = an_account(session, role, top, town.world.now())
        people.set_password(session, account, PASSWORD, town.world.now(), must_change=False)
        return account.login


@pytest.mark.timeout(120)
def test_from_the_wall_to_the_bulletin(town: Town, tmp_path: Path) -> None:
    coordinator, supervisor = (an_account_at_the_top(town, role) for role in (Role.COORDINATOR, Role.SUPERVISOR))
    town.everybody(NEVER_ANSWERS)

    async def story(browser: Window) -> None:
        page = await browser.page()
        await browser.does(lambda: sign_in(page, browser.address, coordinator))
        call = await town.ring("p003", "longgang")
        await town.handset("longgang-1").rings(within=20)
        await browser.does(lambda: seen_on_the_wall(page))
        call.hang_up()
        await town.world.passes(20)
        town.change(
            lambda session: session.execute(update(Ticket).values(call_back_by=town.world.now() - timedelta(minutes=5)))
        )
        await browser.does(lambda: what_is_late(page))
        await browser.does(lambda: the_tickets_behind_a_number(page))
        await browser.does(lambda: a_list_as_a_file(page, tmp_path))
        draft = await browser.does(lambda: a_bulletin_edited(page))
        other = await browser.page()
        await browser.does(lambda: sign_in(other, browser.address, supervisor))
        await browser.does(lambda: issued(other, draft))

    with window(town) as browser:
        town.play(story(browser), working=False)
        assert browser.errors == []


def sign_in(page: Page, address: str, login: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(address)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("link", name="大屏")).to_be_visible()


def seen_on_the_wall(page: Page) -> None:
    """The call with its tier, within two seconds of the page's asking; pictures at all widths."""
    page.get_by_role("link", name="大屏").click()
    ringing = page.locator(".wall-call")
    expect(ringing).to_contain_text(re.compile("龙港镇.*第 1 级.*值班手机 正在响铃", re.DOTALL))
    expect(ringing.locator(".wall-seconds")).to_contain_text("秒")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        picture(page, f"coordinator-wallboard-{width}")
    page.set_viewport_size({"width": 1366, "height": 768})


def what_is_late(page: Page) -> None:
    expect(page.locator(".wall-figures .bad").last).to_contain_text("须立即处理")
    page.get_by_role("link", name="工单", exact=True).click()
    page.get_by_role("link", name="已逾期").click()
    expect(page.locator("tr.is-late")).to_contain_text("薛春娥")
    picture(page, "coordinator-late")
    page.locator("tr.is-late .row-link").click()
    expect(page.locator(".banner.late")).to_contain_text("已逾期")


def the_tickets_behind_a_number(page: Page) -> None:
    page.get_by_role("link", name="响应时效").click()
    picture(page, "coordinator-figures")
    page.locator(".measures a").first.click()
    expect(page.locator("tbody tr")).to_contain_text("薛春娥")


def a_list_as_a_file(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="工单", exact=True).click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="XLSX").click()
    file = folder / fetched.value.suggested_filename
    fetched.value.save_as(file)
    rows = list(load_workbook(file).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 2 and "薛春娥" in rows[1], "the list as it is on the page"
    page.get_by_role("link", name="导出", exact=True).click()
    expect(page.locator(".export")).to_contain_text(re.compile("工单.*已完成", re.DOTALL))
    picture(page, "coordinator-exports")


def a_bulletin_edited(page: Page) -> str:
    page.get_by_role("link", name="通报").click()
    page.get_by_role("button", name="起草通报").click()
    page.get_by_role("link", name="编辑文字").click()
    page.get_by_label("文号").fill("沁退役通〔2026〕17号")
    page.get_by_label("六、下步要求").fill("各站当天回电，不过夜。")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("article")).to_contain_text(re.compile("17号.*不过夜", re.DOTALL))
    expect(page.get_by_role("button", name="印发")).to_have_count(0)
    return page.url


def issued(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="印发").click()
    expect(page.locator(".bulletin-tools")).to_contain_text("已印发")
    picture(page, "coordinator-bulletin", whole=True)
