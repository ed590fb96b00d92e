"""Work in the background: killed half way, run twice, by two workers and two beats, its broker emptied; done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hotline.calls import due, errands
from hotline.simulator.behaviours import NEVER_ANSWERS
from tests.stories.calls import answered, wrapped_up
from tests.stories.dying import Killed, a_wrap_up_is_due, dying, placed, tick
from tests.stories.town import Town
from tests.stories.waiting import passes
from tickets import timers

# Killed half way


@pytest.mark.parametrize("webhooks", ["arrive", "are lost"])
def test_who_dies_after_asking_the_carrier_is_followed_by_one_who_finds_the_call(town: Town, webhooks: str) -> None:
    async def story() -> None:
        await a_wrap_up_is_due(town)
        dying(town, Killed())
        if webhooks == "are lost":
            town.world.faults.add("lost", "status", "/errands/", times=0)
            town.world.faults.add("lost", "voice", "/errands/", times=0)
        await tick(town)
        assert placed(town) == 1
        assert town.errands("wrap_up")[0].sid is None
        await town.world.passes(5)
        await tick(town)
        assert placed(town) == 1, "the other worker waits for the lease"
        await town.world.passes(timers.LEASE.total_seconds())
        await tick(town)
        assert placed(town) == 1
        assert town.errands("wrap_up")[0].sid is not None
        town.world.faults.clear()
        await passes(town, minutes=20)

    town.play(story(), working=False)
    wrap_ups = town.errands("wrap_up")
    assert [errand.state for errand in wrap_ups] == ["missed"] * 3
    assert placed(town) == 3
    assert len({errand.sid for errand in wrap_ups}) == 3


def test_who_dies_before_asking_is_followed_by_one_who_asks(town: Town) -> None:
    async def story() -> None:
        await a_wrap_up_is_due(town)
        dying(town, Killed(), after=False)
        await tick(town)
        assert placed(town) == 0
        await town.world.passes(timers.LEASE.total_seconds() + 1)
        await tick(town)
        assert placed(town) == 1

    town.play(story(), working=False)


def test_a_carrier_that_does_not_answer_in_time_is_asked_what_it_did(town: Town) -> None:
    async def story() -> None:
        await a_wrap_up_is_due(town)
        dying(town, TimeoutError("read timed out"))
        await tick(town)
        assert placed(town) == 1
        await town.world.passes(timers.FIRST_WAIT.total_seconds() + 1)
        await tick(town)
        assert placed(town) == 1

    town.play(story(), working=False)
    assert town.errands("wrap_up")[0].state != "failed"


def test_an_end_that_is_never_reported_is_found(town: Town) -> None:
    async def story() -> None:
        await a_wrap_up_is_due(town)
        town.world.faults.add("lost", "status", "/errands/", times=0)
        await tick(town)
        await town.world.passes(60)
        assert town.errands("wrap_up")[0].ended_at is None
        await passes(town, minutes=6)

    town.play(story(), working=False)
    first, *rest = town.errands("wrap_up")
    assert first.ended_at is not None and first.state == "missed"
    assert rest, "and the next try was ordered"


# Twice, and at once


def at_once(*works: Callable[[], object]) -> None:
    """Run functions in threads of their own from the same instant on. Raises what one of them raises."""
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        ready.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


def claimed_by(town: Town) -> list[UUID]:
    with town.x.sessions.begin() as session:
        return list(timers.claim(session, town.x.clock()))


def test_two_beats_claim_each_timer_once_and_two_workers_fire_it_once(town: Town) -> None:
    async def story() -> None:
        town.everybody(NEVER_ANSWERS)
        for caller in ("p003", "p005", "p012", "p019"):
            call = await town.ring(caller, "longgang")
            await town.world.passes(2)
            call.hang_up()
        await town.world.passes(61)
        shared: list[UUID] = []
        await town.world.work(at_once, *[lambda: shared.extend(claimed_by(town))] * 2)
        assert len(shared) == len(set(shared)) == 4
        fire = [lambda id_=id_: due.fire(town.x, id_) for id_ in shared]
        await town.world.work(at_once, *fire, *fire)
        waiting = claimed_by(town)
        fire = [lambda id_=id_: due.fire(town.x, id_) for id_ in waiting]
        await town.world.work(at_once, *fire, *fire)

    town.play(story(), working=False)
    orders = town.errands("call_back")
    assert len(orders) == len({(errand.ticket_id, errand.data["place"]) for errand in orders})
    rung = [errand for errand in orders if errand.placed_at]
    assert placed(town) == len(rung) == len({errand.number_hash for errand in rung}) > 1


def test_the_same_errand_placed_by_two_at_once_rings_once(town: Town) -> None:
    async def story() -> None:
        await a_wrap_up_is_due(town)
        errand = town.errands("wrap_up")[0].id
        await town.world.work(at_once, *[lambda: errands.place(town.x, errand)] * 4)

    town.play(story(), working=False)
    assert placed(town) == 1


def test_the_whole_way_with_a_worker_that_dies_at_every_call(town: Town) -> None:
    """From the missed call to the wrap-up, each call placed by a worker that dies over it."""
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await town.world.passes(3)
        call.hang_up()
        await town.world.passes(62)
        await tick(town)
        dying(town, Killed())
        await tick(town)
        phone = town.handset("longgang-1")
        await phone.rings(within=5)
        phone.answer()
        await phone.hears("薛春娥")
        phone.press("1")
        survivor = town.world.phone(town.survivor("p003"))
        await survivor.rings(within=20)
        survivor.answer()
        await phone.joined(survivor.number)
        await town.world.passes(20)
        survivor.hang_up()
        await wrapped_up_in_the_same_call(phone)
        await town.world.passes((timers.LEASE + timedelta(seconds=1)).total_seconds())
        await tick(town)
        await passes(town, minutes=30)

    async def wrapped_up_in_the_same_call(phone: Any) -> None:
        await phone.hears("刚才薛春娥的电话")
        phone.press("1")
        await phone.ends()

    town.play(story(), working=False)
    assert placed(town) == 1
    assert town.events().count("called_back") == 1
    assert town.ticket().state == "resolved"


def test_a_story_by_hand_is_unharmed_by_a_second_worker(town: Town) -> None:
    async def story() -> None:
        phone = await answered(town)
        await wrapped_up(town, phone, "1")
        for _ in range(3):
            await town.world.work(at_once, *[lambda: due.fire_due(town.x)] * 2)
            await passes(town, minutes=30)

    town.play(story(), working=False)
    assert len(town.errands("wrap_up")) == 1
