"""The kept figures of days against those counted from the rows: the same, whatever happens afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from hotline.calls.models import Call, Leg
from hotline.calls.statistics import days, reading, units
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import local, span_of
from hotline.db import create
from hotline.directory.queries import descendants
from hotline.vault import Vault
from tests.db.counted import (
    DAY,
    HOUR,
    NOW,
    fortnight,
    from_rows,
    keep,
    moved,
    shown,
    whole,
)
from tests.web.ticket_world import DUTY, World
from tickets import desk, feedback
from tickets.models import Referral, Ticket


@pytest.fixture
def world(session: Session) -> World:
    return fortnight(session)


@pytest.fixture
def scope(session: Session, world: World) -> Scope:
    return whole(session, world)


def test_kept_days_are_read_and_say_the_same(session: Session, world: World, scope: Scope) -> None:
    plain = shown(reading.report(session, scope, times=True))
    assert keep(session) == 14, "yesterday and all before it; today is not over"
    assert len(days.holding(session, scope)[units.DAY]) == 14
    assert shown(reading.report(session, scope, times=True)) == plain
    session.execute(text('UPDATE day_figures SET tally = \'{"shares": {}, "spans": {}}\''))
    assert shown(reading.report(session, scope, times=True)) != plain, "they are not read at all"


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


def volunteer_took_it(session: Session, world: World) -> None:
    session.execute(
        update(Leg).where(Leg.target_kind == "branch").values(accepted_at=Leg.rung_at + timedelta(minutes=1))
    )


def belongs_elsewhere(session: Session, world: World) -> None:
    old = select(Call.ticket_id).where(Call.started_at < NOW - 2 * DAY, Call.accepted_at.is_not(None)).limit(3)
    tickets = session.scalars(old).all()
    session.execute(update(Call).where(Call.ticket_id.in_(tickets)).values(station_id=world.county.id))
    session.execute(update(Ticket).where(Ticket.id.in_(tickets)).values(station_id=world.county.id))


def no_calls_to_us(session: Session, world: World) -> None:
    old = select(Call.id).where(Call.started_at < NOW - 2 * DAY).limit(20)
    session.execute(update(Call).where(Call.id.in_(old)).values(direction="out"))


CHANGES = (late_status, later_key, wrapped_up_at_last, told_off, given_back, moved, volunteer_took_it,
           belongs_elsewhere, no_calls_to_us)  # fmt: skip


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
    assert list(days.holding(session, one)[units.DAY]) == [local(midnight).date()]


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
