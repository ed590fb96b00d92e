"""Reads the measures of a scope: everything, by station, by need; by day, by hour of the week, by who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Float, cast, func, literal, null, select, tuple_
from sqlalchemy.orm import Session

from hotline.calls.statistics.facts import CALLS, TICKETS
from hotline.calls.statistics.measures import SHARES, SPANS, Subject
from hotline.calls.statistics.scope import Scope
from tickets.rates import Rate

_POINTS = cast(literal([0.5, 0.9, 0.95], ARRAY(Float)), ARRAY(Float))


@dataclass(frozen=True)
class Quantiles:
    """How many, and the seconds that half, nine tenths and nineteen twentieths of them needed at most."""

    count: int = 0
    median: int | None = None
    p90: int | None = None
    p95: int | None = None


@dataclass(frozen=True)
class Numbers:
    """The measures of one row: shares and times by code."""

    shares: Mapping[str, Rate] = field(default_factory=dict)
    spans: Mapping[str, Quantiles] = field(default_factory=dict)

    def share(self, code: str) -> Rate:
        """Return a share; of nothing where the row has none."""
        return self.shares.get(code, Rate(0, 0))

    def span(self, code: str) -> Quantiles:
        """Return a time; of nothing where the row has none."""
        return self.spans.get(code, Quantiles())


@dataclass(frozen=True)
class Report:
    """The measures of all, by station shown and by need (empty: no key was pressed)."""

    all: Numbers
    stations: Mapping[UUID, Numbers]
    needs: Mapping[str, Numbers]


@dataclass(frozen=True)
class Spread:
    """Calls over by day (calls, reached), by (ISO weekday, hour) and by depth: what answered, or how it was lost."""

    days: Mapping[str, tuple[int, int]]
    hours: Mapping[tuple[int, int], tuple[int, int]]
    depth: Mapping[str, int]


def report(session: Session, scope: Scope) -> Report:
    """Return all measures of a scope; two queries."""
    found: dict[tuple[str, object], dict[str, Any]] = {}
    for subject in ("calls", "tickets"):
        for key, shares, spans in _measured(session, scope, subject):
            row = found.setdefault(key, {"shares": {}, "spans": {}})
            row["shares"] |= shares
            row["spans"] |= spans
    numbers = {key: Numbers(**row) for key, row in found.items()}
    return Report(
        numbers.get(("all", None), Numbers()),
        {key: row for (kind, key), row in numbers.items() if kind == "station" and isinstance(key, UUID)},
        {key: row for (kind, key), row in numbers.items() if kind == "need" and isinstance(key, str)},
    )


def totals(session: Session, scope: Scope) -> Numbers:
    """Return the measures of all of a scope, without what they are made of."""
    shares: dict[str, Rate] = {}
    spans: dict[str, Quantiles] = {}
    for subject in ("calls", "tickets"):
        for _key, some, times in _measured(session, scope, subject, parts=False):
            shares |= some
            spans |= times
    return Numbers(shares, spans)


def answering(session: Session, scope: Scope) -> Numbers:
    """Return the measures of a scope's calls alone; one query."""
    return next((Numbers(shares, spans) for _key, shares, spans in _measured(session, scope, "calls", parts=False)))


_Measured = tuple[tuple[str, object], dict[str, Rate], dict[str, Quantiles]]


def _measured(session: Session, scope: Scope, subject: Subject, *, parts: bool = True) -> list[_Measured]:
    facts = CALLS if subject == "calls" else TICKETS
    shares = [share for share in SHARES.values() if share.subject == subject]
    spans = [span for span in SPANS.values() if span.subject == subject]
    columns: list[ColumnElement[Any]] = []
    for share in shares:
        columns += [func.count().filter(share.part), func.count().filter(share.whole)]
    for span in spans:
        columns += [func.count(span.seconds), func.percentile_disc(_POINTS).within_group(span.seconds)]
    keys: list[ColumnElement[Any]] = [facts.c.group_id, facts.c.need]
    query = select(null(), null(), literal(3), *columns).select_from(facts)
    if parts:
        sets = func.grouping_sets(tuple_(), *(tuple_(key) for key in keys))
        query = select(*keys, func.grouping(*keys), *columns).group_by(sets)
    rows = session.execute(query, scope.values()).all()
    return [_read(tuple(row), [s.code for s in shares], [s.code for s in spans]) for row in rows]


def _read(row: tuple[Any, ...], shares: list[str], spans: list[str]) -> _Measured:
    group, need, left_out, *rest = row
    values = iter(rest)
    key = {1: ("station", group), 2: ("need", need)}.get(left_out, ("all", None))  # a bit for each key left out
    read = {code: Rate(next(values), next(values)) for code in shares}
    times = {code: Quantiles(next(values), *(next(values) or (None, None, None))) for code in spans}
    return key, read, times


def spread(session: Session, scope: Scope) -> Spread:
    """Return how a scope's calls are spread over time and over the chain; one query."""
    day = cast(CALLS.c.wall, Date)
    weekday, hour = func.extract("isodow", CALLS.c.wall), func.extract("hour", CALLS.c.wall)
    facts = select(
        day.label("day"), weekday.label("weekday"), hour.label("hour"), CALLS.c.depth, CALLS.c.reached
    ).where(CALLS.c.over).subquery("facts")  # fmt: skip
    keys = (facts.c.day, facts.c.weekday, facts.c.hour, facts.c.depth)
    sets = func.grouping_sets(tuple_(keys[0]), tuple_(keys[1], keys[2]), tuple_(keys[3]))
    query = select(*keys, func.count(), func.count().filter(facts.c.reached)).group_by(sets)
    days: dict[str, tuple[int, int]] = {}
    hours: dict[tuple[int, int], tuple[int, int]] = {}
    depth: dict[str, int] = {}
    for date, dow, clock, kind, calls, reached in session.execute(query, scope.values()):
        if date is not None:
            days[date.isoformat()] = calls, reached
        elif dow is not None:
            hours[int(dow), int(clock)] = calls, reached
        else:
            depth[kind or ""] = calls
    return Spread(days, hours, depth)
