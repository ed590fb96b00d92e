"""Keeps the figures of days that are over, and of the last days' hours, and says which of them still hold.

A day or hour is first announced: from then on every change of what it counts leaves a mark (see models.MARKS). A while
later, when whatever ran at that moment has ended, it is counted, in one snapshot. A change that the snapshot does not
see has a mark that it does not see either. A mark names the station: whoever reads takes from what is kept what that
station had itself, and adds it as its rows are now: no figure is old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls.statistics import counting
from hotline.calls.statistics.scope import Scope, array
from hotline.calls.statistics.tally import Count
from hotline.calls.statistics.units import DAY, HOUR, RECENT, Key, Unit, span
from hotline.clock import local, span_of
from hotline.db import SessionFactory

UNITS = (DAY, HOUR)
Marked = Mapping[Key, Collection[UUID]]
"""Which days or hours hold, and of each the stations whose own part of it has a mark."""
LONG = ("back", "feedback", "resolved")
"""Codes of the long times."""
SETTLED = timedelta(seconds=60)
"""No transaction of ours lasts as long as this (statements end after 5 s)."""

_ANNOUNCE = text("""
INSERT INTO counted_day (tenant_id, day, announced_at)
SELECT tenant.id, day::date, now()
  FROM tenant
 CROSS JOIN LATERAL (SELECT least((SELECT min(started_at) FROM call WHERE tenant_id = tenant.id),
                                  (SELECT min(opened_at) FROM ticket WHERE tenant_id = tenant.id)) AS at) AS first
 CROSS JOIN LATERAL generate_series((first.at AT TIME ZONE 'Asia/Shanghai')::date, :last, interval '1 day') AS day
ON CONFLICT DO NOTHING
""")
_ANNOUNCE_HOURS = text("""
INSERT INTO counted_hour (tenant_id, hour, announced_at)
SELECT tenant.id, hour, now()
  FROM tenant
 CROSS JOIN LATERAL generate_series(CAST(:first AS timestamptz), CAST(:last AS timestamptz), interval '1 hour') AS hour
ON CONFLICT DO NOTHING
""")
_TIDY = (
    text("DELETE FROM counted_hour WHERE hour < :first"),
    text("DELETE FROM hour_figures WHERE hour < :first"),
    text("DELETE FROM stale_hour WHERE hour < :first"),
)
_FORGET = ("DELETE FROM stale_{unit}", "DELETE FROM {unit}_figures", "DELETE FROM counted_{unit}")
_DUE = """
SELECT tenant_id, {unit} FROM counted_{unit}
 WHERE (counted_at IS NULL AND announced_at <= now() - CAST(:settled AS interval))
    OR (tenant_id, {unit}) IN (SELECT tenant_id, {unit} FROM stale_{unit})
 ORDER BY {unit} DESC LIMIT :limit
"""
_TAKE = "SELECT FROM counted_{unit} WHERE tenant_id = :tenant AND {unit} = :key FOR UPDATE SKIP LOCKED"
_CLEAR = (
    "DELETE FROM stale_{unit} WHERE tenant_id = :tenant AND {unit} = :key",
    "DELETE FROM {unit}_figures WHERE tenant_id = :tenant AND {unit} = :key",
    "UPDATE counted_{unit} SET counted_at = now() WHERE tenant_id = :tenant AND {unit} = :key",
)
_TREE = text("SELECT id, parent_id FROM station WHERE tenant_id = :tenant")
_HOLDING = """
SELECT {unit}, ARRAY(SELECT DISTINCT station_id FROM stale_{unit} AS mark
                      WHERE mark.tenant_id = counted.tenant_id AND mark.{unit} = counted.{unit})
  FROM counted_{unit} AS counted
 WHERE tenant_id = :tenant AND {unit} >= :first AND {unit} <= :last AND counted_at IS NOT NULL
"""
_READ = """
SELECT 'top' AS what, station_id, {day} AS day, tally, times, CASE WHEN :parts THEN parts END AS parts
  FROM {unit}_figures WHERE station_id = :top AND {unit} = ANY(:keys)
 UNION ALL
SELECT 'other', station_id, NULL, json_agg(tally), json_agg(times) FILTER (WHERE :times), NULL
  FROM {unit}_figures WHERE station_id = ANY(CAST(:stations AS uuid[])) AND {unit} = ANY(:keys)
 GROUP BY station_id
 UNION ALL
SELECT CASE WHEN station_id = marked THEN 'marked' ELSE 'below' END, marked, {day}, NULL, NULL, parts
  FROM unnest(CAST(:marked AS uuid[]), CAST(:marked_keys AS {type}[])) AS mark (marked, marked_key)
  JOIN station ON station.id = marked OR station.parent_id = marked
  JOIN {unit}_figures ON station_id = station.id AND {unit} = marked_key
