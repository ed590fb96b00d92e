"""Work in the background: killed half way, run twice, by two workers and two beats, its broker emptied; done once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery.contrib.testing.worker import start_worker
from redis import Redis
from sqlalchemy import func, select
from twilio.http.response import Response

from hotline import tasks
from hotline.calls import due, errands
from hotline.calls.models import Errand, Recording
from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.inprocess import InProcessHttpClient
from hotline.telephony.rest import Carrier
from hotline.worker import make_app
from tests.stories.calls import answered, wrapped_up
from tests.stories.town import Town
from tests.stories.waiting import passes
from tickets import timers
from tickets.models import TicketEvent, Timer


class Killed(BaseException):
    """The worker process dies here."""


class Dying(InProcessHttpClient):
    """A connection to the carrier on which the worker dies, or times out, once, after the request has arrived."""

    def __init__(self, town: Town, error: BaseException, after: bool = True) -> None:
        super().__init__(town.world.carrier)
        self.error: BaseException | None = error
        self.after = after

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        error = self.error if method.upper() == "POST" else None
        if error and not self.after:
            self.error = None
            raise error
        answer = super().request(method, uri, *args, **kwargs)
        if error:
            self.error = None
            raise error
        return answer


def dying(town: Town, error: BaseException, after: bool = True) -> Dying:
    """Let the next call that is placed be the worker's end."""
    http = Dying(town, error, after)
    town.x = replace(town.x, carrier=Carrier(town.x.settings, http))
    return http


def placed(town: Town) -> int:
    """How many calls the carrier was asked to place and did."""
    return sum(1 for record in town.world.carrier.records.values() if record.direction == "outbound-api")


async def tick(town: Town) -> None:
    """A worker's round; where it dies, it dies."""
    try:
        await town.world.work(due.fire_due, town.x)
    except Killed:
        return


async def a_wrap_up_is_due(town: Town) -> None:
    phone = await answered(town)
    phone.behaviour = NEVER_ANSWERS
    await town.world.passes(35)


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


# Each Celery task


@pytest.fixture
def eager(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """The tasks work in this town, and what they send to workers is done at once."""
    app = make_app(town.x.settings)
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    monkeypatch.setattr("celery._state.default_app", app)
    monkeypatch.setattr(tasks, "exchange", lambda: town.x)
    yield town
    app.close()


async def twice(town: Town, task: Callable[[], object]) -> None:
    for _ in range(2):
        await town.world.work(task)


def count(town: Town, what: Any) -> int:
    with town.reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_each_task_twice_does_its_work_once(eager: Town) -> None:
    town = eager

    async def story() -> None:
        phone = await answered(town)
        await town.world.passes(35)
        await twice(town, tasks.tick)
        assert placed(town) == 1
        await phone.rings(within=5)
        phone.answer()
        await phone.hears("刚才")
        phone.press("1")
        await phone.hears_beep()
        await phone.speak("问学费补助", 4)
        phone.press("#")
        await phone.ends()
        await town.world.passes(2)
        before = count(town, TicketEvent), count(town, Timer), count(town, Errand)
        for task in (tasks.tick, tasks.watch_tickets, tasks.sweep_calls, tasks.drain_notifications):
            await twice(town, task)
        with town.reading() as session:
            timer, call = session.scalars(select(Timer.id)).first(), town.calls()[0].id
        await twice(town, lambda: tasks.fire(str(timer)))
        await twice(town, lambda: tasks.ask_after_call(str(call)))
        assert (count(town, TicketEvent), count(town, Timer), count(town, Errand)) == before

    town.play(story(), working=False)
    assert (town.ticket().outcome, town.events().count("wrapped_up")) == ("answered", 1)
    assert town.calls()[0].outcome == "answered"


def test_a_recording_is_fetched_once_and_a_half_written_one_is_nobodys(eager: Town) -> None:
    town = eager

    async def story() -> None:
        phone = await answered(town)
        await passes(town, seconds=32)
        phone.answer()
        await phone.hears("刚才")
        phone.press("1")
        await phone.hears_beep()
        await phone.speak("问学费补助", 4)
        phone.press("#")
        await phone.ends()
        await town.world.passes(2)
        folder = town.x.settings.recordings_dir
        folder.mkdir(parents=True, exist_ok=True)
        with town.reading() as session:
            recording = session.scalars(select(Recording.id)).one()
        (folder / f"{recording}.wav.part").write_bytes(b"RIFF half of it")
        await twice(town, tasks.sweep_recordings)
        await twice(town, lambda: tasks.fetch_recording(str(recording)))
        assert [file.name for file in folder.iterdir()] == [f"{recording}.wav"]
        with town.reading() as session:
            assert session.get_one(Recording, recording).file == f"{recording}.wav"

    town.play(story(), working=False)


# The broker


@pytest.fixture
def broker(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Town, Any, Redis]]:
    """A real queue of its own on the test Valkey."""
    queue = f"story-{uuid4().hex}"
    app = make_app(town.x.settings)
    app.conf.update(task_default_queue=queue, broker_connection_retry_on_startup=False)
    monkeypatch.setattr("celery._state.default_app", app)
    app.loader.import_task_module("hotline.tasks")
    monkeypatch.setattr(tasks, "exchange", lambda: town.x)
    redis = Redis.from_url(town.x.settings.redis_url)
    yield town, app, redis
    redis.delete(queue)
    redis.close()
    app.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_a_broker_forgot_is_sent_again_and_done_once(broker: tuple[Town, Any, Redis]) -> None:
    town, app, redis = broker
    queue = app.conf.task_default_queue

    def work_off() -> None:
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
            deadline = threading.Event()
            for _ in range(200):
                if redis.llen(queue) == 0 and redis.hlen("unacked") == 0:
                    break
                deadline.wait(0.05)

    async def story() -> None:
        await a_wrap_up_is_due(town)
        await town.world.work(tasks.tick)
        assert redis.llen(queue) == 1
        redis.delete(queue)
        await town.world.passes(20)
        await town.world.work(tasks.tick)
        assert redis.llen(queue) == 0, "it is leased to a worker that will never hear of it"
        await town.world.passes(timers.LEASE.total_seconds())
        await town.world.work(tasks.tick)
        await town.world.work(tasks.tick)
        assert redis.llen(queue) == 1
        redis.rpush(queue, *redis.lrange(queue, 0, -1))
        assert redis.llen(queue) == 2, "the broker gives it out twice"
        await town.world.work(work_off)
        assert placed(town) == 1

    town.play(story(), working=False)
    assert town.errands("wrap_up")[0].sid is not None


def test_a_broker_that_is_gone_loses_nothing(broker: tuple[Town, Any, Redis], monkeypatch: pytest.MonkeyPatch) -> None:
    town, app, redis = broker

    async def story() -> None:
        phone = await answered(town)
        await town.world.passes(35)
        app.conf.broker_url = "redis://127.0.0.1:1/0"
        with pytest.raises(Exception, match=r"refused|Error"):
            await town.world.work(tasks.tick)
        await town.world.passes(timers.LEASE.total_seconds() + 1)
        await town.world.work(due.fire_due, town.x)
        await phone.rings(within=5)

    town.play(story(), working=False)
    assert redis.llen(app.conf.task_default_queue) == 0


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
