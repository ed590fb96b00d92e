"""Timers are rows: one a key, claimed by one worker, given back by the dead, seen when they fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from hotline.db import create
from tests.db.county import MINUTE, START, make_county, open_ticket
from tickets import desk, timers
from tickets.models import Ticket, Timer


def set_one(session: Session, key: str = "k", minutes: float = 0, *, sooner: bool = False) -> None:
    timers.set_timer(session, "test", key, START + minutes * MINUTE, sooner=sooner)


def only(session: Session) -> Timer:
    return session.scalars(select(Timer).execution_options(populate_existing=True)).one()


def test_a_key_has_one_pending_timer_that_moves(session: Session) -> None:
    set_one(session, minutes=5)
    set_one(session, minutes=9)
    assert only(session).due_at == START + 9 * MINUTE
    set_one(session, minutes=12, sooner=True)
    assert only(session).due_at == START + 9 * MINUTE
    set_one(session, minutes=3, sooner=True)
    assert only(session).due_at == START + 3 * MINUTE


def test_only_what_is_due_is_claimed_and_by_one_worker(session: Session) -> None:
    set_one(session, "due")
    set_one(session, "later", minutes=5)
    claimed = timers.claim(session, START)
    assert len(claimed) == 1
    assert timers.claim(session, START + MINUTE) == []


def test_a_dead_workers_timer_comes_back(session: Session) -> None:
    set_one(session)
    claimed = timers.claim(session, START)
    after = START + timers.LEASE + MINUTE
    assert timers.claim(session, after) == claimed


def test_two_who_hold_the_same_timer_do_its_work_once(session: Session) -> None:
    set_one(session)
    (timer_id,) = timers.claim(session, START)
    timer = timers.take(session, timer_id)
    assert timer
    timers.finish(timer, START)
    timers.finish(timer, START + MINUTE)
    assert timers.take(session, timer_id) is None
    assert (only(session).state, only(session).done_at) == ("done", START)


def test_a_timer_moved_or_cancelled_after_the_claim_is_not_taken(session: Session) -> None:
    set_one(session)
    (timer_id,) = timers.claim(session, START)
    set_one(session, minutes=30)
    assert timers.take(session, timer_id) is None
    timers.cancel(session, "k", START)
    assert timers.claim(session, START + 60 * MINUTE) == []


def test_the_work_may_set_its_own_timer_anew(session: Session) -> None:
    set_one(session)
    (timer_id,) = timers.claim(session, START)
    timer = timers.take(session, timer_id)
    assert timer
    timers.finish(timer, START)
    set_one(session, minutes=1)
    assert len(timers.claim(session, START + MINUTE)) == 1


def test_failures_wait_longer_each_time_and_are_shown_at_last(session: Session) -> None:
    set_one(session)
    now, waits = START, []
    for _ in range(timers.MOST_ATTEMPTS):
        (timer_id,) = timers.claim(session, now)
        timers.fail(session, timer_id, "the broker is gone", now)
        session.flush()
        waits.append(only(session).due_at - now)
        now = max(now, only(session).due_at)
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == timers.FIRST_WAIT
    assert timers.claim(session, now + 600 * MINUTE) == []
    shown = only(session)
    assert timers.failed_count(session) == 1
    assert (shown.state, shown.last_error) == ("failed", "the broker is gone")


def test_a_timer_that_kills_its_workers_is_given_up(session: Session) -> None:
    set_one(session)
    now = START
    for _ in range(timers.MOST_ATTEMPTS):
        assert timers.claim(session, now)
        now += timers.LEASE + MINUTE
    assert timers.claim(session, now) == []
    assert only(session).state == "failed"


def test_being_late_is_measured(session: Session) -> None:
    set_one(session, "one")
    set_one(session, "two", minutes=2)
    assert timers.due_count(session, START + MINUTE) == 1
    assert timers.late(session, START) == 0 * MINUTE
    assert timers.late(session, START + 5 * MINUTE) == 5 * MINUTE


def test_two_workers_at_once_do_every_timer_once(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database())
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        for number in range(60):
            set_one(session, f"k{number}")
    start = Barrier(3)

    def work(_: int) -> list[UUID]:
        done: list[UUID] = []
        start.wait(timeout=10)
        for _attempt in range(40):
            with sessions.begin() as session:
                claimed = timers.claim(session, START, limit=5)
            for timer_id in claimed:
                with sessions.begin() as session:
                    if timer := timers.take(session, timer_id):
                        timers.finish(timer, START)
                        done.append(timer_id)
        return done

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(work, range(3)))
    engine.dispose()
    everything = [timer_id for done in results for timer_id in done]
    assert len(everything) == len(set(everything)) == 60


def test_a_worker_neither_gets_nor_waits_for_what_another_is_claiming(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database())
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        set_one(session, "one")
        set_one(session, "two")
    with sessions.begin() as first, sessions.begin() as second:
        mine = timers.claim(first, START, limit=1)
        theirs = timers.claim(second, START)
        assert (len(mine), len(theirs)) == (1, 1)
        assert mine != theirs
    engine.dispose()


def test_a_claimed_timer_is_done_though_a_claim_that_came_too_late_has_its_row(
    fresh_database: Callable[[], str],
) -> None:
    """PostgreSQL locks the newest version of a row before it sees that it is no longer due."""
    engine = create(fresh_database())
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        set_one(session)
    with sessions.begin() as session:
        (timer_id,) = timers.claim(session, START)
    locked = Event()

    def too_late() -> None:
        with sessions.begin() as session:
            session.execute(select(Timer.id).where(Timer.id == timer_id).with_for_update())
            locked.set()
            time.sleep(0.2)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(too_late)
        locked.wait(timeout=10)
        with sessions.begin() as session:
            assert timers.take(session, timer_id)
        other.result(timeout=10)
    engine.dispose()


def test_the_desk_and_a_worker_never_wait_for_each_other_in_a_circle(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database())
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        ticket = open_ticket(session, make_county(session))
        desk.promise_call_back(session, ticket, 15, START, "missed")
    with sessions.begin() as session:
        timer_id = timers.claim(session, START + 20 * MINUTE)[0]  # the call back or one of its clocks
    taken, at_the_desk = Event(), Event()

    def answer() -> None:
        taken.wait(timeout=10)
        with sessions.begin() as session:
            at_the_desk.set()
            desk.answered(session, session.get_one(Ticket, ticket.id), "王芳", 5, START)

    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(answer)
        with sessions.begin() as session:
            timer = timers.take(session, timer_id)
            taken.set()
            at_the_desk.wait(timeout=10)
            time.sleep(0.2)
            assert timer
            desk.urgent(session, session.get_one(Ticket, ticket.id), START)
            timers.finish(timer, START)
        answered.result(timeout=10)
    with sessions() as session:
        assert session.get_one(Ticket, ticket.id).answered_by == "王芳"
    engine.dispose()
