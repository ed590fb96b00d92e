"""Was it any good, is it solved? Asked by the system at a decent hour; who is not content is heard one level up."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from hotline.calls.kinds import feedback
from hotline.calls.kinds.base import Work
from hotline.calls.kinds.feedback import Said
from hotline.clock import local
from hotline.notifications.models import Notification
from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from hotline.simulator.party import Party
from tests.stories.town import Town
from tests.stories.waiting import clock_shows, passes, rings
from tickets.feedback import OwnAnswerError, latest
from tickets.models import Feedback, Ticket, Timer


async def helped(town: Town, caller: str = "p003", key: str = "1") -> None:
    """A call is answered and wrapped up by a key."""
    call = await town.ring(caller, "longgang")
    phone = town.handset("longgang-1")
    await phone.rings(within=20)
    phone.answer()
    await phone.hears("接听按1")
    phone.press("1")
    await call.joined(within=30)
    await town.world.passes(20)
    call.hang_up()
    await phone.ends()
    await rings(town, phone, minutes=1)
    phone.answer()
    await phone.hears("刚才")
    phone.press(key)
    await town.world.passes(1)
    phone.hang_up()
    await phone.ends()


async def asked(town: Town, caller: str = "p003") -> Party:
    """The survivor is rung and picks up."""
    phone = town.world.phone(town.survivor(caller))
    survivor = await rings(town, phone, days=2)
    survivor.answer()
    return survivor


def feedback_of(town: Town) -> Feedback | None:
    with town.reading() as session:
        return latest(session, town.ticket().id)


def test_satisfied_and_solved_closes_the_ticket(town: Town) -> None:
    async def story() -> datetime:
        await helped(town)
        over = town.world.now()
        survivor = await asked(town)
        assert survivor.display == town.line("longgang")
        assert town.world.now() - over >= timedelta(hours=1, minutes=59)
        await survivor.hears("薛春娥，您好。")
        await survivor.hears("满意按1")
        survivor.press("1")
        await survivor.hears("办好了按1")
        survivor.press("1")
        await survivor.hears("还有话想说")
        survivor.hang_up()
        await passes(town, minutes=1)
        return town.world.now()

    at = local(town.play(story(), working=False)).time()
    assert time(11, 0) < at < time(11, 31)
    ticket = town.ticket()
    assert ticket.state == "closed"
    assert ticket.solved_at is not None and ticket.helped_at is not None
    given = feedback_of(town)
    assert given is not None
    assert (given.rating, given.solved, given.asked_by, given.how) == ("satisfied", True, "系统回访", "call")


@pytest.mark.parametrize(("rating", "solved"), [("3", "1"), ("1", "2")])
def test_not_satisfied_or_not_solved_reopens_it_one_level_up(town: Town, rating: str, solved: str) -> None:
    async def story() -> None:
        await helped(town)
        survivor = await asked(town)
        await survivor.hears("满意按1")
        survivor.press(rating)
        await survivor.hears("办好了按1")
        survivor.press(solved)
        await survivor.hears_beep()
        await survivor.speak("那个窗口没有人", 4)
        survivor.press("#")
        await survivor.hears("我们重新办，会有人给您打电话")
        await survivor.ends()
        town.everybody(NEVER_ANSWERS)
        county = town.handset("county-1")
        await rings(town, county, minutes=5)
        county.answer()
        await county.hears("回访不满意")
        county.press("1")
        phone = town.world.phone(town.survivor("p003"))
        await phone.rings(within=20)
        phone.answer()
        await county.joined(phone.number)
        await town.world.passes(30)
        phone.hang_up()
        await county.hears("刚才薛春娥的电话")
        county.press("1")
        await town.world.passes(1)
        county.hang_up()
        await passes(town, minutes=1)

    town.play(story(), working=False)
    ticket = town.ticket()
    assert ticket.raised == 1
    assert ticket.state == "resolved"
    assert ticket.outcome == "answered"
    assert town.events().count("resolve") == 2
    with town.reading() as session:
        told = session.scalars(select(Notification).where(Notification.template == "ticket_reopened")).all()
    assert {row.channel for row in told} >= {"console", "telephone"}
    assert [e.label for e in town.errands("notice")] == [
        e.label for e in town.errands("notice") if "龙港" not in e.label
    ]
    given = feedback_of(town)
    assert given is not None and given.words != ""


def test_who_does_not_answer_is_asked_on_another_day_in_the_other_half_of_it_and_then_by_people(town: Town) -> None:
    async def story() -> None:
        await helped(town)
        town.world.phone(town.survivor("p003"), NEVER_ANSWERS)
        await clock_shows(town, "20:00", days=4)

    town.play(story(), working=False)
    rung = [local(e.placed_at) for e in town.errands("feedback") if e.placed_at]
    assert len(rung) == 2
    assert rung[1].date() - rung[0].date() == timedelta(days=1)
    assert rung[0].time() < time(11, 30) and time(15, 0) <= rung[1].time() < time(19, 30)
    assert town.events().count("feedback_not_reached") == 1
    assert town.ticket().state == "feedback_asked"
    with town.reading() as session:
        waiting = session.scalars(select(Timer.kind).where(Timer.state == "pending", Timer.kind == "ask_feedback"))
        assert waiting.all() == []


def test_nobody_is_rung_at_the_midday_rest_or_in_the_evening(town: Town) -> None:
    async def story() -> None:
        await clock_shows(town, "17:50")
        await helped(town)
        await clock_shows(town, "12:00", days=1)

    town.world.phone(town.survivor("p003"), NEVER_ANSWERS)
    town.play(story(), working=False)
    rung = [local(e.placed_at) for e in town.errands("feedback") if e.placed_at]
    assert [moment.strftime("%d %H:%M") for moment in rung] == ["24 09:00"]


def test_zero_is_a_human_as_everywhere(town: Town) -> None:
    number = town.handset("longgang-1").number

    async def story() -> None:
        await helped(town)
        survivor = await asked(town)
        await survivor.hears("找人说话按0")
        town.handset("longgang-1", answers(after=2, talks=20))
        survivor.press("0")
        await survivor.hears("正在为您转接")
        await survivor.joined(number, within=60)
        await survivor.ends()
        await passes(town, minutes=1)

    town.play(story(), working=False)
    assert [call.outcome for call in town.calls()] == ["answered", "answered"]
    assert all(call.ended_at for call in town.calls())
    assert all(errand.ended_at for errand in town.errands("feedback"))
    assert town.calls()[1].survivor_id == town.calls()[0].survivor_id


def test_who_presses_nothing_says_it(town: Town) -> None:
    async def story() -> None:
        await helped(town)
        survivor = await asked(town)
        await survivor.hears("不按键也行")
        await survivor.hears_beep()
        await survivor.speak("小熊人好，办得快", 5)
        survivor.hang_up()
        await passes(town, minutes=1)

    town.play(story(), working=False)
    given = feedback_of(town)
    assert given is not None
    assert (given.rating, given.solved) == ("", None)
    assert given.words != ""
    assert town.ticket().state == "feedback_asked"


def test_in_person_it_is_asked_by_somebody_else_than_who_answered(town: Town) -> None:
    async def story() -> None:
        await helped(town)

    town.play(story(), working=False)
    answered_by = town.ticket().answered_by
    assert answered_by == "龙港镇值班手机（熊静）"

    def ask(by: str, said: Said) -> None:
        with town.x.sessions.begin() as session:
            work = Work(town.x, session, town.world.now())
            ticket = session.scalars(select(Ticket).with_for_update()).one()
            feedback.take(work, ticket, said, by, "in_person")

    with pytest.raises(OwnAnswerError, match="本人"):
        ask("熊静", Said("satisfied", True))
    with pytest.raises(OwnAnswerError):
        ask(answered_by, Said("satisfied", True))
    ask("李主任", Said("mostly", True, "赶集时问的"))
    given = feedback_of(town)
    assert given is not None
    assert (given.how, given.rating, given.words, given.asked_by) == ("in_person", "mostly", "赶集时问的", "李主任")
    assert town.ticket().state == "closed"

    async def quiet_day() -> None:
        await clock_shows(town, "20:00", days=1)

    town.play(quiet_day(), working=False)
    assert [e for e in town.errands("feedback") if e.placed_at] == []
