"""A handset rings the hotline: everything the duty desk must do can be done with voice and keys."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hotline.directory.models import Staff, Station
from hotline.roster.models import Override
from hotline.roster.queries import duty_at
from hotline.simulator.behaviours import BUSY, NEVER_ANSWERS, answers
from hotline.simulator.party import Party
from tests.stories.town import Town


async def missed(town: Town, caller: str) -> None:
    """Somebody rings and hangs up before anybody accepts."""
    call = await town.ring(caller, "longgang")
    await town.world.passes(3)
    call.hang_up()
    await town.world.passes(2)


async def at_the_menu(town: Town, handset: str = "longgang-1") -> Party:
    """The duty person takes the handset and rings the hotline."""
    desk = await town.ring(town.handset(handset).number, "longgang")
    await desk.hears("龙港镇退役军人服务站值班，您好。")
    return desk


def quiet(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)


def test_the_open_tickets_are_read_one_after_the_other(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p003")
        await missed(town, "p005")
        desk = await at_the_menu(town)
        await desk.hears("待办2件")
        desk.press("1")
        await desk.hears("薛春娥")
        desk.press("4")
        await desk.hears("何春生")
        desk.press("4")
        await desk.hears("没有待办的事了")
        desk.hang_up()

    town.play(story(), working=False)
    assert town.errands("staff_menu")[0].ended_at is not None


def test_the_survivor_is_rung_back_under_the_hotlines_number_and_the_call_wrapped_up(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p003")
        desk = await at_the_menu(town)
        desk.press("1")
        await desk.hears("薛春娥")
        desk.press("1")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=30)
        assert survivor.display == town.line("longgang")
        survivor.answer()
        await survivor.hears("关爱帮扶热线给您回电话")
        await desk.joined(survivor.number)
        await town.world.passes(40)
        survivor.hang_up()
        await desk.hears("刚才薛春娥的电话")
        desk.press("2")
        await desk.hears_beep()
        await desk.speak("告诉她带身份证到镇里办", 5)
        desk.press("#")
        await desk.ends()

    town.play(story())
    ticket = town.ticket()
    assert (ticket.state, ticket.outcome) == ("resolved", "guidance")
    assert ticket.call_back_by is None
    assert "called_back" in town.events()
    assert [e for e in town.errands("call_back") if e.state not in ("cancelled", "missed")] == []


def test_a_survivor_who_does_not_pick_up_leaves_the_ticket_open(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p003")
        town.world.phone(town.survivor("p003"), BUSY)
        desk = await at_the_menu(town)
        desk.press("1")
        await desk.hears("薛春娥")
        desk.press("1")
        await desk.hears("没有打通")
        await desk.ends()

    town.play(story(), working=False)
    assert town.ticket().state == "open"
    assert "call_back_in_vain" in town.events()


def test_marked_resolved_and_what_is_impossible_is_said(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p003")
        first, second = await at_the_menu(town), town.handset("longgang-2")
        other = await at_the_menu(town, "longgang-2")
        first.press("1")
        await first.hears("薛春娥")
        other.press("1")
        await other.hears("薛春娥")
        first.press("2")
        await first.hears("已办结")
        other.press("2")
        await other.hears("工单“已办结”时不能办结")
        assert second.party is other
        first.hang_up()
        other.hang_up()

    town.play(story(), working=False)
    assert town.ticket().state == "resolved"


def test_a_sentence_is_kept_on_the_ticket(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p003")
        desk = await at_the_menu(town)
        desk.press("1")
        await desk.hears("薛春娥")
        desk.press("3")
        await desk.hears_beep()
        await desk.speak("下午再打", 4)
        desk.press("#")
        await desk.hears("记好了")
        desk.hang_up()

    town.play(story(), working=False)
    assert "memo" in town.events()


def test_taking_over_duty_now_changes_the_roster(town: Town) -> None:
    quiet(town)

    def on_duty() -> str:
        with town.reading() as session:
            station = session.scalars(select(Station.id).where(Station.code == "longgang")).one()
            duty = duty_at(session, [station], town.world.now())[station].first
            assert duty is not None
            return session.get_one(Staff, duty.staff_id).code

    assert on_duty() != "longgang-s4"

    async def story() -> None:
        desk = await at_the_menu(town)
        desk.press("3")
        await desk.hears("薛国庆按4")
        desk.press("4")
        await desk.hears("从现在起由您值班")
        desk.hang_up()

    town.play(story(), working=False)
    assert on_duty() == "longgang-s4"
    with town.reading() as session:
        assert session.scalars(select(Override.kind)).all() == ["takeover"]


def test_back_to_the_call_that_was_just_missed(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p005")
        await missed(town, "p003")
        desk = await at_the_menu(town)
        desk.press("2")
        await town.world.phone(town.survivor("p003")).rings(within=30)
        desk.hang_up()

    town.play(story(), working=False)


def test_back_to_the_call_that_was_not_wrapped_up(town: Town) -> None:
    quiet(town)
    town.handset("longgang-1", answers(after=2, talks=20))

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.joined(within=30)
        await call.ends()
        desk = await at_the_menu(town)
        desk.press("2")
        await desk.hears("刚才薛春娥的电话")
        desk.press("3")
        await desk.hears_beep()
        desk.hang_up()

    town.play(story(), working=False)
    assert (town.ticket().outcome, town.ticket().state) == ("visit", "following_up")


def test_who_presses_nothing_is_put_through_like_any_caller(town: Town) -> None:
    quiet(town)
    town.handset("longgang-2", answers(after=2, talks=20))

    async def story() -> None:
        desk = await at_the_menu(town)
        await desk.joined(town.handset("longgang-2", answers(after=2, talks=20)).number, within=90)
        await desk.ends()
        await town.world.passes(2)

    town.play(story(), working=False)
    assert [call.outcome for call in town.calls()] == ["answered"]
    assert town.calls()[0].ended_at is not None
    errand = town.errands("staff_menu")[0]
    assert errand.ended_at is not None
    assert town.handset("longgang-1").times_rung == 0


def test_a_handset_at_the_menu_is_not_rung_meanwhile(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        desk = await at_the_menu(town)
        call = await town.ring("p003", "longgang")
        await town.handset("longgang-2").rings(within=20)
        call.hang_up()
        desk.hang_up()

    town.play(story(), working=False)
    passed = [leg for leg in town.legs("passed_over") if leg.reason == "busy"]
    assert [leg.label for leg in passed][:1] == ["龙港镇值班手机（熊静）"]


def test_a_stranger_reaches_no_menu(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        call = await town.ring("+8615499990001", "longgang")
        await call.hears("正在为您转接")
        call.hang_up()

    town.play(story(), working=False)
    assert town.errands("staff_menu") == []


def test_a_handset_in_the_middle_of_the_night_finds_the_promised_hour(town: Town) -> None:
    quiet(town)

    async def story() -> None:
        await missed(town, "p003")
        desk = await at_the_menu(town)
        desk.press("1")
        due = town.ticket().call_back_by
        assert due is not None
        await desk.hears(f"{(due + timedelta(hours=8)):%H:%M}到期")
        desk.hang_up()

    town.play(story(), working=False)
