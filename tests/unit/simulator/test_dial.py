"""Ringing several telephones: who is joined, who is cancelled, what the application is told."""

from __future__ import annotations

import pytest

from hotline.simulator.behaviours import (
    BUSY,
    NEVER_ANSWERS,
    OFF,
    Behaviour,
    answers,
    answers_but_presses_nothing,
    hangs_up,
    presses,
    rejects,
    voicemail,
    wrong_number,
)
from hotline.simulator.switches import Switches
from hotline.simulator.world import World
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.dialling import CALLER, FIRST, SECOND, after, ring
from tests.unit.simulator.toy import Toy

ACCEPT_AT_LAST = pytest.mark.carrier(switches=Switches(cancel_others_at="accept"))


@pytest.mark.parametrize(
    ("behaviour", "status", "history"),
    [
        (BUSY, "busy", ["initiated", "busy"]),
        (OFF, "failed", ["initiated", "failed"]),
        (NEVER_ANSWERS, "no-answer", ["initiated", "ringing", "no-answer"]),
        (rejects(), "busy", ["initiated", "ringing", "busy"]),
        (voicemail(after=8), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (wrong_number(), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (hangs_up(), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (presses("0"), "completed", ["initiated", "ringing", "in-progress", "completed"]),
        (answers_but_presses_nothing(), "completed", ["initiated", "ringing", "in-progress", "completed"]),
    ],
    ids=lambda value: value.name if isinstance(value, Behaviour) else None,
)
async def test_who_does_not_accept_is_not_joined(
    world: World, toy: Toy, behaviour: Behaviour, status: str, history: list[str]
) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, behaviour)
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    await world.quiet()
    assert (after(toy)["DialCallStatus"], after(toy)["DialBridged"]) == (status, "false")
    assert toy.statuses("leg") == history
    assert not any(entry.kind == "bridged" for entry in call.transcript.entries)
    assert toy.forms("leg")[-1]["ParentCallSid"] == call.sid
    assert call.transcript.find("结束") is not None
    assert (call.transcript.answered_at or 0) >= 0.5, "the caller's call was answered before the bridge"


@pytest.mark.carrier(switches=Switches(status_after_reject="no-answer"))
async def test_the_status_after_a_refusal_is_a_switch(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, presses("0"))
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    await world.quiet()
    assert after(toy)["DialCallStatus"] == "no-answer"


async def test_the_ring_time_is_kept(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    began = world.loop.time()
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    assert world.loop.time() - began == pytest.approx(20)
    await world.quiet()


@pytest.mark.carrier(switches=Switches(dial_timeout_extra_seconds=5))
async def test_a_carrier_may_ring_longer(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    began = world.loop.time()
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    assert world.loop.time() - began == pytest.approx(25)
    await world.quiet()


async def test_the_others_stop_at_the_first_answer(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    first, second = world.phone(FIRST, answers(after=3)), world.phone(SECOND)
    call = await world.dial(CALLER, LINE)
    other = await second.rings()
    assert await call.joined() is first
    assert other.status == "canceled"
    assert other.transcript.ended_at == pytest.approx(3.5)
    await world.quiet()


async def test_a_refusal_after_the_others_were_cancelled_ends_the_dial(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    world.phone(FIRST, presses("0", after=2))
    second = world.phone(SECOND, answers(after=12))
    call = await world.dial(CALLER, LINE)
    await call.hears("结束")
    await world.quiet()
    assert second.status == "canceled"


@ACCEPT_AT_LAST
async def test_the_others_ring_on_until_somebody_accepts(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    world.phone(FIRST, voicemail(after=2))
    second = world.phone(SECOND, answers(after=12))
    call = await world.dial(CALLER, LINE)
    assert await call.joined() is second
    await world.quiet()
    assert after(toy)["DialCallSid"] == second.sid


@ACCEPT_AT_LAST
async def test_of_two_who_listen_the_first_to_accept_is_joined(world: World, toy: Toy) -> None:
    ring(toy, FIRST, SECOND)
    slow = world.phone(FIRST, answers(after=2, accept_after=5))
    quick = world.phone(SECOND, answers(after=3, accept_after=1))
    call = await world.dial(CALLER, LINE)
    assert await call.joined() is quick
    assert slow.status == "completed"
    await world.quiet()
    assert toy.statuses("leg").count("completed") == 2


@pytest.mark.carrier(switches=Switches(screening_supported=False))
async def test_without_screening_whoever_answers_is_joined(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    world.phone(FIRST, answers(after=3, talks=10))
    call = await world.dial(CALLER, LINE)
    assert (await call.joined()).number == FIRST
    await world.quiet()
    assert toy.forms("screen") == []
    assert (after(toy)["DialCallStatus"], after(toy)["DialCallDuration"]) == ("completed", "10")


@pytest.mark.parametrize(("on_bridge", "silence"), [(True, 0), (False, 2.4)])
async def test_the_caller_hears_ringing_until_the_bridge_only_with_answer_on_bridge(
    world: World, toy: Toy, on_bridge: bool, silence: float
) -> None:
    ring(toy, FIRST, on_bridge=on_bridge)
    world.phone(FIRST, answers(after=3, accept_after=2.4, talks=5))
    call = await world.dial(CALLER, LINE)
    await call.joined()
    await world.quiet()
    ringback = next(entry for entry in call.transcript.entries if entry.kind == "ringback")
    bridged = next(entry for entry in call.transcript.entries if entry.kind == "bridged")
    assert bridged.at - (ringback.stopped_at or 0) == pytest.approx(silence)


@pytest.mark.parametrize("number", ["12ab", "0000", ""])
async def test_a_mistyped_number_fails_and_the_others_ring(world: World, toy: Toy, number: str) -> None:
    ring(toy, number, SECOND)
    world.phone(SECOND, answers())
    call = await world.dial(CALLER, LINE)
    assert (await call.joined()).number == SECOND
    await world.quiet()
    failed = next(form for form in toy.forms("leg") if form["CallStatus"] == "failed")
    assert failed["SipResponseCode"] == "404"


async def test_a_telephone_takes_one_call_at_a_time(world: World, toy: Toy) -> None:
    ring(toy, FIRST)
    handset = world.phone(FIRST, answers(after=2, talks=60))
    first = await world.dial(CALLER, LINE)
    await first.joined()
    second = await world.dial("+8615400000009", LINE)
    await second.hears("结束", within=5)
    await world.quiet()
    assert handset.times_rung == 1
    assert [form["DialCallStatus"] for form in toy.forms("after")] == ["busy", "completed"]
