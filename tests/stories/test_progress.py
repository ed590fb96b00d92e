"""My ticket, key 5: what is being done, by whom, until when, without a code; and connected at once when it is late."""

from __future__ import annotations

from datetime import timedelta

from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from hotline.simulator.party import Party
from tests.stories.calls import answered, wrapped_up
from tests.stories.test_handing_over import accepted
from tests.stories.town import Town
from tests.stories.waiting import clock_shows, passes


async def asks(town: Town, caller: str = "p003") -> Party:
    """Somebody rings and presses 5 during the greeting."""
    call = await town.ring(caller, "longgang")
    await call.hears("正在为您转接")
    call.press("5")
    return call


def test_what_is_being_done_by_whom_and_until_when(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        await passes(town, minutes=30)
        call = await asks(town)
        await call.hears("您的事，正在安排人上门看您")
        await call.hears("由龙港镇的熊静负责")
        await call.hears("11月30日上午九点给您答复")
        await call.hears("没有别的事就请挂机")
        call.hang_up()
        await call.ends()

    town.play(story(), working=False)
    assert town.calls()[1].outcome == "told"
    case, asking = town.tickets()
    assert asking.merged_into_id == case.id and asking.call_back_by is None, "nobody owes her another call"
    assert case.call_back_by is None and case.state == "following_up"


def test_who_hangs_up_before_hearing_it_is_rung_back(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        await passes(town, minutes=30)
        call = await asks(town)
        await call.hears("您的事，正在安排人上门看您")
        call.hang_up()
        await call.ends()

    town.play(story(), working=False)
    assert town.calls()[1].outcome == "abandoned"
    assert town.tickets()[1].call_back_by is not None


def test_who_waits_for_a_human_in_vain_is_rung_back(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        await passes(town, minutes=30)
        town.everybody(NEVER_ANSWERS)
        call = await asks(town)
        await phone.rings(within=60)
        call.hang_up()
        await call.ends()

    town.play(story(), working=False)
    assert town.calls()[1].outcome == "abandoned"
    assert town.tickets()[1].call_back_by is not None


def test_a_case_that_was_handed_over_is_with_the_volunteers(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "4", "红星")
        branch = await accepted(town)
        branch.hang_up()
        call = await asks(town)
        await call.hears("已经请人来帮您")
        await call.hears("由红星退役军人志愿服务队负责")
        await call.hears("后天上午九点给您答复")
        call.hang_up()

    town.play(story(), working=False)


def test_who_stays_on_the_line_is_put_through(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        await passes(town, minutes=30)
        town.handset("longgang-1", answers(after=2, talks=10))
        call = await asks(town)
        await call.joined(phone.number, within=60)
        await call.ends()

    town.play(story(), working=False)


def test_a_late_case_is_connected_at_once(town: Town) -> None:
    async def story() -> float:
        phone = await answered(town)
        await wrapped_up(town, phone, "3")
        town.everybody(NEVER_ANSWERS)
        await clock_shows(town, "14:00", days=8)
        call = await asks(town)
        await call.hears("对不起，这件事办晚了")
        asked = town.world.now()
        await phone.rings(within=20)
        call.hang_up()
        return (town.world.now() - asked) / timedelta(seconds=1)

    assert town.play(story(), working=False) < 10


def test_who_was_missed_hears_that_they_are_being_rung_back(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await town.world.passes(5)
        call.hang_up()
        await town.world.passes(20)
        again = await asks(town)
        await again.hears("刚才没接上，我们正要给您回电话")
        await again.hears("由龙港镇负责")
        again.hang_up()

    town.play(story(), working=False)


def test_two_people_behind_one_number_say_who_they_are(town: Town) -> None:
    async def story() -> None:
        call = await town.ring("p007", "zhongcun")
        await town.world.passes(5)
        call.hang_up()
        again = await town.ring("p007", "zhongcun")
        await again.hears("正在为您转接")
        again.press("5")
        await again.hears("请问您是哪一位")
        await again.hears("谢桂兰按2")
        again.press("2")
        await again.hears("由中村镇负责")
        again.hang_up()

    town.everybody(NEVER_ANSWERS)
    town.play(story(), working=False)


def test_nothing_open_is_said_and_a_human_asked(town: Town) -> None:
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await asks(town)
        await call.hears("没有查到您在办的事，为您接值班员")
        await town.handset("longgang-1").rings(within=20)
        call.hang_up()

    town.play(story(), working=False)
