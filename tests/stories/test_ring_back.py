"""A survivor is called back from the duty page: one's own handset rings, then the survivor, and they are joined."""

from __future__ import annotations

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from tests.stories.calls import answered, wrapped_up
from tests.stories.consoles import console, press
from tests.stories.test_call_back import missed
from tests.stories.town import Town
from tests.stories.waiting import passes, rings

TEN = {"minutes": 10}


def test_a_promised_call_back_is_brought_forward(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        await passes(town, seconds=10)
        mine = town.handset("longgang-1")
        client = console(town, "longgang-s2")
        assert "薛春娥" in client.get("/duty").text
        said = press(client, "/call-back").text
        assert "系统马上响 154****0101" in said
        desk = await rings(town, mine, seconds=20)
        assert "系统正在响您的手机：回电" in client.get("/duty").text
        again = press(client, "/call-back").text
        assert "系统正在为这张工单回电" in again, "one press more does no harm"
        desk.answer()
        await desk.hears("薛春娥")
        desk.press("1")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=30)
        assert survivor.display == town.line("longgang")
        survivor.answer()
        await mine.joined(survivor.number)
        await passes(town, **TEN)
        survivor.hang_up()
        await passes(town, hours=1)

    town.play(story(), working=False)
    assert [(e.kind, e.state) for e in town.errands() if "back" in e.kind] == [("ring_back", "done")]
    ticket = town.ticket()
    assert ticket.call_back_by is None and ticket.answered_by and town.events().count("called_back") == 1


def test_who_does_not_pick_up_loses_nothing_the_chain_goes_on(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        await missed(town)
        await passes(town, seconds=10)
        press(console(town, "longgang-s2"), "/call-back")
        backup = town.handset("longgang-2", answers(after=2, talks=30))
        survivor = town.world.phone(town.survivor("p003"))
        party = await rings(town, survivor, **TEN)
        party.answer()
        await backup.joined(survivor.number)
        await passes(town, minutes=2)

    town.play(story(), working=False)
    assert [e.kind for e in town.errands() if "back" in e.kind][:3] == ["ring_back", "call_back", "call_back"]
    assert town.ticket().call_back_by is None


def test_a_ticket_that_is_followed_up_is_rung_without_a_promise(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        client = console(town, "longgang-s2")
        await passes(town, seconds=5)
        assert "系统马上响" in press(client, "/call-back").text
        desk = await rings(town, phone, minutes=1)
        desk.answer()
        await desk.hears("薛春娥")
        desk.press("1")
        town.world.phone(town.survivor("p003"), NEVER_ANSWERS)
        await desk.hears("没有打通")
        await passes(town, hours=2)

    town.play(story(), working=False)
    assert town.events().count("call_back_in_vain") == 1
    assert [e.kind for e in town.errands() if "back" in e.kind] == ["ring_back"], "nobody is rung again unasked"
    assert town.ticket().state == "following_up"
