"""A newcomer opens the phone wall, rings as a survivor, answers as the duty person, and sees the ticket."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import chromium
from tests.embedded.serving import Serving, two_free_ports

PICTURES = os.environ.get("HOTLINE_PICTURES", "")
"""A folder for screenshots (docs/pictures when the README's are made again); empty: none are taken."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = chromium.find()
    if found is None and not chromium.REQUIRED:
        pytest.skip(f"no browser: {chromium.HOW}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("wall") / "data", two_free_ports()).started()
    yield serving
    serving.stop()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)


def ring(page: Page, caller: str, line: str) -> None:
    page.get_by_test_id("caller-select").select_option(caller)
    page.get_by_test_id("line-select").select_option(line)
    page.get_by_test_id("ring-button").click()


@pytest.mark.timeout(240)
def test_from_ring_to_ticket(browser: Browser, serving: Serving) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 860}, locale="zh-CN")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"http://127.0.0.1:{serving.port + 1}/?lang=zh")
    ring(page, "+863560201002", "+863560100001")
    active = page.get_by_test_id("active-handsets")
    expect(active).to_contain_text("龙港镇", timeout=30_000)
    expect(page.get_by_test_id("call-card")).to_contain_text("您好，龙港镇关爱帮扶热线")
    picture(page, "phone-wall-ringing")
    active.get_by_test_id("answer").click()
    expect(active).to_contain_text("东关社区", timeout=20_000)
    active.get_by_test_id("keypad-1").click()
    expect(page.get_by_test_id("call-card")).to_have_attribute("data-state", "talking", timeout=20_000)
    picture(page, "phone-wall-talking")

    tickets = browser.new_page(viewport={"width": 1366, "height": 860}, locale="zh-CN")
    tickets.on("pageerror", lambda error: errors.append(str(error)))
    tickets.goto(f"http://127.0.0.1:{serving.port}/")
    picture(tickets, "sign-in")
    tickets.get_by_role("button", name="督导").click()
    expect(tickets.get_by_text("正在进行的通话")).to_be_visible()
    expect(tickets.locator("main")).to_contain_text("薛春娥")
    picture(tickets, "tickets")
    page.get_by_test_id("call-card").get_by_test_id("hang-up").click()
    tickets.locator("a[href^='/tickets/0']").first.click()
    expect(tickets.locator("main")).to_contain_text("通话结束", timeout=20_000)
    expect(tickets.locator("main")).to_contain_text(re.compile("值班手机.*按键接听", re.DOTALL))
    picture(tickets, "ticket", whole=True)
    assert errors == []


@pytest.mark.timeout(120)
def test_at_the_size_of_a_telephone(browser: Browser, serving: Serving) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    page.goto(f"http://127.0.0.1:{serving.port + 1}/?lang=en")
    ring(page, "+8615403580003", "+863560100000")
    mine = page.locator("[data-testid=call-card][data-from='+8615403580003']")
    expect(mine).to_contain_text("您好", timeout=30_000)
    picture(page, "phone-wall-390")
    mine.get_by_test_id("hang-up").click()
    expect(mine).to_have_attribute("data-state", "over")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, "the page scrolls sideways at 390 pixels"