"""
"""One statement, so that all of it is of one moment: a day may be counted anew at any."""


def keep(sessions: SessionFactory, now: datetime, limit: int, settled: timedelta = SETTLED) -> int:
    """Announce what is over, then count up to ``limit`` days and as many hours; return how many.

    Each is counted in a transaction of its own.
    """
    with sessions.begin() as session:
        announce(session, now)
        found = [(unit, *one) for unit in UNITS for one in due(session, unit, limit, settled)]
    for unit, tenant_id, key in found:
        with sessions.begin() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            count_one(session, unit, tenant_id, key)
    return len(found)


def forget(session: Session) -> None:
    """Let go of all that is kept, so that everything is counted anew: what was changed by hand, marks and all."""
    for unit in UNITS:
        for statement in _FORGET:
            session.execute(unit.sql(statement))


def announce(session: Session, now: datetime) -> None:
    """Let every tenant's days up to yesterday, and the last days' hours that are over, be counted; forget older hours.

    What was announced before stays as it is.
    """
    today = local(now).date()
    session.execute(_ANNOUNCE, {"last": today - timedelta(days=1)})
    values = {"first": span_of(today - RECENT)[0], "last": now - timedelta(hours=1)}
    session.execute(_ANNOUNCE_HOURS, values)
    for statement in _TIDY:
        session.execute(statement, values)


def due(session: Session, unit: Unit, limit: int, settled: timedelta = SETTLED) -> Sequence[tuple[UUID, Key]]:
    """Return up to ``limit`` days or hours (tenant, which) to be counted, for the first time or anew; newest first."""
    return [(row[0], row[1]) for row in session.execute(unit.sql(_DUE), {"limit": limit, "settled": settled})]


def count_one(session: Session, unit: Unit, tenant_id: UUID, key: Key) -> None:
    """Count a day or hour and keep its figures; the session reads one snapshot (REPEATABLE READ) and commits then."""
    values = {"tenant": tenant_id, "key": key}
    if session.execute(unit.sql(_TAKE), values).first() is None:
        return  # somebody else is at it
    for statement in _CLEAR:
        session.execute(unit.sql(statement), values)
    parents = {row.id: row.parent_id for row in session.execute(_TREE, values)}
    stations = tuple(parents)
    own = counting.count(session, Scope(tenant_id, *span(key), stations, stations))
    rows = []
    for id_, count in _upward(own, parents).items():
        tally = count.all()
        short, times = tally.document("wait"), tally.document(*LONG)
        parts = {**count.document(), "own": own[id_].all().document() if id_ in own else None}
        rows.append({"station_id": id_, unit.name: key, "tenant_id": tenant_id,
                     "tally": short, "times": times["spans"], "parts": parts})  # fmt: skip
    if rows:
        session.execute(insert(unit.figures), rows)


def holding(session: Session, scope: Scope) -> Mapping[Unit, Marked]:
    """Return the whole days of a scope whose kept figures hold but for some stations, outside these the whole hours."""
    first, last = scope.since, scope.until - timedelta(microseconds=1)
    days = _holding(session, scope, DAY, local(first).date(), local(last).date())
    hours = _holding(session, scope, HOUR, first, last)
    besides = {hour: marked for hour, marked in hours.items() if local(span(hour)[0]).date() not in days}
    return {DAY: days, HOUR: besides}


def _holding(session: Session, scope: Scope, unit: Unit, first: Key, last: Key) -> Marked:
    values = {"tenant": scope.tenant_id, "first": first, "last": last}
    found = session.execute(unit.sql(_HOLDING), values)
    held = {key: marked for key, marked in found if None not in marked and scope.holds(*span(key))}
    return {key: [station for station in marked if station in scope.stations] for key, marked in held.items()}


def read(session: Session, scope: Scope, unit: Unit, held: Marked, *, parts: bool, times: bool) -> Sequence[Row[Any]]:
    """Return what is kept of days or hours that hold.

    ``top``: all of the scope, a row each; ``other`` (with ``parts``): the others that are shown, a row a station,
    ``times``: with the long times; ``marked`` and ``below``: of a station with a mark what is kept of it and all below
    it, and of each right below it and all below that: the first less the others is what the station had itself.
    """
    marks = [(station, key) for key, stations in held.items() for station in stations]
    values = {"top": scope.top, "keys": list(held), "parts": parts, "times": times,
              "stations": array({*scope.groups} - {scope.top} if parts else ()),
              "marked": array(station for station, _key in marks),
              "marked_keys": [key for _station, key in marks]}  # fmt: skip
    return session.execute(unit.sql(_READ), values).all() if held else ()


def _upward(own: Mapping[UUID, Count], parents: Mapping[UUID, UUID | None]) -> Mapping[UUID, Count]:
    """Return for each station the sum of its own and of all below."""
    found: defaultdict[UUID, Count] = defaultdict(Count)
    for id_, count in own.items():
        at: UUID | None = id_
        while at is not None:
            found[at].add(count)
            at = parents[at]
    return found
