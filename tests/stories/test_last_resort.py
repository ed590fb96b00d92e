"""The whole application is down: the carrier runs the document that we left with it, and somebody is rung."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import last_resort, unheard
from hotline.simulator.behaviours import NEVER_ANSWERS, Behaviour, answers, voicemail
from hotline.simulator.lines import at
from tests.stories.town import Town

HOST = "http://bins.test/left"


@pytest.fixture
def left(town: Town) -> Callable[[], Path]:
    """Leave the documents with the carrier and take the application down; returns where they were written."""
    town.x = replace(town.x, settings=town.x.settings.model_copy(update={"fallback_url": HOST}))
    folder = last_resort.folder(town.x.settings)

    def leave() -> Path:
        last_resort.write(town.x, folder, town.x.clock())
        town.world.connect(_only_files(folder))
        for code in ("longgang", "trunk"):
            number = town.line(code)
            line = replace(at(town.world.webhook, number), voice_fallback_url=f"{HOST}/qinshui-{code}.xml")
            town.world.carrier.add_line(line)
        return folder

    return leave


def _only_files(folder: Path) -> Callable[..., Iterable[bytes]]:
    """A host that knows nothing but files; whatever was the application's answers 502."""

    def host(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        file = folder / Path(environ["PATH_INFO"]).name
        if environ["HTTP_HOST"] != "bins.test" or not file.is_file():
            start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
            return [b"nobody there"]
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [file.read_bytes()]

    return host


def test_the_duty_handsets_ring_at_once_and_a_key_joins(town: Town, left: Callable[[], Path]) -> None:
    town.everybody(NEVER_ANSWERS)
    backup = town.handset("longgang-2", answers(after=6))
    left()

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("正在为您直接拨值班电话", within=10)
        first = town.handset("longgang-1")
        await first.rings(within=10)
        await call.joined(backup.number, within=30)
        assert first.number != backup.number and backup.times_rung == 1

    town.play(story(), working=False)


@pytest.mark.parametrize("duty", [NEVER_ANSWERS, voicemail(after=3)], ids=["nobody", "a mailbox"])
def test_then_the_county_centre(town: Town, left: Callable[[], Path], duty: Behaviour) -> None:
    town.everybody(duty)
    county = town.handset("county-1", answers(after=3))
    left()

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("请别挂机，我们接着找人", within=90)
        await call.joined(county.number, within=40)

    town.play(story(), working=False)


def test_then_a_message_that_ends(town: Town, left: Callable[[], Path]) -> None:
    town.everybody(NEVER_ANSWERS)
    left()

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears_beep(within=150)
        await call.speak("我想问问医药费的事", 5)
        call.press("#")
        await call.hears("记下了，谢谢您", within=10)
        await call.ends(within=20)
        assert call.longest_silence() <= 6

    town.play(story(), working=False)
    assert [r.seconds for r in town.world.carrier.recordings if r.status == "completed"] == [5]


@pytest.mark.parametrize("how", ["a message", "hangs up", "talks"])
def test_afterwards_each_is_a_ticket_with_a_call_back_owed(town: Town, left: Callable[[], Path], how: str) -> None:
    town.everybody(NEVER_ANSWERS)
    if how == "talks":
        town.handset("longgang-1", answers(talks=15))
    left()

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        if how == "a message":
            await call.hears_beep(within=150)
            await call.speak("我想问问医药费的事", 5)
        else:
            await town.world.passes(30)
        call.hang_up()
        await town.world.quiet()
        town.world.connect(town.app.wsgi_app)
        town.handset("longgang-1", answers(talks=5))
        heard = await town.ring("p001", "longgang")
        await heard.joined(within=60)
        heard.hang_up()
        assert await town.world.work(unheard.take_in, town.x) == 0, "those who tell us later are waited for"
        await town.world.passes(700)
        assert await town.world.work(unheard.take_in, town.x) == 1
        assert await town.world.work(unheard.take_in, town.x) == 0

    town.play(story(), working=False)
    ticket = next(t for t in town.tickets() if "unheard" in town.events(t))
    assert ticket.state == "open" and ticket.call_back_by is not None
    assert (ticket.message_at is not None) == (how == "a message")
    outcomes = {"a message": "message", "hangs up": "abandoned", "talks": "unconfirmed"}
    assert [call.outcome for call in town.calls()] == [outcomes[how], "answered"]
    assert len(town.tickets()) == 2


def test_on_the_county_s_own_line_the_townships_are_asked_then(town: Town, left: Callable[[], Path]) -> None:
    town.everybody(NEVER_ANSWERS)
    township = town.handset("jiafeng-1", answers(after=3))
    left()

    async def story() -> None:
        call = await town.ring("+8615400007777")
        await town.handset("county-1").rings(within=15)
        await call.joined(township.number, within=60)

    town.play(story(), working=False)


def test_it_follows_the_roster_and_says_how_old_it_is(town: Town) -> None:
    folder, now = last_resort.folder(town.x.settings), town.x.clock()
    assert last_resort.standing(town.x.settings, now).stale
    last_resort.write(town.x, folder, now)
    before = (folder / "qinshui-longgang.xml").read_text()
    assert town.handset("longgang-1").number in before
    town.change(lambda session: _switch_off(session, "longgang-1"))
    last_resort.write(town.x, folder, now + timedelta(minutes=1))
    after = (folder / "qinshui-longgang.xml").read_text()
    assert town.handset("longgang-1").number not in after and town.handset("longgang-2").number in after
    assert not last_resort.standing(town.x.settings, now + timedelta(minutes=10)).stale
    assert last_resort.standing(town.x.settings, now + timedelta(minutes=30)).stale


def _switch_off(session: Any, code: str) -> None:
    from sqlalchemy import update

    from hotline.directory.models import Handset

    session.execute(update(Handset).where(Handset.code == code).values(active=False))


def test_a_message_left_there_by_a_call_that_we_know_is_put_to_its_ticket(town: Town, left: Callable[[], Path]) -> None:
    town.everybody(NEVER_ANSWERS)
    folder = left()
    town.world.connect(town.app.wsgi_app)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        town.world.connect(_only_files(folder))
        await call.hears_beep(within=250)
        await call.speak("我想问问医药费的事", 5)
        call.hang_up()
        await town.world.quiet()
        town.world.connect(town.app.wsgi_app)
        await town.world.passes(660)
        await town.sweep()
        for _ in range(2):
            await town.world.work(unheard.take_in, town.x)

    town.play(story(), working=False)
    assert town.ticket().message_at and town.ticket().call_back_by
    assert town.events().count("message_left") == 1
