"""Reads the measures of a scope: everything, by station, by need; by day, by hour of the week, by who answered.

Days that are over and the last hours come from their kept figures where these still hold (see days), all else from
the rows. Of a station with a mark what it had itself is taken away again, and added from the rows: all marks together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from hotline.calls.statistics import counting, days
from hotline.calls.statistics.scope import Piece, Pieces, Scope
from hotline.calls.statistics.seconds import Quantiles
from hotline.calls.statistics.tally import Count, Document, Tally, plus, total
from hotline.calls.statistics.units import span
from tickets.rates import Rate


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
class Spread:
    """Calls over by day (calls, reached), by (ISO weekday, hour) and by depth: what answered, or how it was lost."""

    days: Mapping[str, tuple[int, int]]
    hours: Mapping[tuple[int, int], tuple[int, int]]
    depth: Mapping[str, int]


@dataclass(frozen=True)
class Report:
    """The measures of all, by station shown and by need (empty: no key was pressed), and how the calls are spread."""

    all: Numbers
    stations: Mapping[UUID, Numbers]
    needs: Mapping[str, Numbers]
    spread: Spread
    helpers: Mapping[str, Tally]
    """Of branch lines, teams and partners by identifier (see helpers.helpers)."""


def report(session: Session, scope: Scope, *, times: bool = False) -> Report:
    """Return all measures of a scope; ``times``: each station's and need's with the long times, call back on."""
    found, without = _counted(session, scope, parts=True, times=times), () if times else days.LONG
    return Report(
        _numbers(found.all),
        {id_: _numbers(tally, without) for id_, tally in found.stations.items() if tally},
        {need: _numbers(tally, without) for need, tally in found.parts.needs.items() if tally},
        _spread(found.parts),
        {code: tally for code, tally in found.parts.helpers.items() if tally},
    )


def totals(session: Session, scope: Scope) -> Numbers:
    """Return the measures of all of a scope, without what they are made of."""
    return _numbers(_counted(session, scope, parts=False, times=False).all)


def answering(session: Session, scope: Scope) -> Numbers:
    """Return the measures of a scope's calls alone, from their rows; one query."""
    return _numbers(total(tally for _group, _need, tally in counting.tallies(session, scope, "calls")))


@dataclass
class _Sums:
    all: Tally = field(default_factory=Tally)
    stations: dict[UUID, Tally] = field(default_factory=lambda: defaultdict(Tally))
    parts: Count = field(default_factory=Count)


def _counted(session: Session, scope: Scope, *, parts: bool, times: bool) -> _Sums:
    """Return the sum of a scope and (``parts``) of each station shown and of the parts; ``times`` as in report."""
    found, held = _Sums(), days.holding(session, scope)
    shown = scope if parts else replace(scope, groups=(scope.top,) * len(scope.stations))
    group_of = dict(zip(shown.stations, shown.groups, strict=True))
    stale: dict[UUID, Count] = defaultdict(Count)
    for unit, marked in held.items():
        for row in days.read(session, scope, unit, marked, parts=parts, times=times):
            if row.what == "top":
                _add_top(found, row, times=times)
            elif row.what == "other":
                _add_kept(found.stations[row.station_id], row.tally, row.times)
            elif row.what == "marked":
                stale[group_of[row.station_id]].take_kept(row.parts, row.day)
            else:
                stale[group_of[row.station_id]].add_kept(row.parts, row.day)
    counted: list[Mapping[UUID, Count]] = [stale]
    for since, until in _besides(scope, [span(key) for marked in held.values() for key in marked]):
        counted.append(counting.count(session, replace(shown, since=since, until=until)))
    pieces = [Piece(station, group_of[station], *span(key))
              for marked in held.values() for key, stations in marked.items() for station in stations]  # fmt: skip
    if pieces:
        counted.append(counting.count(session, Pieces(scope.tenant_id, pieces)))
    for part in counted:
        _add_counted(found, part)
    return found


def _add_counted(found: _Sums, counted: Mapping[UUID, Count]) -> None:
    for group, count in counted.items():
        tally = count.all()
        found.all.add(tally)
        found.stations[group].add(tally)
        found.parts.add(count)


def _add_top(found: _Sums, row: Row[Any], *, times: bool) -> None:
    without = () if times else days.LONG
    _add_kept(found.all, [row.tally], [row.times])
    if row.parts:
        found.parts.add_kept(row.parts, row.day, without)
        if row.parts["own"]:  # the top is shown with what it had itself, without those below it
            found.stations[row.station_id].add_kept(row.parts["own"], without)


def _add_kept(tally: Tally, tallies: Iterable[Document], times: Iterable[Document] | None) -> None:
    for kept in tallies:
        tally.add_kept(kept)
    for spans in times or ():
        tally.add_kept({"shares": {}, "spans": spans})


def _besides(scope: Scope, held: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of a scope that lie outside those held."""
    since = scope.since
    for begins, ends in sorted(held):
        if since < begins:
            yield since, begins
        since = ends
    if since < scope.until:
        yield since, scope.until


def _numbers(tally: Tally, without: Collection[str] = ()) -> Numbers:
    spans = {code: tally.span(code) for code in tally.spans if code not in without}
    return Numbers({code: tally.share(code) for code in tally.shares}, spans)


def _spread(count: Count) -> Spread:
    by_day: dict[str, tuple[int, int]] = {}
    by_hour: dict[tuple[int, int], tuple[int, int]] = {}
    for (day, hour), pair in count.hours.items():
        if not pair[0]:
            continue  # taken away with what had changed
        plus(by_day, day.isoformat(), pair)
        plus(by_hour, (day.isoweekday(), hour), pair)
    return Spread(by_day, by_hour, +count.depth)
