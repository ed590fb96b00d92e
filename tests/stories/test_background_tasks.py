"""The Celery tasks: each run twice, the broker emptied or gone; what is to be done is a row and is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from celery.contrib.testing.worker import start_worker
from redis import Redis
from sqlalchemy import func, select

from hotline import tasks
from hotline.calls import due
from hotline.calls.models import Errand, Recording
from hotline.worker import make_app
from tests.stories.calls import answered
from tests.stories.dying import a_wrap_up_is_due, placed
from tests.stories.town import Town
from tests.stories.waiting import passes
from tickets import timers
from tickets.models import TicketEvent, Timer

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


def test_a_tick_hands_out_as_much_as_workers_have_time_for(broker: tuple[Town, Any, Redis]) -> None:
    town, app, redis = broker
    with town.x.sessions.begin() as session:
        for number in range(timers.MOST_OUT + 50):
            timers.set_timer(session, "nothing", f"test:{number}", town.x.clock())
    assert tasks.tick() == timers.MOST_OUT
    assert tasks.tick() == 0, "more would wait in the queue until their leases run out"
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        for _ in range(200):
            with town.reading() as session:
                done = session.scalar(select(func.count()).where(Timer.kind == "nothing", Timer.state == "done"))
            if done == timers.MOST_OUT:
                break
            threading.Event().wait(0.05)
    assert done == timers.MOST_OUT
    assert tasks.tick() == 50
    assert redis.llen(app.conf.task_default_queue) == 17
