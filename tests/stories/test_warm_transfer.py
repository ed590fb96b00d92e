"""Warm transfer: the survivor stays on the line, the duty person names a partner by key, who is joined with them."""

from __future__ import annotations

from sqlalchemy import select

from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.party import Party
from tests.stories.calls import item
from tests.stories.town import Town
from tests.stories.waiting import passes
from tickets.models import Referral


async def left_on_the_line(town: Town, caller: str = "p003") -> Party:
    """They talk; the duty person hangs up first, the survivor does not."""
    call = await town.ring(caller, "longgang")
    phone = town.handset("longgang-1")
    await phone.rings(within=20)
    phone.answer()
    await phone.hears("接听按1")
    phone.press("1")
    await call.joined(phone.number)
    await town.world.passes(20)
    phone.hang_up()
    return call


async def chosen(town: Town, branch: str = "县人民医院") -> None:
    """The handset is rung at once, and key 4 names whom the survivor is joined with."""
    phone = town.handset("longgang-1")
    await phone.rings(within=10)
    phone.answer()
    await phone.hears("家属还在线上，要转接按4")
    phone.press("4")
    await phone.hears("转给谁")
    phone.press(await item(phone.party, branch))
    await town.world.passes(1)
    phone.hang_up()


def referral(town: Town) -> tuple[str, str]:
    with town.reading() as session:
        found = session.scalars(select(Referral)).one()
    return found.state, found.label


def within_the_norm(town: Town) -> list[tuple[str, bool]]:
    """How each call ended, and whether the first human was reached within 15 s, as the figures count it."""
    calls = [call for call in town.calls() if call.accepted_leg_id and call.accepted_at]
    return [(c.outcome, (c.accepted_at - c.started_at).total_seconds() <= 15) for c in calls if c.accepted_at]


def test_joined_with_the_partner_that_was_chosen(town: Town) -> None:
    async def story() -> float:
        call = await left_on_the_line(town)
        await call.hears("值班员请您等的话，请别挂机")
        await chosen(town)
        await call.hears("正在给您找爱心单位，县人民医院")
        hospital = town.branch("hospital-er")
        await hospital.rings(within=20)
        assert hospital.display == town.line("longgang")
        hospital.answer()
        await hospital.hears("姓薛")
        await hospital.hears("接听按1")
        hospital.press("1")
        await call.joined(hospital.number)
        assert "薛春娥" not in str(hospital.transcript)
        await town.world.passes(30)
        hospital.hang_up()
        await call.hears("谢谢您来电话")
        await call.ends()
        await passes(town, minutes=20)
        return call.longest_silence()

    assert town.play(story(), working=True) <= 6
    assert referral(town) == ("accepted", "县人民医院（示例）")
    ticket = town.ticket()
    assert (ticket.outcome, ticket.state) == ("refer", "waiting")
    assert ticket.answered_by == "龙港镇值班手机（熊静）"
    assert {"referral_accepted", "survivor_told"} <= set(town.events())
    assert within_the_norm(town) == [("answered", True)], "the answer that counts is the duty person's"
    assert [e.state for e in town.errands("referral")] == ["cancelled"], "nobody asks the hospital once more"
    assert len(town.errands("wrap_up")) == 1
    assert ticket.call_back_by is None


def test_a_partner_that_declines_gives_it_back_and_the_survivor_is_told(town: Town) -> None:
    async def story() -> None:
        call = await left_on_the_line(town)
        await chosen(town)
        hospital = town.branch("hospital-er")
        await hospital.rings(within=30)
        hospital.answer()
        await hospital.hears("转走按0")
        hospital.press("0")
        await call.hears("这会儿没接上，我们会再联系您")
        await call.ends()

    town.play(story())
    assert referral(town) == ("refused", "县人民医院（示例）")
    assert town.ticket().state == "following_up"
    assert within_the_norm(town) == [("answered", True)], "a human was reached, whoever declined later"


def test_a_partner_that_does_not_answer_is_asked_by_the_usual_offer(town: Town) -> None:
    async def story() -> None:
        call = await left_on_the_line(town)
        await chosen(town)
        hospital = town.branch("hospital-er", NEVER_ANSWERS)
        await hospital.rings(within=30)
        await call.hears("这会儿没接上", within=60)
        await call.ends()
        await hospital.rings(within=400)

    town.play(story())
    assert referral(town)[0] == "offered"


def test_who_was_not_asked_to_wait_hangs_up_and_is_owed_nothing(town: Town) -> None:
    async def story() -> None:
        call = await left_on_the_line(town)
        await call.hears("说完了就请挂机")
        call.hang_up()
        phone = town.handset("longgang-1")
        await phone.rings(within=10)
        await town.world.passes(2)
        phone.answer()
        await phone.hears("刚才薛春娥的电话")
        phone.press("1")
        await phone.ends()
        await passes(town, minutes=20)
        assert "家属还在线上" not in str(phone.transcript)

    town.play(story())
    assert (town.ticket().outcome, town.ticket().state) == ("answered", "resolved")
    assert len(town.errands("wrap_up")) == 1
    assert [call.outcome for call in town.calls()] == ["answered"]


def test_another_outcome_ends_the_waiting_kindly(town: Town) -> None:
    async def story() -> None:
        call = await left_on_the_line(town)
        phone = town.handset("longgang-1")
        await phone.rings(within=10)
        phone.answer()
        await phone.hears("刚才薛春娥的电话")
        phone.press("3")
        await call.hears("谢谢您来电话", within=30)
        await call.ends()
        phone.hang_up()

    town.play(story())
    assert town.ticket().outcome == "visit"


def test_nobody_waits_for_ever_and_never_in_silence(town: Town) -> None:
    async def story() -> Party:
        call = await left_on_the_line(town)
        town.handset("longgang-1", NEVER_ANSWERS)
        await call.ends(within=120)
        return call

    call = town.play(story())
    assert call.longest_silence() <= 6
    assert "这会儿没接上，我们会再联系您" in str(call.transcript)
    assert town.ticket().wrapped_at is None, "it stays on the list of what is to be wrapped up"


def test_a_survivor_who_hangs_up_while_the_partner_rings_is_not_lost(town: Town) -> None:
    async def story() -> None:
        call = await left_on_the_line(town)
        await chosen(town)
        hospital = town.branch("hospital-er", NEVER_ANSWERS)
        await hospital.rings(within=30)
        call.hang_up()
        await call.ends()
        await hospital.rings(within=400)

    town.play(story())
    assert within_the_norm(town) == [("answered", True)]
    assert referral(town)[0] == "offered", "the partner is asked by the usual call"
