"""Handing over (1+N): a partner or volunteer team is asked by telephone, takes the case by key, or it comes back."""

from __future__ import annotations

from sqlalchemy import select

from hotline.clock import local
from hotline.notifications.models import Notification
from hotline.simulator.behaviours import NEVER_ANSWERS, rejects, voicemail
from hotline.simulator.party import Party
from tests.stories.calls import answered, wrapped_up
from tests.stories.town import Town
from tests.stories.waiting import clock_shows, passes, rings
from tickets.models import Referral


async def handed_over(town: Town, branch: str = "红星") -> None:
    """A call is answered, and wrapped up by handing the ticket over to the first branch of that name in the list."""
    phone = await answered(town)
    await wrapped_up(town, phone, "4", branch)


def referrals(town: Town) -> list[tuple[str, str]]:
    with town.reading() as session:
        return [(r.state, r.label) for r in session.scalars(select(Referral).order_by(Referral.offered_at))]


def told_the_station(town: Town) -> set[str]:
    with town.reading() as session:
        told = select(Notification.channel).where(Notification.template == "referral_returned")
        return set(session.scalars(told))


async def offered(town: Town, line: str = "hongxing-1") -> Party:
    """The branch is rung and picks up."""
    branch = await rings(town, town.branch(line), hours=1)
    branch.answer()
    await branch.hears("关爱帮扶热线请您帮个忙")
    return branch


async def accepted(town: Town) -> Party:
    branch = await offered(town)
    branch.press("1")
    await branch.hears("现在就给家属打电话按1")
    return branch


def test_only_the_minimum_is_told_and_the_family_is_rung_at_once(town: Town) -> None:
    async def story() -> Party:
        await handed_over(town)
        branch = await offered(town)
        await branch.hears("帮不了按0")
        branch.press("1")
        await branch.hears("现在就给家属打电话按1")
        assert branch.display == town.line("longgang")
        branch.press("1")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=30)
        assert survivor.display == town.line("longgang")
        survivor.answer()
        await survivor.hears("龙港镇关爱帮扶热线请红星退役军人志愿服务队来帮您")
        await branch.joined(survivor.number)
        await town.world.passes(30)
        survivor.hang_up()
        await branch.hears_beep()
        await branch.speak("明天上午去修水管", 4)
        branch.press("#")
        await branch.ends()
        await passes(town, hours=3)
        return branch

    branch = town.play(story(), working=False)
    heard = "".join(entry.text for entry in branch.transcript.entries if entry.kind == "say")
    assert "一位姓薛的家属" in heard and "东关社区" in heard
    assert "薛春娥" not in heard
    assert town.survivor("p003")[-6:] not in heard
    assert referrals(town) == [("accepted", "红星退役军人志愿服务队")]
    assert town.ticket().state == "waiting"
    assert {"referral_accepted", "called_back", "survivor_told", "memo"} <= set(town.events())
    assert [e.state for e in town.errands("who_rings")] == ["cancelled"], "the branch has said it itself"


def test_the_survivor_hears_who_will_ring_and_it_is_done(town: Town) -> None:
    async def story() -> None:
        await handed_over(town)
        branch = await accepted(town)
        branch.hang_up()
        survivor = await rings(town, town.world.phone(town.survivor("p003")), hours=1)
        survivor.answer()
        await survivor.hears("我们请红星退役军人志愿服务队来帮您")
        await survivor.hears("后天上午九点")
        await survivor.ends()
        await passes(town, hours=2)
        # They ring the hotline for it whenever they like.
        branch = await town.ring(town.branch("hongxing-1").number, "trunk")
        await branch.hears("您接的事")
        branch.press("1")
        phone = town.world.phone(town.survivor("p003"))
        await phone.rings(within=30)
        phone.answer()
        await branch.joined(phone.number)
        await town.world.passes(20)
        phone.hang_up()
        await branch.hears("办好了请按2")
        branch.press("2")
        await branch.hears_beep()
        await branch.speak("水管修好了", 3)
        branch.press("#")
        await branch.ends()
        await town.world.passes(2)

    town.play(story(), working=False)
    assert referrals(town) == [("done", "红星退役军人志愿服务队")]
    assert town.ticket().state == "resolved"
    assert town.ticket().helped_at is not None
    events = town.events()
    assert events.index("survivor_told") < events.index("referral_done")


