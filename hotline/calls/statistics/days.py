"""Keeps the figures of days that are over, and says which of them still hold.

A day is first announced: from then on every change of what it counts leaves a mark (see models.MARKS). A while later,
when whatever ran at that moment has ended, it is counted, in one snapshot. A change that the snapshot does not see has
a mark that it does not see either, and whoever reads takes a marked day from its own rows: no figure is ever old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls.statistics import counting
from hotline.calls.statistics.models import DayFigures
from hotline.calls.statistics.scope import Scope, array
from hotline.calls.statistics.tally import Count
from hotline.clock import local, span_of
from hotline.db import SessionFactory

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
_DUE = text("""
SELECT tenant_id, day FROM counted_day
 WHERE (counted_at IS NULL AND announced_at <= now() - CAST(:settled AS interval))
    OR (tenant_id, day) IN (SELECT tenant_id, day FROM stale_day)
 ORDER BY day DESC LIMIT :limit
""")
_TAKE = text("SELECT FROM counted_day WHERE tenant_id = :tenant AND day = :day FOR UPDATE SKIP LOCKED")
_CLEAR = (
    text("DELETE FROM stale_day WHERE tenant_id = :tenant AND day = :day"),
    text("DELETE FROM day_figures WHERE tenant_id = :tenant AND day = :day"),
    text("UPDATE counted_day SET counted_at = now() WHERE tenant_id = :tenant AND day = :day"),
)
_TREE = text("SELECT id, parent_id FROM station WHERE tenant_id = :tenant")
_HOLDING = text("""
SELECT day FROM counted_day
 WHERE tenant_id = :tenant AND day >= :first AND day <= :last AND counted_at IS NOT NULL
   AND day NOT IN (SELECT day FROM stale_day WHERE tenant_id = :tenant)
""")
_READ = text("""
SELECT station_id, json_agg(tally) AS tallies, json_agg(times) FILTER (WHERE station_id = :top OR :times) AS times,
       json_agg(json_build_array(day, parts)) FILTER (WHERE station_id = :top AND :parts) AS parts
  FROM day_figures WHERE station_id = ANY(CAST(:stations AS uuid[])) AND day = ANY(:days)
 GROUP BY station_id
""")


def keep(sessions: SessionFactory, now: datetime, limit: int, settled: timedelta = SETTLED) -> int:
    """Announce what is over, then count up to ``limit`` days, each in a transaction of its own; return how many."""
    with sessions.begin() as session:
        announce(session, now)
        found = due(session, limit, settled)
    for tenant_id, day in found:
        with sessions.begin() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            count_day(session, tenant_id, day)
    return len(found)


def forget(session: Session) -> None:
    """Let go of all that is kept, so that everything is counted anew: what was changed by hand, marks and all."""
    for table in ("stale_day", "day_figures", "counted_day"):
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  (our own names)


def announce(session: Session, now: datetime) -> None:
    """Let every tenant's days up to yesterday be counted that nobody has announced yet."""
    session.execute(_ANNOUNCE, {"last": local(now).date() - timedelta(days=1)})


def due(session: Session, limit: int, settled: timedelta = SETTLED) -> Sequence[tuple[UUID, date]]:
    """Return up to ``limit`` days (tenant, day) that are to be counted, for the first time or anew; newest first."""
    return [(row[0], row[1]) for row in session.execute(_DUE, {"limit": limit, "settled": settled})]


def count_day(session: Session, tenant_id: UUID, day: date) -> None:
    """Count a day and keep its figures; the session reads one snapshot (REPEATABLE READ) and commits afterwards."""
    values = {"tenant": tenant_id, "day": day}
    if session.execute(_TAKE, values).first() is None:
        return  # somebody else is at it
    for statement in _CLEAR:
        session.execute(statement, values)
    parents = {row.id: row.parent_id for row in session.execute(_TREE, values)}
    stations = tuple(parents)
    own = counting.count(session, Scope(tenant_id, *span_of(day), stations, stations))
    rows = []
    for id_, count in _upward(own, parents).items():
        tally = count.all()
        short, times = tally.document("wait"), tally.document(*LONG)
        parts = {**count.document(), "own": own[id_].all().document() if id_ in own else None}
        rows.append({"station_id": id_, "day": day, "tenant_id": tenant_id,
                     "tally": short, "times": times["spans"], "parts": parts})  # fmt: skip
    if rows:
        session.execute(insert(DayFigures), rows)


def holding(session: Session, scope: Scope) -> set[date]:
    """Return the whole days of a scope whose kept figures still hold."""
    first, last = local(scope.since).date(), local(scope.until - timedelta(microseconds=1)).date()
    values = {"tenant": scope.tenant_id, "first": first, "last": last}
    found: set[date] = set(session.scalars(_HOLDING, values))
    return {day for day in found if span_of(day)[0] >= scope.since and span_of(day)[1] <= scope.until}


def read(session: Session, scope: Scope, days: Collection[date], *, parts: bool, times: bool) -> Sequence[Row[Any]]:
    """Return the kept figures of days, a row a station: ``tallies`` of the scope's top and the others that are shown.

    ``times``: the long times, always of the top, of the others if asked for. ``parts``: each day and its parts, of
    the top, if asked for.
    """
    stations = array({scope.top, *scope.groups})
    values = {"top": scope.top, "stations": stations, "days": list(days), "parts": parts, "times": times}
    return session.execute(_READ, values).all() if days else ()


def _upward(own: Mapping[UUID, Count], parents: Mapping[UUID, UUID | None]) -> Mapping[UUID, Count]:
    """Return for each station the sum of its own and of all below."""
    found: defaultdict[UUID, Count] = defaultdict(Count)
    for id_, count in own.items():
        at: UUID | None = id_
        while at is not None:
            found[at].add(count)
            at = parents[at]
    return found
