"""A one-time link to the wrap-up form: sent to the handset where the carrier can, used once, by a phone's browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hotline.calls.link_models import WrapUpLink
from hotline.simulator.behaviours import NEVER_ANSWERS
from tests.stories.calls import answered
from tests.stories.town import Town
from tests.stories.waiting import passes, rings
from tickets.guidance import given
from tickets.models import Referral


def browser(town: Town) -> FlaskClient:
    """A telephone's browser."""
    return town.app.test_client()


def link(text: str) -> str:
    """The path of the link in a message."""
    found = re.search(r"http://hotline\.test(/w/\S+)", text)
    assert found, text
    return found[1]


def post(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    page = client.get(path, base_url="http://hotline.test").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page
    answer = client.post(path, data={**fields, "csrf_token": token[1]}, base_url="http://hotline.test")
    return answer.status_code, answer.text


async def asked_for(town: Town) -> str:
    """The duty person asks for the form by key; return the path in the message that arrives."""
    phone = await answered(town)
    desk = await rings(town, phone, minutes=1)
    desk.answer()
    await desk.hears("发短信用手机填按7")
    desk.press("7")
    await desk.hears("短信马上发到这部手机")
    await desk.ends()
    await passes(town, seconds=10)
    assert len(phone.messages) == 1
    assert phone.messages[0].sender == town.line("longgang")
    return link(phone.messages[0].body)


def test_asked_for_by_key_filled_in_and_wrapped_up(town: Town) -> None:
    async def story() -> None:
        path = await asked_for(town)
        client = browser(town)
        page = client.get(path, base_url="http://hotline.test").text
        assert "登记刚才的来电" in page and "薛某" in page
        assert "薛春娥" not in page and town.survivor("p003")[-4:] not in page
        status, said = post(client, path, answer="问学费")
        assert status == 422 and "请先选办理结果" in said and "问学费" in said
        status, said = post(
            client, path, outcome="guidance", answer="问孙子学费，答复可申请助学金", guidance="助学金：找镇服务站领表"
        )
        assert status == 200 and "记好了" in said
        again = browser(town).get(path, base_url="http://hotline.test")
        assert again.status_code == 410 and "链接不能再用" in again.text
        await passes(town, minutes=30)

    town.play(story(), working=False)
    ticket = town.ticket()
    assert (ticket.outcome, ticket.state) == ("guidance", "resolved")
    assert ticket.answer == "问孙子学费，答复可申请助学金"
    assert {"link_sent", "answer_noted", "guidance", "wrapped_up"} <= set(town.events())
    assert len(town.errands("wrap_up")) == 1, "nobody is rung about it any more"
    with town.reading() as session:
        assert [row.advice for row in given(session, ticket.id)] == ["助学金：找镇服务站领表"]
        assert session.scalars(select(WrapUpLink.used_at)).one() is not None


def test_sent_two_times_only_one_post_counts(town: Town) -> None:
    async def story() -> None:
        path = await asked_for(town)
        client = browser(town)
        page = client.get(path, base_url="http://hotline.test").text
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        fields = {"outcome": "visit", "csrf_token": token}
        first, second = (client.post(path, data=fields, base_url="http://hotline.test") for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 410)

    town.play(story(), working=False)
    assert town.events().count("wrapped_up") == 1


def test_who_misses_the_wrap_up_call_gets_the_form_and_may_hand_over_by_it(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        phone.behaviour = NEVER_ANSWERS
        await passes(town, minutes=2)
        assert len(phone.messages) == 1
        old = link(phone.messages[0].body)
        desk = await town.ring(phone.number, "longgang")
        await desk.hears("值班，您好")
        desk.hang_up()
        status, _ = post(browser(town), old, outcome="refer", branch=branch(town, old))
        assert status == 200

    town.play(story(), working=False)
    with town.reading() as session:
        assert session.scalars(select(Referral.label)).all() == ["红星退役军人志愿服务队"]
    assert town.ticket().state == "waiting"


def branch(town: Town, path: str) -> str:
    page = browser(town).get(path, base_url="http://hotline.test").text
    found = re.search(r'<option value="([^"]+)"[^>]*>红星', page)
    assert found
    return found[1]


def test_it_expires_and_a_made_up_one_opens_nothing(town: Town) -> None:
    async def story() -> None:
        path = await asked_for(town)
        await passes(town, hours=25)
        for address in (path, "/w/made-up", "/w/"):
            answer = browser(town).get(address, base_url="http://hotline.test")
            assert answer.status_code in (404, 410)
            assert "薛" not in answer.text

    town.play(story(), working=False)


def test_a_carrier_without_messages_offers_none(make_town: Callable[..., Town]) -> None:
    town = make_town(carrier="somleng", profile="somleng")

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        phone = town.handset("longgang-1")
        await phone.rings(within=20)
        phone.answer()
        await call.joined(phone.number)
        await town.world.passes(30)
        call.hang_up()
        await phone.ends()
        await passes(town, minutes=20)
        assert phone.messages == []

    town.play(story(), working=False)
    with town.reading() as session:
        assert session.scalars(select(WrapUpLink)).all() == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_speak_both_languages(town: Town, language: str) -> None:
    async def story() -> str:
        path = await asked_for(town)
        client = browser(town)
        client.set_cookie("language", language, domain="hotline.test")
        return client.get(path, base_url="http://hotline.test").text

    page = town.play(story(), working=False)
    assert ("What was asked, and what you answered" if language == "en" else "问了什么、怎么答的") in page