def test_refused_by_key_it_returns_and_the_holder_is_told(town: Town) -> None:
    async def story() -> None:
        await handed_over(town)
        branch = await offered(town)
        branch.press("0")
        await branch.hears("没关系")
        await branch.ends()
        desk = await rings(town, town.handset("longgang-1"), minutes=5)
        desk.answer()
        await desk.hears("转给红星退役军人志愿服务队的")
        await desk.hears("已退回")
        desk.press("1")
        await desk.ends()

    town.play(story(), working=False)
    assert referrals(town) == [("refused", "红星退役军人志愿服务队")]
    assert town.ticket().state == "following_up"
    assert told_the_station(town) >= {"console", "telephone"}


def test_three_offers_in_vain_and_it_returns(town: Town) -> None:
    async def story() -> None:
        await handed_over(town)
        town.branch("hongxing-1", voicemail())
        await passes(town, hours=2)

    town.play(story(), working=False)
    assert [e.state for e in town.errands("referral")] == ["missed"] * 3
    assert referrals(town) == [("failed", "红星退役军人志愿服务队")]
    assert town.ticket().state == "following_up"
    assert told_the_station(town)


def test_the_deadline_passes_and_it_returns(town: Town) -> None:
    async def story() -> None:
        await handed_over(town)
        branch = await accepted(town)
        branch.hang_up()
        await branch.ends()
        town.branch("hongxing-1", NEVER_ANSWERS)
        town.handset("longgang-1", rejects())
        await passes(town, hours=47)
        assert town.ticket().state == "waiting"
        await passes(town, hours=2)

    town.play(story(), working=False)
    assert referrals(town) == [("failed", "红星退役军人志愿服务队")]
    assert town.ticket().state == "following_up"
    assert told_the_station(town)
    asked = town.errands("referral_case")
    assert len(asked) == 1 and asked[0].placed_at is not None, "they were asked at half time"


def test_given_back_at_half_time(town: Town) -> None:
    async def story() -> None:
        await handed_over(town)
        branch = await accepted(town)
        branch.hang_up()
        await branch.ends()
        again = await rings(town, town.branch("hongxing-1"), hours=30)
        again.answer()
        await again.hears("办不了按3")
        again.press("3")
        await again.hears("我们接着办")
        await again.ends()

    town.play(story(), working=False)
    assert referrals(town) == [("failed", "红星退役军人志愿服务队")]
    assert town.ticket().state == "following_up"


def test_at_night_a_branch_is_left_in_peace(town: Town) -> None:
    async def story() -> None:
        await clock_shows(town, "22:30")
        await handed_over(town)
        await rings(town, town.branch("hongxing-1"), hours=12)

    town.play(story(), working=False)
    placed = [local(e.placed_at) for e in town.errands("referral") if e.placed_at]
    assert [f"{at:%H:%M}" for at in placed] == ["08:00"]


def test_a_station_that_goes_on_itself_takes_the_question_back(town: Town) -> None:
    async def story() -> None:
        await handed_over(town)
        desk = await town.ring(town.handset("longgang-1").number, "longgang")
        await desk.hears("听待办按1")
        desk.press("1")
        await desk.hears("薛春娥")
        desk.press("2")
        await desk.hears("已办结")
        desk.hang_up()
        await town.branch("hongxing-1").stays_quiet(5)
        await passes(town, hours=1)

    town.play(story(), working=False)
    assert referrals(town) == [("withdrawn", "红星退役军人志愿服务队")]
    assert [e.placed_at for e in town.errands("referral")] == [None]


def test_a_branch_without_a_case_is_a_caller_like_any_other(town: Town) -> None:
    async def story() -> None:
        call = await town.ring(town.branch("hongxing-1").number, "trunk")
        await call.hears("正在为您转接")
        call.hang_up()

    town.play(story(), working=False)
    assert town.errands() == []
