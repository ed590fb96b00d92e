"""An administrator's day in a browser: a wrong number told beside its field, an undoing, a greeting heard changed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from hotline.accounts.roles import Role
from hotline.directory.models import Survivor
from hotline.sheets.models import DirectoryChange
from tests.stories.browsing import Window, picture, window
from tests.stories.consoles import console
from tests.stories.test_changed_prompts import KEY, WORDS, recording
from tests.stories.town import Town


def the_phone(page: Page, address: str) -> None:
    """Find a survivor by name, mistype a number, put it right, look at the history."""
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{address}/directory/survivors")
    page.get_by_role("searchbox", name="查找").fill("罗爱莲")
    page.get_by_role("searchbox", name="查找").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "罗爱莲" not in page.url and "%" not in page.url
    page.get_by_role("link", name="p001").click()
    page.get_by_role("link", name="修改").click()
    page.get_by_role("textbox", name="电话").fill("15400000001 本人\n1540000077 女儿")
    page.get_by_label("情况").fill("一人住")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#phones-note")).to_contain_text("不是有效的电话号码")
    expect(page.get_by_label("情况")).to_have_value("一人住")
    picture(page, "directory-wrong-1366", whole=True)
    page.get_by_role("textbox", name="电话").fill("15400000001 本人\n15400000077 女儿")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".changes")).to_contain_text("154****0077 女儿")
    picture(page, "directory-row-1366", whole=True)


def taken_back(page: Page) -> None:
    """Undo it, on a telephone's screen."""
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "directory-row-390", whole=True)
    page.get_by_role("button", name="撤销").first.click()
    expect(page.get_by_role("status")).to_contain_text("恢复为原来的内容")


def the_words(page: Page, address: str) -> None:
    """Change a greeting: refused without its key, kept with it."""
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{address}/directory")
    page.get_by_role("link", name="提示语").click()
    page.get_by_role("link", name=KEY).click()
    chinese = page.get_by_role("region", name="中文")
    for text, told in ((WORDS.replace("其他事按9。", ""), "没有说明按 9"), (WORDS, "已保存")):
        chinese.get_by_label("文字").fill(text)
        chinese.get_by_role("button", name="保存文字").click()
        expect(page.locator("main")).to_contain_text(told)


def the_recording(page: Page) -> None:
    """Upload a recording and hear it."""
    chinese = page.get_by_role("region", name="中文")
    sound = {"name": "greeting.wav", "mimeType": "audio/wav", "buffer": recording(3)}
    chinese.get_by_label(re.compile("录音文件")).set_input_files(sound)  # type: ignore[arg-type]
    chinese.get_by_role("button", name="用这段录音").click()
    heard = "audio => new Promise(done => { audio.onloadedmetadata = () => done(audio.duration); audio.load(); })"
    assert chinese.locator("audio").evaluate(heard) == 3
    picture(page, "prompt-1366", whole=True)


@pytest.mark.timeout(240)
def test_a_number_put_right_and_a_greeting_changed(town: Town) -> None:
    async def story(browser: Window) -> None:
        page = await browser.page(console(town, "county-s1", Role.ADMINISTRATOR))
        await browser.does(lambda: the_phone(page, browser.address))
        await browser.does(lambda: taken_back(page))
        await browser.does(lambda: the_words(page, browser.address))
        call = await town.ring("p001", "longgang")
        await call.hears("您好，这里是龙港镇关爱热线")
        call.hang_up()
        await town.world.quiet()
        await browser.does(lambda: the_recording(page))
        call = await town.ring("p003", "longgang")
        await call.hears("/carrier/audio/recorded/")
        call.hang_up()

    with window(town) as browser:
        town.play(story(browser), working=False)
        assert [error for error in browser.errors if "422" not in error] == []
    with town.reading() as session:
        assert (
            session.scalars(select(Survivor.situation).where(Survivor.code == "p001")).one() == "与女儿同住，照料良好"
        )
        made = select(DirectoryChange.how).where(DirectoryChange.how != "command").order_by(DirectoryChange.id)
        assert session.scalars(made).all() == ["form", "undo"]
