"""The kept figures of the last days' hours beside those of days: what a page adds is what the rows say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from hotline.calls.models import Call
from hotline.calls.statistics import days, reading, units
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import local, span_of
from hotline.directory.queries import descendants
from tests.db.counted import (
    DAY,
    HOUR,
    LAST,
    NOW,
    fortnight,
    from_rows,
    keep,
    moved,
    shown,
    shown_row,
    whole,
)
from tests.web.ticket_world import DUTY, World
from tickets import desk, feedback
from tickets.models import Ticket


@pytest.fixture
def world(session: Session) -> World:
    return fortnight(session)


@pytest.fixture
def scope(session: Session, world: World) -> Scope:
    return whole(session, world)


def test_hours_of_the_last_days_are_read_and_say_the_same(session: Session, world: World, scope: Scope) -> None:
    plain = shown(reading.report(session, scope, times=True))
    keep(session)
    held = days.holding(session, scope)[units.HOUR]
    midnight = span_of(LAST)[0]
    assert sorted(held) == [midnight + n * HOUR for n in range(10)], "the hours of today up to ten o'clock"
    assert shown(reading.report(session, scope, times=True)) == plain
    today = replace(scope, since=midnight + timedelta(minutes=30))
    assert shown(reading.report(session, today, times=True)) == shown(from_rows(session, today)), (
        "from half past twelve"
    )
    session.execute(text('UPDATE hour_figures SET tally = \'{"shares": {}, "spans": {}}\''))
    assert shown(reading.report(session, scope, times=True)) != plain, "they are not read at all"


def test_what_changes_today_is_seen_at_once_and_marks_its_station_in_that_hour_alone(
    session: Session, world: World, scope: Scope
) -> None:
    nine = span_of(LAST)[0] + 9 * HOUR
    ticket = world.call("王秀英", nine + timedelta(minutes=59, seconds=59), [DUTY], lasted=60, outcome="answered")
    session.flush()
    keep(session)
    desk.wrap_up(session, ticket, "answered", "李建国", NOW)
    world.call("王秀英", NOW, [DUTY], lasted=60, outcome="answered")  # in the hour that is not over
    session.flush()
    plain = shown(from_rows(session, scope))
    assert shown(reading.report(session, scope, times=True)) == plain, "before it is counted anew"
    held = days.holding(session, scope)[units.HOUR]
    assert {hour: marked for hour, marked in held.items() if marked} == {nine: [ticket.station_id]}
    keep(session)
    assert not any(days.holding(session, scope)[units.HOUR].values())
    assert shown(reading.report(session, scope, times=True)) == plain, "after it is counted anew"


def test_of_a_recent_day_that_is_not_yet_counted_the_hours_are_read(
    session: Session, world: World, scope: Scope
) -> None:
    keep(session)
    yesterday = span_of(LAST)[0] - DAY
    session.execute(text("UPDATE counted_day SET counted_at = NULL WHERE day = :day"), {"day": local(yesterday).date()})
    world.call("王秀英", yesterday + 5 * HOUR, [DUTY], lasted=60, outcome="answered")
    session.flush()
    held = days.holding(session, scope)
    assert local(yesterday).date() not in held[units.DAY]
    of_yesterday = {hour: marked for hour, marked in held[units.HOUR].items() if hour < span_of(LAST)[0]}
    assert sorted(of_yesterday) == [yesterday + n * HOUR for n in range(24)]
    assert [hour for hour, marked in of_yesterday.items() if marked] == [yesterday + 5 * HOUR]
    assert shown(reading.report(session, scope, times=True)) == shown(from_rows(session, scope))


def test_hours_are_kept_of_the_last_days_only(session: Session, world: World, scope: Scope) -> None:
    keep(session)
    days.announce(session, NOW + DAY)
    first = span_of(LAST)[0] + DAY - units.RECENT
    for table in ("counted_hour", "hour_figures"):
        assert session.scalar(text(f"SELECT min(hour) >= :first FROM {table}"), {"first": first}), table
    assert session.scalar(text("SELECT max(hour) FROM counted_hour")) == NOW.replace(minute=0, second=0) + DAY - HOUR


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_in_whatever_order_it_is_what_the_rows_say(
    session: Session, world: World, scope: Scope, seed: int
) -> None:
    random = Random(seed)
    for _ in range(12):
        days.announce(session, NOW)
        ones = [(unit, *one) for unit in days.UNITS for one in days.due(session, unit, 100, settled=timedelta())]
        for one in random.sample(ones, len(ones) // 2):  # a worker that is behind
            days.count_one(session, *one)
        call = random.choice(session.scalars(select(Call).order_by(Call.started_at.desc()).limit(90)).all())
        ticket = session.get_one(Ticket, call.ticket_id)
        at = NOW - random.random() * 3 * DAY
        if random.random() < 0.5:
            world.call("王秀英", at, [DUTY], lasted=random.randrange(5, 90), outcome="answered")
        elif random.random() < 0.3:
            call.station_id = ticket.station_id = random.choice((world.county, world.township, world.village)).id
        elif ticket.state == "resolved":
            feedback.record(session, ticket, "satisfied", random.random() < 0.5, NOW, asked_by="王站长")
        else:
            call.need = ticket.need = random.choice(("urgent", "daily_life", ""))
        session.flush()
        assert shown(reading.report(session, scope, times=True)) == shown(from_rows(session, scope))
        assert shown_row(reading.totals(session, scope)) == shown_row(reading.report(session, scope).all)


def test_a_station_moved_takes_its_days_and_hours_along(session: Session, world: World, scope: Scope) -> None:
    for at in (NOW - 2 * HOUR, NOW - 5 * DAY):
        ticket = world.call("王秀英", at, [DUTY], lasted=60, outcome="answered")
        session.flush()
        session.execute(update(Call).where(Call.ticket_id == ticket.id).values(station_id=world.village.id))
        ticket.station_id = world.village.id
    session.flush()
    keep(session)
    moved(session, world)
    session.flush()
    tree = subtree(descendants(session, world.county.id), (scope.since, scope.until))
    for _ in range(2):
        found = reading.report(session, tree)
        assert found.stations[world.village.id].share("calls").whole == 2
        assert found.stations[world.township.id].share("calls").whole == 150
        keep(session)
