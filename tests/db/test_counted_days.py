"""The kept figures of days and hours against those counted from the rows: the same, whatever happens afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from hotline.calls.models import Call, Leg
from hotline.calls.statistics import days, reading, units
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import local, span_of
from hotline.db import create
from hotline.directory.models import BranchLine, Station, Team
from hotline.directory.queries import descendants
from hotline.vault import Vault
from tests.month import Month
from tests.web.ticket_world import DUTY, World
from tickets import desk, feedback
from tickets.models import Referral, Ticket

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST, LAST = date(2026, 11, 9), date(2026, 11, 23)


@pytest.fixture
def world(session: Session) -> World:
    world = World(session, Vault(("A" * 43 + "=",), b"pepper"))
    team = Team(tenant_id=world.tenant.id, code="team", name="红星志愿队")
    session.add(team)
    session.flush()
    number = {"number_hash": b"-", "number_sealed": b"-"}
    session.add(BranchLine(tenant_id=world.tenant.id, code="b", team_id=team.id, serves=["daily_life"], **number))
    session.flush()
    Month(session, world.vault, world.tenant).write(150, NOW, days=15)
    return world


@pytest.fixture
def scope(session: Session, world: World) -> Scope:
    return subtree(descendants(session, world.county.id), (span_of(FIRST)[0], span_of(LAST)[1]))


def keep(session: Session) -> int:
    """What the worker does, in the test's own transaction."""
    days.announce(session, NOW)
    found = {unit: days.due(session, unit, 100, settled=timedelta()) for unit in days.UNITS}
    for unit, ones in found.items():
        for tenant, key in ones:
            days.count_one(session, unit, tenant, key)
    return len(found[units.DAY])


def from_rows(session: Session, scope: Scope) -> reading.Report:
    """The same report with nothing kept."""
    with session.begin_nested() as savepoint:
        days.forget(session)
        found = reading.report(session, scope, times=True)
        savepoint.rollback()
    return found


def shown_row(numbers: reading.Numbers) -> object:
    """What is shown of a row, where nothing counted is the same as not mentioned."""
    shares = {code: rate for code, rate in numbers.shares.items() if rate.whole}
    return shares, {code: span for code, span in numbers.spans.items() if span.count}


def shown(report: reading.Report) -> object:
    """All that a page shows of a report, where nothing counted is the same as not mentioned."""

    groups = ({str(k): shown_row(n) for k, n in part.items()} for part in (report.stations, report.needs))
    helpers = {
        code: ({key: pair for key, pair in tally.shares.items() if pair[1]}, tally.span("taken"))
        for code, tally in report.helpers.items()
    }
    return shown_row(report.all), *groups, report.spread, helpers


def test_kept_days_are_read_and_say_the_same(session: Session, world: World, scope: Scope) -> None:
    plain = shown(reading.report(session, scope, times=True))
    assert keep(session) == 14, "yesterday and all before it; today is not over"
    assert len(days.holding(session, scope)[units.DAY]) == 14
    assert shown(reading.report(session, scope, times=True)) == plain
    session.execute(text('UPDATE day_figures SET tally = \'{"shares": {}, "spans": {}}\''))
    assert shown(reading.report(session, scope, times=True)) != plain, "they are not read at all"


def test_hours_of_the_last_days_are_read_and_say_the_same(session: Session, world: World, scope: Scope) -> None:
    plain = shown(reading.report(session, scope, times=True))
    keep(session)
    held = days.holding(session, scope)[units.HOUR]
    midnight = span_of(LAST)[0]
    assert held == [midnight + n * HOUR for n in range(10)], "the hours of today up to ten o'clock"
    assert shown(reading.report(session, scope, times=True)) == plain
    today = replace(scope, since=midnight + timedelta(minutes=30))
    assert shown(reading.report(session, today, times=True)) == shown(from_rows(session, today)), (
        "from half past twelve"
    )
    session.execute(text('UPDATE hour_figures SET tally = \'{"shares": {}, "spans": {}}\''))
    assert shown(reading.report(session, scope, times=True)) != plain, "they are not read at all"


def test_what_changes_today_is_seen_at_once_and_marks_its_hour_alone(
    session: Session, world: World, scope: Scope
) -> None:
    nine = span_of(LAST)[0] + 9 * HOUR
    ticket = world.call("王秀英", nine + timedelta(minutes=59, seconds=59), [DUTY], lasted=60, outcome="answered")
    session.flush()
    keep(session)
    before = len(days.holding(session, scope)[units.HOUR])
    desk.wrap_up(session, ticket, "answered", "李建国", NOW)
    world.call("王秀英", NOW, [DUTY], lasted=60, outcome="answered")  # in the hour that is not over
    session.flush()
    plain = shown(from_rows(session, scope))
    assert shown(reading.report(session, scope, times=True)) == plain, "before it is counted anew"
    held = days.holding(session, scope)[units.HOUR]
    assert len(held) == before - 1 and nine not in held
    keep(session)
    assert nine in days.holding(session, scope)[units.HOUR]
    assert shown(reading.report(session, scope, times=True)) == plain, "after it is counted anew"


def test_of_a_recent_day_with_a_mark_the_other_hours_are_still_read(
    session: Session, world: World, scope: Scope
) -> None:
    keep(session)
    yesterday = span_of(LAST)[0] - DAY
    world.call("王秀英", yesterday + 5 * HOUR, [DUTY], lasted=60, outcome="answered")
    session.flush()
    held = days.holding(session, scope)
    assert local(yesterday).date() not in held[units.DAY]
    of_yesterday = [hour for hour in held[units.HOUR] if hour < span_of(LAST)[0]]
    assert of_yesterday == [yesterday + n * HOUR for n in range(24) if n != 5]
    assert shown(reading.report(session, scope, times=True)) == shown(from_rows(session, scope))


