"""A fortnight of calls to be kept counted, and what both sides, kept and counted from the rows, must show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from hotline.calls.statistics import days, reading, units
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import span_of
from hotline.directory.models import BranchLine, Station, Team
from hotline.directory.queries import descendants
from hotline.vault import Vault
from tests.month import Month
from tests.web.ticket_world import World

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST, LAST = date(2026, 11, 9), date(2026, 11, 23)


def fortnight(session: Session) -> World:
    """A county with a volunteer team and 150 calls in fifteen days."""
    world = World(session, Vault(("A" * 43 + "=",), b"pepper"))
    team = Team(tenant_id=world.tenant.id, code="team", name="红星志愿队")
    session.add(team)
    session.flush()
    number = {"number_hash": b"-", "number_sealed": b"-"}
    session.add(BranchLine(tenant_id=world.tenant.id, code="b", team_id=team.id, serves=["daily_life"], **number))
    session.flush()
    Month(session, world.vault, world.tenant).write(150, NOW, days=15)
    return world


def whole(session: Session, world: World) -> Scope:
    """All of the county, all of the days."""
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


def moved(session: Session, world: World) -> None:
    """The village belongs to the county from now on."""
    village = session.get_one(Station, world.village.id)
    village.parent_id = world.county.id
