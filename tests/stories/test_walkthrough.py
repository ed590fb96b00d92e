"""docs/walkthrough.md and .zh.md: one case from call to feedback. HOTLINE_WALKTHROUGH=docs writes them again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.models import Line, Survivor
from hotline.intake import import_file
from hotline.simulator.phone import Phone
from tests.stories.town import SAMPLE, Town
from tests.stories.waiting import clock_shows, passes, rings
from tests.stories.walkthrough import Teller
from tickets import guidance

PAGES = {"zh-CN": "walkthrough.zh.md", "en": "walkthrough.md"}
TEAM = {"zh-CN": "红星", "en": "(?:红星|Red Star)"}
SAID = {
    "zh-CN": (
        "家里水管冻裂了，想问有没有人能来修，还想问问困难救助金。",
        "问修水管和困难救助金，请志愿者上门，救助金怎么办已经告诉她。",
        "明天上午九点带管子去修。", "水管修好了，老人家里都暖和了。", "谢谢你们，小伙子手脚麻利。",
    ),
    "en": (
        "Our water pipe burst in the frost. Could somebody come? And what about the hardship grant?",
        "Asked about the pipe and the hardship grant; volunteers will come, told her how to apply.",
        "Tomorrow at nine I bring a pipe.",
        "The pipe is mended and the house is warm.", "Thank you, that young man is quick.",
    ),
}  # fmt: skip


async def wait(town: Town, seconds: float) -> None:
    await town.world.passes(seconds)


async def spoken(phone: Phone, words: str) -> None:
    await phone.hears_beep()
    await phone.speak(words, 4)
    phone.press("#")


async def choose(town: Town, desk: Phone, name: str) -> None:
    """Press the key under which a list that is being read names somebody; pages are turned until it does."""
    for _ in range(4):
        await wait(town, 22)
        found = re.findall(rf"{name}[^，.]*?(?:按|, press )(\d)", str(desk.transcript))
        if found:
            desk.press(found[-1])
            return
        desk.press("9")
    raise AssertionError(f"{name} is not in the list:\n{desk.transcript}")


async def case(town: Town, tell: Teller, language: str) -> None:
    """What happens; waits by time, since it is told in two languages."""
    asked, memo, plan, report, thanks = SAID[language]
    survivor, desk, team = (
        town.world.phone(town.survivor("p003")),
        town.handset("longgang-1"),
        town.branch("hongxing-1"),
    )

    tell.scene("一、家属来电，值班手机响", "1. She rings; the duty handset rings")
    call = await town.ring("p003", "longgang")
    await desk.rings(within=20)
    await wait(town, 3)
    desk.answer()
    await wait(town, 9)
    desk.press("1")
    await call.joined(desk.number)
    await call.speak(asked, 8)
    await wait(town, 40)
    call.hang_up()
    await desk.ends()
    await wait(town, 1)

    tell.scene("二、一分钟内办结登记：转给志愿者", "2. Wrapped up within a minute: handed to the volunteers")
    await rings(town, desk, minutes=1)
    desk.answer()
    await wait(town, 6)
    desk.press("4")
    await choose(town, desk, TEAM[language])
    await spoken(desk, memo)
    await desk.ends()
    await wait(town, 1)

    tell.scene("三、值班员在网页上补一条服务指引", "3. The duty person adds guidance from the catalogue")
    give_guidance(town, language)
    await wait(town, 1)

    tell.scene("四、志愿者听了最少的情况，按键接下，马上给家属打电话", "4. The team takes the case and rings her")
    await rings(town, team, hours=1)
    team.answer()
    await wait(town, 20)
    team.press("1")
    await wait(town, 5)
    team.press("1")
    await survivor.rings(within=60)
    await wait(town, 2)
    survivor.answer()
    await team.joined(survivor.number)
    await wait(town, 30)
    survivor.hang_up()
    await spoken(team, plan)
    await team.ends()

    await clock_shows(town, "10:05", days=1)
    tell.scene("五、第二天修好了，志愿者打热线报办结", "5. The next day it is mended; the team reports it by telephone")
    await town.world.dial(team.number, town.line("longgang"))
    await wait(town, 12)
    team.press("2")
    await spoken(team, report)
    await team.ends()
    await wait(town, 1)

    tell.scene("六、系统回访：满意吗，办好了吗", "6. Feedback, by the system: was it good, is it solved")
    await rings(town, survivor, days=2)
    survivor.answer()
    await wait(town, 12)
    survivor.press("1")
    await wait(town, 6)
    survivor.press("1")
    await spoken(survivor, thanks)
    await passes(town, minutes=5)


def give_guidance(town: Town, language: str) -> None:
    ticket = town.ticket()
    with town.x.sessions.begin() as session:
        entry = session.scalars(select(CatalogueEntry).where(CatalogueEntry.code == "hardship-grant")).one()
        by = "熊静" if language == "zh-CN" else "Xiong Jing"
        guidance.give(session, ticket.id, by=by, now=town.world.now(), through="console", entry_id=entry.id)


@pytest.mark.parametrize("language", PAGES)
def test_one_case_from_call_to_feedback(make_town: Callable[..., Town], language: str) -> None:
    town = make_town(language=language)
    catalogue = SAMPLE.with_name("catalogue_qinshui.yaml")
    town.change(lambda session: import_file(session, catalogue, town.x.vault, town.world.now()))
    town.change(lambda session: session.execute(update(Survivor).values(language=language)))
    town.change(lambda session: session.execute(update(Line).values(language=language)))
    names = {
        town.survivor("p003"): "家属 · 薛春娥" if language == "zh-CN" else "the survivor, Xue Chun'e",
        town.handset("longgang-1").number: "值班手机" if language == "zh-CN" else "duty handset",
        town.branch("hongxing-1").number: "红星志愿服务队" if language == "zh-CN" else "Red Star volunteers",
    }
    tell, began = Teller(town, language, names), town.world.now()
    town.play(case(town, tell, language), working=False)
    assert town.ticket().state == "closed"
    page = tell.page(began, town.world.now() + timedelta(seconds=1))
    if folder := os.environ.get("HOTLINE_WALKTHROUGH"):
        (Path(folder) / PAGES[language]).write_text(page, encoding="utf-8")
    assert (Path("docs") / PAGES[language]).read_text(encoding="utf-8") == page, "run HOTLINE_WALKTHROUGH=docs"