def test_hours_are_kept_of_the_last_days_only(session: Session, world: World, scope: Scope) -> None:
    keep(session)
    days.announce(session, NOW + DAY)
    first = span_of(LAST)[0] + DAY - units.RECENT
    for table in ("counted_hour", "hour_figures"):
        assert session.scalar(text(f"SELECT min(hour) >= :first FROM {table}"), {"first": first}), table
    assert session.scalar(text("SELECT max(hour) FROM counted_hour")) == NOW.replace(minute=0, second=0) + DAY - HOUR


def test_a_part_of_the_tree_and_a_period_that_begins_at_noon(session: Session, world: World, scope: Scope) -> None:
    noon = Scope(scope.tenant_id, scope.since + timedelta(hours=12), scope.until, scope.stations, scope.groups)
    township = subtree(descendants(session, world.township.id), (scope.since, scope.until))
    plain = [shown(reading.report(session, one, times=True)) for one in (noon, township)]
    keep(session)
    assert [shown(reading.report(session, one, times=True)) for one in (noon, township)] == plain
    assert date(2026, 11, 9) not in days.holding(session, noon)[units.DAY]


def late_status(session: Session, world: World) -> None:
    call = session.scalars(select(Call).where(Call.outcome == "abandoned", Call.started_at < NOW - 2 * DAY)).first()
    assert call
    call.outcome = "message"


def later_key(session: Session, world: World) -> None:
    old = select(Call.id).where(Call.accepted_at.is_not(None), Call.started_at < NOW - 3 * DAY).limit(1)
    session.execute(update(Call).where(Call.id.in_(old)).values(accepted_at=Call.accepted_at + timedelta(seconds=77)))


def wrapped_up_at_last(session: Session, world: World) -> None:
    ticket = session.scalars(select(Ticket).where(Ticket.wrapped_at.is_(None), Ticket.state == "answered")).first()
    assert ticket
    desk.wrap_up(session, ticket, "answered", "李建国", NOW)


def told_off(session: Session, world: World) -> None:
    ticket = session.scalars(select(Ticket).where(Ticket.state == "resolved")).first()
    assert ticket
    feedback.record(session, ticket, "not", False, NOW, asked_by="王站长")


def given_back(session: Session, world: World) -> None:
    referral = session.scalars(select(Referral).where(Referral.state == "done")).first()
    assert referral
    referral.state = "failed"


def moved(session: Session, world: World) -> None:
    village = session.get_one(Station, world.village.id)
    village.parent_id = world.county.id


def volunteer_took_it(session: Session, world: World) -> None:
    session.execute(
        update(Leg).where(Leg.target_kind == "branch").values(accepted_at=Leg.rung_at + timedelta(minutes=1))
    )


CHANGES = (late_status, later_key, wrapped_up_at_last, told_off, given_back, moved, volunteer_took_it)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_later_is_seen_at_once(
    session: Session, world: World, scope: Scope, change: Callable[[Session, World], None]
) -> None:
    keep(session)
    before = shown(reading.report(session, scope, times=True))
    change(session, world)
    session.flush()
    tree = subtree(descendants(session, world.county.id), (scope.since, scope.until))
    plain = shown(from_rows(session, tree))
    assert plain != before or change is moved, "this change is not of the kind that shows"
    assert shown(reading.report(session, tree, times=True)) == plain, "before it is counted anew"
    assert keep(session) > 0, "no mark was left"
    assert shown(reading.report(session, tree, times=True)) == plain, "after it is counted anew"


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


def test_a_call_at_midnight_belongs_to_the_day_here(session: Session, world: World, scope: Scope) -> None:
    keep(session)
    midnight = span_of(date(2026, 11, 16))[0]
    for at in (midnight - timedelta(seconds=1), midnight):
        world.call("王秀英", at, [DUTY], lasted=60, outcome="answered")
    session.flush()
    assert keep(session) == 2, "the day before and the day"
    found = shown(reading.report(session, scope, times=True))
    assert found == shown(from_rows(session, scope))
    one = Scope(scope.tenant_id, midnight, midnight + DAY, scope.stations, scope.groups)
    assert days.holding(session, one)[units.DAY] == [local(midnight).date()]


@pytest.mark.parametrize("unit", days.UNITS, ids=lambda unit: unit.name)
def test_a_change_while_it_is_being_counted_is_not_lost(fresh_database: Callable[[], str], unit: units.Unit) -> None:
    at = NOW - (3 * DAY if unit is units.DAY else 3 * HOUR)
    key = local(at).date() if unit is units.DAY else at.replace(minute=0, second=0)
    engine = create(fresh_database())
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        world = World(session, Vault(("A" * 43 + "=",), b"pepper"))
        world.call("王秀英", at, [DUTY], lasted=60, outcome="answered")
        scope = subtree(descendants(session, world.county.id), (NOW - 9 * DAY, NOW))
    with sessions.begin() as session:
        days.announce(session, NOW)
    with sessions() as counting, sessions() as changing:
        counting.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        assert counting.scalar(text("SELECT count(*) FROM call")) == 1  # its snapshot is taken
        changing.execute(update(Call).values(outcome="message", accepted_leg_id=None, accepted_at=None))
        changing.commit()
        days.count_one(counting, unit, scope.tenant_id, key)
        counting.commit()
    with sessions() as session:
        assert reading.report(session, scope, times=True).all.share("message").part == 1
    assert days.keep(sessions, NOW, 100, settled=timedelta()) > 0
    with sessions() as session:
        assert key in days.holding(session, scope)[unit]
        assert reading.report(session, scope, times=True).all.share("message").part == 1
    engine.dispose()
