"""The main day of a station head with the roster: a plan, drags, a refusal, publishing, and who has heard of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from hotline.accounts import people
from hotline.accounts.roles import Role
from hotline.directory.models import Station
from hotline.simulator.behaviours import presses
from tests.stories.browsing import Window, picture, window
from tests.stories.lookout import watched
from tests.stories.town import Town
from tests.web.browsers import PASSWORD, an_account

SCREEN = {"width": 1366, "height": 1400}
"""As wide as an office's screen; so high that nothing scrolls under the mouse."""


def a_head_of(town: Town, code: str) -> str:
    with town.x.sessions.begin() as session:
        station = session.scalars(select(Station).where(Station.code == code)).one()
        account = an_account(session, Role.HEAD, station, town.world.now())
        people.set_password(session, account, PASSWORD, town.world.now(), must_change=False)
        return account.login


@pytest.mark.timeout(120)
def test_a_month_is_planned_published_and_heard_of(town: Town) -> None:
    login = a_head_of(town, "longgang")
    town.everybody(presses("1"))
    new = town.staff("longgang-s4")

    async def story(browser: Window) -> None:
        page = await browser.page()
        await browser.does(lambda: sign_in(page, browser.address, login))
        await browser.does(lambda: a_month_planned(page))
        await browser.does(lambda: dragged_in_the_draft(page))
        await browser.does(lambda: published(page))
        await browser.does(lambda: asked_for_new_years_eve(page))
        await browser.does(lambda: given_away_at_once(page))
        await new.rings(within=400)
        new.answer()
        await new.hears("薛国庆")
        new.press("1")
        await new.ends()
        await browser.does(lambda: heard_of(page))

    with window(town) as browser:
        watched(town, story(browser))
        assert [said for said in browser.errors if "422" not in said] == [], "a refusal is answered with 422"


def sign_in(page: Page, address: str, login: str) -> None:
    page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    page.goto(address)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="排班", exact=True).click()
    expect(page.locator("h1")).to_contain_text("龙港镇")


def a_month_planned(page: Page) -> None:
    """December in whole days, three people in turn; seen first, then put into the draft."""
    page.get_by_role("link", name="排班模板").click()
    page.get_by_label("名称").fill("全天三人轮")
    page.get_by_label("从哪天开始轮").fill("2026-12-01")
    page.get_by_label("第 1 行 轮值人员，按顺序").fill("熊静、王宇航、薛国庆")
    page.get_by_role("button", name="保存并预览").click()
    expect(page.locator("main")).to_contain_text("会排入 0 个班次")
    page.get_by_label("已经有人的时段").select_option("换成模板的")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("main")).to_contain_text("会排入 31 个班次")
    expect(page.locator("main")).to_contain_text("排入之后，这段时间没有空缺")
    picture(page, "roster-plan", whole=True)
    page.get_by_role("button", name="放进草稿").click()
    expect(page.locator(".flash").first).to_contain_text("已放进草稿 31 个班次")


def dragged_in_the_draft(page: Page) -> None:
    """Onto a day that is taken: refused, nothing moves; onto a colleague's turn: the two are traded."""
    page.get_by_role("link", name="周", exact=True).click()
    page.get_by_label("日期", exact=True).fill("2026-12-09")
    page.get_by_role("button", name="查看").click()
    expect(turn(page, "2026-12-08", "熊静")).not_to_be_visible()
    drag(page, turn(page, "2026-12-08", "王宇航"), page.locator('[data-day="2026-12-10"] .roster-day'))
    dialog = page.locator("dialog.proposal")
    expect(dialog).to_contain_text(re.compile("12-10 08:00.*重叠.*什么都没有改", re.DOTALL))
    expect(dialog.get_by_role("button")).to_have_count(0)
    picture(page, "roster-refused")
    page.keyboard.press("Escape")
    expect(turn(page, "2026-12-08", "王宇航")).to_be_visible()
    drag(page, turn(page, "2026-12-08", "王宇航"), turn(page, "2026-12-10", "熊静"))
    expect(dialog).to_contain_text("王宇航 → 熊静")
    dialog.get_by_role("button", name="放进草稿").click()
    expect(turn(page, "2026-12-08", "熊静")).to_be_visible()
    picture(page, "roster-draft")


def published(page: Page) -> None:
    page.get_by_role("link", name="比较并发布").click()
    expect(page.locator("main")).to_contain_text("会通知：")
    page.get_by_role("button", name="发布并通知").click()
    expect(page.locator("main")).to_contain_text("已发布 31 处改动")
    expect(page.locator("main")).to_contain_text(re.compile("发布草稿.*未通知", re.DOTALL))
    page.get_by_role("link", name="返回排班表").click()


def asked_for_new_years_eve(page: Page) -> None:
    page.get_by_label("日期和时间").fill("除夕 03:00")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("status")).to_contain_text(re.compile("2027年2月5日.*03:00.*(熊静|王宇航)", re.DOTALL))
    picture(page, "roster-new-years-eve")


def given_away_at_once(page: Page) -> None:
    """By keyboard: Wednesday of this week is given to somebody else, in force at once."""
    page.get_by_role("link", name="今天").click()
    page.get_by_role("link", name="周", exact=True).click()
    card = page.locator('[data-day="2026-11-25"] [data-piece]').nth(1).locator("a")
    card.focus()
    page.keyboard.press("Enter")
    page.get_by_label("换成谁").select_option(label="薛国庆 · 龙港镇")
    page.get_by_role("button", name="看一看").first.click()
    expect(page.locator("#proposal")).to_contain_text("会通知：")
    page.get_by_role("button", name="立即生效并通知").click()
    expect(page.locator(".flash").first).to_contain_text("立即生效")
    expect(turn(page, "2026-11-25", "薛国庆").first).to_be_visible()


def heard_of(page: Page) -> None:
    page.get_by_role("link", name="改动和通知").click()
    expect(page.locator("main")).to_contain_text(re.compile("薛国庆 已听取并按键确认"))
    picture(page, "roster-told")


def turn(page: Page, day: str, name: str) -> Locator:
    """The first role's turn of somebody that begins on a day."""
    cards = page.locator(f'[data-day="{day}"] .shift:not(.backup)')
    return cards.filter(has_text=name).filter(has_text="08:00–24:00")


def drag(page: Page, what: Locator, onto: Locator) -> None:
    start, end = what.bounding_box(), onto.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + end["height"] / 2, steps=5)
    page.mouse.up()
