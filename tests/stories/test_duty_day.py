"""The main day of a duty person, on a telephone's browser, while calls come in: taken, noted, handed on, swapped."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from hotline.accounts import people
from hotline.accounts.models import Account
from hotline.accounts.roles import Role
from hotline.directory.models import Staff, Station
from hotline.intake import import_file
from hotline.roster.models import Swap
from hotline.roster.note_models import HandoverNote
from tests.stories.browsing import Window, picture, window
from tests.stories.consoles import console
from tests.stories.town import SAMPLE, Town
from tests.web.browsers import PASSWORD, an_account
from tickets.guidance import given


def an_account_of(town: Town, code: str) -> str:
    """Make an account for a member of staff; return its sign-in name."""
    with town.x.sessions.begin() as session:
        person = session.scalars(select(Staff).where(Staff.code == code)).one()
        station = session.get(Station, person.station_id)
        account: Account = an_account(session, Role.DUTY, station, town.world.now(), code)
        account.name, account.staff_id = person.name, person.id
        people.set_password(session, account, PASSWORD, town.world.now(), must_change=False)
        return account.login


def sign_in(page: Page, address: str, login: str) -> None:
    page.goto(address)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/duty$"))


@pytest.mark.timeout(240)
def test_a_call_taken_noted_and_the_day_handed_on(town: Town) -> None:
    mine = an_account_of(town, "longgang-s2")
    catalogue = SAMPLE.with_name("catalogue_qinshui.yaml")
    town.change(lambda session: import_file(session, catalogue, town.x.vault, town.world.now()))

    async def story(browser: Window) -> None:
        page = await browser.page()
        await browser.does(lambda: sign_in(page, browser.address, mine))
        await the_call(town, browser, page)
        await browser.does(lambda: three_taps(page))
        await browser.does(lambda: handed_on(page))
        other = await browser.page(console(town, "longgang-s3"))
        await browser.does(lambda: agreed(other, browser.address))
        await browser.does(lambda: expect_the_swap(page))

    with window(town) as browser:
        town.play(story(browser), working=False)
        assert browser.errors == []
    first = town.ticket()
    assert (first.outcome, first.domain, first.state) == ("guidance", "other", "resolved")
    with town.reading() as session:
        assert [row.advice for row in given(session, first.id)] == ["烈士遗属助（奖）学金"]
        swap = session.scalars(select(Swap)).one()
        assert swap.state == "agreed" and session.scalars(select(HandoverNote.read_at)).one() is None


async def the_call(town: Town, browser: Window, page: Page) -> None:
    """The survivor rings, the card appears, the handset takes the call, she hangs up."""
    await browser.does(lambda: expect(page.locator("main")).to_contain_text("到 11月24日 08:00"))
    call = await town.ring("p003", "longgang")
    phone = town.handset("longgang-1")
    await phone.rings(within=20)
    card = page.locator(".caller")
    await browser.does(lambda: expect(card).to_contain_text("正在响您的手机"))
    await browser.does(lambda: expect(card).to_contain_text(re.compile("薛春娥.*东关社区.*晋语.*学费", re.DOTALL)))
    await browser.does(lambda: picture(page, "duty-ringing-390"))
    phone.answer()
    await phone.hears("接听按1")
    phone.press("1")
    await call.joined(phone.number)
    await browser.does(lambda: expect(card).to_contain_text("您正在通话"))
    await town.world.passes(40)
    call.hang_up()
    await phone.ends()
    await town.world.passes(2)


def three_taps(page: Page) -> None:
    """Need, outcome, save; the guidance is found as one types."""
    expect(page.locator("main")).to_contain_text("刚才的来电，请登记")
    page.get_by_role("link", name="其他生活服务").click()
    page.get_by_text("已给出服务指引").click()
    page.get_by_label("给了什么服务指引").press_sequentially("zhuxue")
    page.locator(".offers label").get_by_text("助（奖）学金").click()
    expect(page.get_by_role("checkbox", name="助（奖）学金")).to_be_checked()
    picture(page, "duty-wrap-up-390", whole=True)
    page.get_by_role("button", name="登记").first.click()
    expect(page.locator(".flash")).to_contain_text("已登记")
    expect(page.locator("main")).not_to_contain_text("刚才的来电，请登记")


def handed_on(page: Page) -> None:
    """A note for the next shift, and a swap asked for."""
    page.get_by_label("要交代的事").fill("薛奶奶明天上午去医院，九点前打个电话")
    page.get_by_role("button", name="留给下一班").click()
    expect(page.locator(".duty-notes")).to_contain_text("等接班的人看")
    page.get_by_role("link", name="我的班表和换班").click()
    picture(page, "duty-shifts-390")
    page.get_by_role("link", name="请人替").first.click()
    page.get_by_role("link", name="王宇航").click()
    page.get_by_role("button", name="发出申请").click()
    expect(page.locator("main")).to_contain_text("等对方答复")


def agreed(page: Page, address: str) -> None:
    """The colleague sees the request and the note on their own page, and agrees."""
    page.goto(address)
    asked = page.locator(".duty-asked")
    expect(asked).to_contain_text(re.compile("熊静请您替班.*11月25日 08:00", re.DOTALL))
    expect(page.locator(".duty-notes")).to_contain_text("薛奶奶明天上午去医院")
    picture(page, "duty-asked-390")
    asked.get_by_role("button", name="同意").click()
    expect(page.locator("main")).to_contain_text("已同意，排班已经改好")
    expect(page.locator(".duty-next")).to_contain_text("11月25日 08:00")


def expect_the_swap(page: Page) -> None:
    """Whoever asked sees the answer."""
    page.reload()
    expect(page.locator("main")).to_contain_text("已同意，排班已改")
