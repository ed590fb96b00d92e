"""The coordinator's way through a ticket in a browser, and two browsers on one ticket."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.models import BranchLine, Team
from tests.web.axe import ORIGIN, eyes
from tests.web.conftest import NOW
from tests.web.driven import drive
from tests.web.ticket_world import DUTY, REST, World
from tickets.models import Ticket

PICTURES = os.environ.get("HOTLINE_PICTURES", "")
"""A folder for screenshots; empty: none are taken."""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def ticket(world: World, session: Session) -> Ticket:
    team = Team(tenant_id=world.tenant.id, code="TM1", name="红烛志愿服务队")
    session.add(team)
    session.flush()
    number = "+8615400000088"
    line = BranchLine(
        tenant_id=world.tenant.id, code="B1", team_id=team.id, serves=["daily_life"],
        number_hash=world.vault.fingerprint(number), number_sealed=world.vault.seal(number),
    )  # fmt: skip
    entry = CatalogueEntry(
        tenant_id=world.tenant.id, code="G1", area="medical", title="优抚对象医疗补助", unit="县医保局",
        source="Q21 s.17",
    )  # fmt: skip
    session.add_all((line, entry))
    world.call("张福贵", NOW - timedelta(minutes=50), lasted=9, outcome="abandoned")
    return world.call("王秀英", NOW - timedelta(hours=2), [DUTY, *REST], lasted=248, outcome="answered")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def save(page: Page, form: str) -> None:
    page.locator(f"#{form} .button:not(.quiet)").first.click()


def test_from_the_search_to_the_feedback(
    signed_in: Callable[..., FlaskClient], world: World, ticket: Ticket, session: Session
) -> None:
    with eyes() as looking:
        page, failures = looking.page, list[str]()
        page.on("pageerror", lambda error: failures.append(str(error)))
        drive(page, signed_in(Role.COORDINATOR, world.county))
        page.goto(f"{ORIGIN}/tickets/search")
        page.get_by_label("工单号、电话、姓名或内容").fill("秀英")
        page.get_by_label("工单号、电话、姓名或内容").press("Enter")
        expect(page.locator(".row-link")).to_have_count(1)
        picture(page, "ticket-search")
        page.locator(".row-link").press("Enter")
        page.get_by_label("问了什么、答了什么").fill("问住院补助，已告知到医保局办。")
        save(page, "record")
        expect(page.locator(".record-list")).to_contain_text("已告知到医保局办")
        page.get_by_label("在优待目录里找").press_sequentially("医疗补助")
        page.get_by_role("button", name="优抚对象医疗补助").press("Enter")
        expect(page.locator(".record-list")).to_contain_text("优抚对象医疗补助")
        page.get_by_label("转给").select_option(label="红烛志愿服务队")
        save(page, "referral")
        expect(page.locator(".owed")).to_contain_text("红烛志愿服务队")
        picture(page, "ticket-referred")
        page.get_by_label("对方办理的结果").fill("陪诊半天，药已取回。")
        save(page, "referral")
        page.get_by_label("回访方式").select_option("in_person")
        page.get_by_label("满意程度").select_option("satisfied")
        page.get_by_label("问题解决了吗").select_option("yes")
        save(page, "feedback")
        expect(page.locator(".facts")).to_contain_text("已归档")
        session.refresh(ticket)
        assert ticket.state == "closed" and ticket.solved_at == NOW and not failures
        page.emulate_media(media="print")
        expect(page.locator(".work")).to_be_hidden()
        page.set_viewport_size({"width": 718, "height": 1000})  # A4 without its margins
        picture(page, "ticket-printed")
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 390, "height": 844})
        assert not page.evaluate(WIDE), "the ticket scrolls sideways at 390 pixels"
        picture(page, "ticket-390")


def test_two_browsers_on_one_ticket(signed_in: Callable[..., FlaskClient], world: World, ticket: Ticket) -> None:
    with eyes() as looking:
        browser = looking.page.context.browser
        assert browser
        first = drive(looking.page, signed_in(Role.DUTY, world.township))
        second = drive(browser.new_page(), signed_in(Role.HEAD, world.county))
        for page in (first, second):
            page.goto(f"{ORIGIN}/tickets/{ticket.id}")
        first.get_by_label("问了什么、答了什么").fill("问药费报销。")
        save(first, "record")
        expect(first.locator(".record-list")).to_contain_text("问药费报销。")
        second.get_by_label("问了什么、答了什么").fill("问的是住院补助。")
        save(second, "record")
        problem = second.locator("#record")
        expect(problem.get_by_role("alert")).to_contain_text("别人改动了这张工单")
        expect(problem.locator(".history")).to_contain_text("写下了问答内容")
        expect(second.get_by_label("问了什么、答了什么")).to_have_value("问的是住院补助。")
        expect(second.locator(".record-list")).to_contain_text("问药费报销。")
        picture(second, "ticket-two-browsers")
        save(second, "record")
        expect(second.locator(".record-list")).to_contain_text("问的是住院补助。")
        expect(second.locator(".story-side .history")).to_contain_text("原为：问药费报销。")
