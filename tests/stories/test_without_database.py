"""The database is away: the call goes on from the snapshot to a human or a message, and all of it is there later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hotline.calls.models import Hold, Recording, Reply
from hotline.calls.standby import keeper
from hotline.calls.standby.models import BroughtIn
from hotline.simulator.behaviours import NEVER_ANSWERS, answers, rejects
from tests.stories.outage import back, prepared, unplug
from tests.stories.town import Town
from tests.stories.waiting import rings


def test_a_call_that_comes_in_meanwhile_reaches_a_human(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    duty, line, caller = town.handset("longgang-1"), town.line("longgang"), town.survivor("p003")
    plug_in = unplug(town)

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.hears("您好，龙港镇关爱帮扶热线", within=5)
        handset = await duty.rings(within=20)
        duty.answer()
        await handset.hears("接听按1")
        duty.press("1")
        await call.joined(duty.number)
        await town.world.passes(30)
        call.hang_up()
        await town.world.quiet()
        await back(town, plug_in)
        desk = await rings(town, duty, minutes=3)  # the wrap-up, as after any call
        desk.hang_up()

    town.play(story(), working=False)
    ticket, (call,) = town.ticket(), town.calls()
    assert (ticket.state, call.outcome) == ("answered", "answered")
    assert ticket.call_back_by is None and ticket.answered_by.startswith("龙港镇")
    assert town.events()[:3] == ["opened", "called", "from_snapshot"]
    assert [leg.state for leg in town.legs("ended")] == ["ended"]
    assert call.ended_at is not None and 35 <= (call.ended_at - call.started_at).total_seconds() <= 60


def test_nobody_answers_and_a_message_is_left(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", rejects())
    line, caller = town.line("longgang"), town.survivor("p001")
    plug_in = unplug(town)

    async def story() -> float:
        call = await town.world.dial(caller, line)
        for told in ("再给您找一位", "正在请附近的张村乡", "正在为您接沁水县", "正在给您找志愿者"):
            await call.hears(told, within=40)
        began = town.world.now()
        await call.hears_beep(within=90)
        await call.speak("我想问问医药费的事", 6)
        call.hang_up()
        await town.world.quiet()
        await back(town, plug_in)
        assert call.longest_silence() <= 6
        return (began - town.calls()[0].started_at).total_seconds()

    assert town.play(story(), working=False) <= 90
    ticket = town.ticket()
    assert (ticket.state, town.calls()[0].outcome) == ("open", "message")
    assert ticket.message_at and ticket.call_back_by
    assert ticket.call_back_by - ticket.opened_at <= timedelta(minutes=17)
    rung = [leg.number_hash for leg in town.legs() if leg.rung_at]
    assert len(rung) == len(set(rung)) > 5
    with town.reading() as session:
        assert session.scalar(select(func.count()).select_from(Recording)) == 1
        assert session.scalar(select(func.count()).select_from(Hold)) == 0


MOMENTS = [("greeting", True), ("ringing", True), ("ringing", False), ("picked up", True), ("talking", False)]
"""When it goes away, and whether it is back at once."""


@pytest.mark.parametrize(("moment", "returns"), MOMENTS)
def test_it_goes_away_in_mid_call(town: Town, moment: str, returns: bool) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    duty, backup = town.handset("longgang-1"), town.handset("longgang-2", answers(talks=10))
    taken = moment in ("picked up", "talking")

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.hears("您好")
        plug_in = unplug(town) if moment == "greeting" else None
        handset = await duty.rings(within=20)
        plug_in = plug_in or (unplug(town) if moment == "ringing" else None)
        if taken:
            duty.answer()
            await handset.hears("接听按1")
            plug_in = plug_in or (unplug(town) if moment == "picked up" else None)
            duty.press("1")
        await call.joined(duty.number if taken else backup.number, within=40)
        plug_in = plug_in or unplug(town)
        if returns:
            await back(town, plug_in)
        await town.world.passes(8)
        call.hang_up()
        await town.world.quiet()
        await back(town, plug_in)

    town.play(story(), working=False)
    ticket, (call,) = town.ticket(), town.calls()
    assert (ticket.state, call.outcome) == ("answered", "answered")
    assert call.ended_at and ticket.call_back_by is None
    assert town.events().count("opened") == town.events().count("call_ended") == 1
    rung = [leg.number_hash for leg in town.legs() if leg.rung_at]
    assert len(rung) == len(set(rung))
    assert len(town.errands("wrap_up")) == 1


def test_keys_count(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    county, line, caller = town.handset("county-1", answers(after=2)), town.line("longgang"), town.survivor("p003")
    plug_in = unplug(town)

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.hears("您好")
        call.press("2")
        await call.hears("有生命危险", within=10)
        await call.joined(county.number, within=15)
        await call.ends(within=90)
        await town.world.quiet()
        await back(town, plug_in)

    town.play(story(), working=False)
    assert town.ticket().priority == "urgent" and "chosen" in town.events()


@pytest.mark.parametrize("effect", ["duplicate_at_once", "late", "error_after"])
def test_a_webhook_that_comes_again_gets_the_same_answer(town: Town, effect: str) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    town.handset("county-1", answers(after=3, talks=20))
    line, caller = town.line("longgang"), town.survivor("p003")
    plug_in = unplug(town)
    town.world.faults.add(effect, times=0, seconds=6)  # type: ignore[arg-type]

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.ends(within=400)
        await town.world.quiet()
        await back(town, plug_in)
        await back(town, plug_in)

    town.play(story(), working=False)
    ticket = town.ticket()
    assert len(town.calls()) == 1 and town.calls()[0].ended_at
    assert ticket.state == "answered" or ticket.call_back_by
    rung = [leg.number_hash for leg in town.legs() if leg.rung_at]
    assert len(rung) == len(set(rung))
    assert town.events().count("opened") == town.events().count("call_ended") == 1


def test_what_was_brought_in_is_there_once_whoever_dies_when(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    line, caller = town.line("longgang"), town.survivor("p003")
    plug_in = unplug(town)

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.hears_beep(within=200)
        call.hang_up()
        await town.world.quiet()

    town.play(story(), working=False)
    plug_in()
    journal = town.x.standby.journal
    entries = journal.pending()
    _die_after(town, 3)
    assert not keeper.watch(town.x)
    assert len(journal.pending()) == journal.pending_count() == len(entries) - 3
    assert keeper.watch(town.x) and not journal.pending()
    before = _rows(town)
    with journal._connection() as db:  # the mark was lost: the database knows all the same
        db.execute("UPDATE entry SET brought_in = 0")
    town.x.standby.dirty = True
    assert keeper.watch(town.x) and not journal.pending()
    assert _rows(town) == before and before["brought_in"] == len(entries)


def _die_after(town: Town, entries: int) -> None:
    """Let the database go away again while the journal is being brought in."""
    journal, left = town.x.standby.journal, [entries]
    good = journal.is_in

    def is_in(seq: int) -> None:
        if not left[0]:
            journal.is_in = good  # type: ignore[method-assign]
            raise ConnectionResetError("away again")
        left[0] -= 1
        good(seq)

    journal.is_in = is_in  # type: ignore[method-assign]


def _rows(town: Town) -> dict[str, int]:
    with town.reading() as session:
        counted = {m.__tablename__: session.scalar(select(func.count()).select_from(m)) for m in (BroughtIn, Reply)}
    return {**{str(k): v or 0 for k, v in counted.items()}, "events": len(town.events()), "legs": len(town.legs())}


def test_a_process_that_starts_meanwhile_finds_the_snapshot_on_disk(town: Town, make_town: Callable[..., Town]) -> None:
    prepared(town)
    town.x.standby.directory = None
    plug_in = unplug(town)
    town.x.standby.find()
    duty, line = town.world.phone("+8615403560111", answers()), "+863560100001"
    assert duty and plug_in

    async def story() -> None:
        call = await town.world.dial("+8615403580003", line)
        await call.hears("您好，龙港镇关爱帮扶热线", within=5)

    town.play(story(), working=False)


def test_what_happened_on_a_call_comes_first_however_much_else_waits_in_the_journal(town: Town) -> None:
    """The key that took the call is in the journal behind five others: the caller is not rung on to somebody else."""
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    duty = town.handset("longgang-1")
    others = [(town.survivor(code), town.line("zhangcun")) for code in ("p001", "p002", "p004", "p005", "p006")]

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        handset = await duty.rings(within=20)
        plug_in = unplug(town)
        for caller, line in others:
            await town.world.dial(caller, line)
        await town.world.passes(2)
        duty.answer()
        await handset.hears("接听按1")
        duty.press("1")
        await call.joined(duty.number)
        plug_in()
        town.x.standby.gate.open()  # seen to be there by a page, before the keeper has brought anything in
        await town.world.passes(20)
        assert len(town.x.standby.journal.pending()) > 5
        duty.hang_up()
        await call.hears("再见", within=20)
        await town.world.quiet()
        await back(town, plug_in)

    town.play(story(), working=False)
    (ours,) = (call for call in town.calls() if call.accepted_leg_id)
    assert ours.outcome == "answered" and not town.x.standby.journal.pending()
