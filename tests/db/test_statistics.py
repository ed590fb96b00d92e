"""The statistics against the same sums done by hand, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg
from hotline.calls.statistics import reading, wall
from hotline.calls.statistics.behind import Asked, Side, tickets_behind
from hotline.calls.statistics.measures import SHARES, SPANS
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import local
from hotline.directory.queries import descendants
from hotline.vault import Vault
from tests.conftest import rolled_back
from tests.month import Month
from tests.web.ticket_world import DUTY, World
from tickets import desk
from tickets.models import Ticket
from tickets.rates import rates

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
DAYS = timedelta(days=30)


VAULT = Vault(("A" * 43 + "=",), b"pepper")


@dataclass(frozen=True)
class Full:
    """A database with a month of calls, and where they came in."""

    engine: Engine
    tenant: UUID
    county: UUID
    township: UUID
    village: UUID


@pytest.fixture(scope="module")
def full(own_engine: Engine) -> Full:
    """Written once for all who only count it: a month takes most of a second."""
    with Session(own_engine, expire_on_commit=False) as session:
        world = World(session, VAULT)
        Month(session, world.vault, world.tenant).write(400, NOW)
        session.commit()
        return Full(own_engine, world.tenant.id, world.county.id, world.township.id, world.village.id)


@pytest.fixture
def session(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Session]:
    """With the month for those who ask for its scope, empty for those who write calls of their own."""
    at = request.getfixturevalue("full").engine if "scope" in request.fixturenames else engine
    with rolled_back(at) as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    return World(session, VAULT)


@pytest.fixture
def scope(session: Session, full: Full) -> Scope:
    return subtree(descendants(session, full.county), (NOW - DAYS, NOW))


def waits(session: Session) -> list[int]:
    calls = session.scalars(select(Call)).all()
    return sorted(ceil((c.accepted_at - c.started_at).total_seconds()) for c in calls if c.accepted_at)


def test_calls_are_counted_as_by_hand(session: Session, scope: Scope) -> None:
    found, seconds = reading.report(session, scope).all, waits(session)
    assert found.share("connect").whole == 400 and found.share("connect").part == len(seconds) > 200
    for limit in (15, 20, 30):
        assert found.share(f"within_{limit}").part == sum(s <= limit for s in seconds)
    outcomes = Counter(call.outcome for call in session.scalars(select(Call)))
    assert found.share("abandoned").part == outcomes["abandoned"] > 0
    assert found.share("message").part == outcomes["message"] > 0


def test_percentiles_are_seconds_that_somebody_waited(session: Session, scope: Scope) -> None:
    found, seconds = reading.report(session, scope).all.span("wait"), waits(session)
    by_hand = [seconds[ceil(len(seconds) * point) - 1] for point in (0.5, 0.9, 0.95)]
    assert [found.median, found.p90, found.p95] == by_hand


def test_parts_add_up_to_the_whole(session: Session, scope: Scope) -> None:
    found = reading.report(session, scope)
    spread = found.spread
    for rows in (found.stations.values(), found.needs.values()):
        for code in SHARES:
            whole = found.all.share(code)
            assert (sum(r.share(code).part for r in rows), sum(r.share(code).whole for r in rows)) == (
                whole.part,
                whole.whole,
            )
    assert sum(calls for calls, _reached in spread.days.values()) == 400
    assert sum(reached for _calls, reached in spread.hours.values()) == found.all.share("connect").part
    tiers = Counter(leg.tier_kind for leg in session.scalars(select(Leg)) if leg.accepted_at)
    assert {kind: spread.depth[kind] for kind in tiers} == dict(tiers)


def test_hours_and_days_are_those_of_shanghai(session: Session, scope: Scope) -> None:
    walls = [local(call.started_at) for call in session.scalars(select(Call))]
    spread = reading.report(session, scope).spread
    assert {key: calls for key, (calls, _) in spread.hours.items()} == Counter((w.isoweekday(), w.hour) for w in walls)
    assert {day: calls for day, (calls, _) in spread.days.items()} == Counter(w.date().isoformat() for w in walls)


def test_the_three_rates_are_those_of_the_tickets(session: Session, full: Full, scope: Scope) -> None:
    found, others = reading.totals(session, scope), rates(session, full.tenant, scope.since, scope.until)
    assert {code: found.share(code) for code in others} == others
    assert all(rate.part for rate in others.values())


@pytest.mark.parametrize("code", [*SHARES, *SPANS])
def test_each_number_lists_the_tickets_it_counted(session: Session, scope: Scope, code: str) -> None:
    found = reading.report(session, scope).all
    if code in SPANS:
        assert tickets_behind(session, scope, Asked(code)).count == found.span(code).count > 0
        return
    rate = found.share(code)
    sides: dict[Side, int] = {"part": rate.part, "rest": rate.whole - rate.part, "whole": rate.whole}
    for side, count in sides.items():
        assert tickets_behind(session, scope, Asked(code, side)).count == count


def test_a_list_goes_on_where_it_ended(session: Session, scope: Scope) -> None:
    seen: list[Ticket] = []
    page = tickets_behind(session, scope, Asked("calls"), limit=150)
    seen += page.tickets
    while page.older:
        page = tickets_behind(session, scope, Asked("calls"), page.older, limit=150)
        seen += page.tickets
    assert len({ticket.id for ticket in seen}) == len(seen) == 400


def test_a_call_on_the_fifteenth_second_is_within_it(session: Session, world: World) -> None:
    for waited in (15.0, 15.2):
        attempt = DUTY.__class__(1, "duty", "值班", "duty", "ended", 1, 2, waited, 60, "1")
        world.call("王秀英", NOW - timedelta(hours=1), [attempt], lasted=60, outcome="answered")
    scope = subtree(descendants(session, world.county.id), (NOW - DAYS, NOW))
    assert reading.answering(session, scope).share("within_15").part == 1


def test_a_call_back_is_kept_by_the_promised_time_only(session: Session, world: World) -> None:
    for minutes in (9, 40):
        ended = NOW - timedelta(hours=2) + timedelta(seconds=20)
        ticket = world.call("张福贵", NOW - timedelta(hours=2), lasted=20, outcome="abandoned")
        desk.called_back(session, ticket, "值班员", 30, ended + timedelta(minutes=minutes))
    world.call("刘桂兰", NOW - timedelta(hours=2), lasted=20, outcome="abandoned")
    session.flush()
    scope = subtree(descendants(session, world.county.id), (NOW - DAYS, NOW))
    found = reading.totals(session, scope)
    assert (found.share("call_back").part, found.share("call_back").whole) == (1, 3)
    assert (found.span("back").count, found.span("back").median) == (2, 540)


def test_a_subtree_counts_nothing_else(session: Session, full: Full, scope: Scope) -> None:
    village = subtree(descendants(session, full.village), (scope.since, scope.until))
    assert reading.report(session, village).all.share("calls").whole == 0
    township = subtree(descendants(session, full.township), (scope.since, scope.until))
    assert reading.report(session, township).all.share("calls").whole == 400


def test_the_wall_counts_what_waits(session: Session, world: World) -> None:
    talked = world.call("王秀英", NOW - timedelta(minutes=30), [DUTY], lasted=248, outcome="answered")
    world.call("张福贵", NOW - timedelta(minutes=40), lasted=20, outcome="abandoned")
    world.call("刘桂兰", NOW - timedelta(seconds=40), [DUTY], lasted=None)
    stations = [world.county.id, world.township.id, world.village.id]
    found = wall.standing(session, stations, NOW)
    assert (found.open, found.late, found.owed, found.to_wrap_up) == (3, 1, 1, 1)
    assert [t.id for t in wall.unwrapped(session, stations, 5)] == [talked.id]
    desk.wrap_up(session, talked, "answered", "李建国", NOW)
    session.flush()
    assert wall.unwrapped(session, stations, 5) == []
