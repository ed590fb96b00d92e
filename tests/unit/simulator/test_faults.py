"""Webhooks that are lost, late, repeated, overtaken, slow or failing; and what the carrier does about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from hotline.simulator.behaviours import answers
from hotline.simulator.faults import Effect, Fault
from hotline.simulator.world import WEBHOOK, World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Form, Toy

CALLER, DUTY = "+8615400000001", "+8615400000002"
EVENTS = "statusCallback='/leg' statusCallbackEvent='initiated ringing answered completed'"
ALL = ["initiated", "ringing", "in-progress", "completed"]


async def one_call(world: World, toy: Toy) -> None:
    """A call that is answered, talks for five seconds and ends."""
    toy.pages["carrier/voice"] = f"<Dial action='/after'><Number {EVENTS}>{DUTY}</Number></Dial>"
    world.phone(DUTY, answers(after=3, talks=5))
    call = await world.dial(CALLER, LINE)
    await call.ends()
    await world.quiet()


async def test_a_lost_status_never_arrives(world: World, toy: Toy) -> None:
    world.faults.add("lost", "status", "/leg", nth=2, times=2)  # the retry after a failed connection is lost as well
    await one_call(world, toy)
    assert toy.statuses("leg") == ["initiated", "in-progress", "completed"]
    lost = [sent for sent in world.sent("status") if sent.fault]
    assert [(sent.fault, sent.status, sent.form["CallStatus"]) for sent in lost] == [("lost", 0, "ringing")] * 2


async def test_a_failed_connection_is_tried_once_more_and_says_so(world: World, toy: Toy) -> None:
    world.faults.add("lost", "voice")
    await one_call(world, toy)
    assert len(toy.forms("carrier/voice")) == 1
    assert [sent.fault for sent in world.sent("voice")] == ["lost", ""]


async def test_a_late_status_arrives_after_the_next_ones(world: World, toy: Toy) -> None:
    world.faults.add("late", "status", "/leg", nth=2, seconds=30)
    await one_call(world, toy)
    assert toy.statuses("leg") == ["initiated", "in-progress", "completed", "ringing"]
    assert [form["SequenceNumber"] for form in toy.forms("leg")] == ["0", "2", "3", "1"]


async def test_a_reordered_status_arrives_after_the_next_one(world: World, toy: Toy) -> None:
    world.faults.add("reordered", "status", "/leg", nth=2)
    await one_call(world, toy)
    assert toy.statuses("leg") == ["initiated", "in-progress", "ringing", "completed"]


@pytest.mark.parametrize("effect", ["duplicate", "duplicate_at_once"])
async def test_a_duplicate_arrives_twice_and_the_later_answer_counts(world: World, toy: Toy, effect: Effect) -> None:
    toy.pages["after"] = lambda _: f"<Say>第{len(toy.forms('after'))}次</Say>"
    world.faults.add(effect, "action", "/after")
    toy.pages["carrier/voice"] = "<Redirect>/after</Redirect>"
    call = await world.dial(CALLER, LINE)
    await call.ends()
    assert len(toy.forms("after")) == 2
    if effect == "duplicate":
        assert call.transcript.heard("第2次")


async def test_a_slow_answer_is_waited_for_up_to_the_ceiling(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Say>您好</Say>", "carrier/fallback": "<Say>备用</Say>"}
    world.faults.add("slow", "voice", seconds=14)
    call = await world.dial(CALLER, LINE)
    await call.hears("您好")
    await call.ends()
    assert call.transcript.answered_at == pytest.approx(14)


async def test_beyond_the_ceiling_the_fallback_is_asked(world: World, toy: Toy) -> None:
    toy.pages = {"carrier/voice": "<Say>您好</Say>", "carrier/fallback": "<Say>备用</Say>"}
    world.faults.add("slow", "voice", seconds=20)
    call = await world.dial(CALLER, LINE)
    await call.hears("备用")
    await call.ends()
    assert call.transcript.answered_at == pytest.approx(15)
    assert toy.forms("carrier/fallback")[0]["ErrorCode"] == "11200"
    assert len(toy.forms("carrier/voice")) == 1, "the application did see it"


@pytest.mark.parametrize(("effect", "seen"), [("error", 0), ("error_after", 1), ("garbage", 1)])
async def test_a_failing_answer_leads_to_the_fallback(world: World, toy: Toy, effect: Effect, seen: int) -> None:
    toy.pages = {"carrier/voice": "<Say>您好</Say>", "carrier/fallback": "<Say>备用</Say>"}
    world.faults.add(effect, "voice")
    call = await world.dial(CALLER, LINE)
    await call.hears("备用")
    await call.ends()
    assert len(toy.forms("carrier/voice")) == seen


async def test_an_address_may_ask_for_more_retries(world: World, toy: Toy) -> None:
    toy.pages["carrier/voice"] = f"<Redirect>{WEBHOOK}/next#rc=3&amp;rp=5xx,ct</Redirect>"
    toy.pages["next"] = "<Say>通了</Say>"
    world.faults.add("error", "action", times=3)
    call = await world.dial(CALLER, LINE)
    await call.hears("通了")
    await call.ends()
    assert len(world.sent("action")) == 4
    assert "#" not in world.sent("action")[0].url


async def test_simultaneous_webhooks_race_in_threads(world: World, toy: Toy) -> None:
    inside, most = 0, 0

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        nonlocal inside, most
        inside += 1
        barrier = 200
        while most < 3 and barrier:
            most = max(most, inside)
            barrier -= 1
            world.carrier.now()
            __import__("time").sleep(0.005)
        inside -= 1
        start("204 No Content", [])
        return []

    world.connect(application)
    calls = [await world.dial(f"+861540000001{n}", LINE) for n in range(3)]
    for call in calls:
        await call.ends()
    assert most >= 3


async def test_redirects_are_followed_without_the_form(world: World, toy: Toy) -> None:
    def away(form: Form) -> Any:
        from flask import redirect

        return redirect("/elsewhere")

    toy.pages = {"carrier/voice": away, "elsewhere": "<Say>到了</Say>"}
    call = await world.dial(CALLER, LINE)
    await call.hears("到了")
    assert toy.forms("elsewhere") == [{}]
    await call.ends()


def test_a_rule_counts_what_it_matches() -> None:
    fault = Fault("lost", "status", r"/leg$", nth=2, times=2)
    strikes = [fault.strikes("status", url) for url in ("/leg", "/other", "/leg", "/leg", "/leg")]
    assert strikes == [False, False, True, True, False]
    assert not Fault("lost").strikes("audio", "/x.wav"), "only webhooks are meant by default"
