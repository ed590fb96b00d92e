"""Response times side by side: two periods, two stations, or both; every number opens its tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, url_for
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.calls.statistics import reading
from hotline.calls.statistics.measures import SHARES, SPANS
from hotline.calls.statistics.reading import Numbers, Report
from hotline.calls.statistics.scope import subtree
from hotline.clock import local
from hotline.web import period as periods
from hotline.web import place
from hotline.web.language import _, words
from hotline.web.period import Period
from hotline.web.place import Place
from hotline.web.response_cells import Cell, Table, percent, seconds
from hotline.web.response_tables import COLUMNS, POINTS
from hotline.web.response_times import file_of
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets.rates import Rate

views = Blueprint("response_compare", __name__, url_prefix="/response-times/compare")

MARK = "_b"
"""Behind the names of what the address says of the second side."""


@dataclass(frozen=True)
class Side:
    """One of the two: a part of the tree in a period, and what was counted there."""

    letter: str
    where: Place
    period: Period
    report: Report

    @property
    def name(self) -> str:
        """Whose and when, in a line."""
        return f"{self.letter} · {self.where.name(self.where.station.id)} · {self.period.first} – {self.period.last}"

    def link(self, measure: str, side: str = "whole", /, **narrowed: object) -> str:
        """Return the address of the tickets behind one of its numbers."""
        kept = {"tenant": self.where.tenant.code, "station": self.where.station.code,
                "since": self.period.first, "until": self.period.last}  # fmt: skip
        asked = urlencode({**kept, "measure": measure, "side": side, **narrowed})
        return f"{url_for('response_times.tickets')}?{asked}"


@views.get("")
@needs(Permission.STATISTICS_SEE)
def show() -> str:
    """The page."""
    with exchange().sessions() as session:
        found = _sides(session)
        if found is None:
            return render_template("response_compare.html", tenant=None)
        first, second = found
        return render_template(
            "response_compare.html", tenant=first.where.tenant, first=first, second=second,
            tables=_tables(first, second), chart=_chart(first, second),
        )  # fmt: skip


@views.get("/<name>.csv", defaults={"kind": "csv"})
@views.get("/<name>.xlsx", defaults={"kind": "xlsx"})
@needs(Permission.EXPORT)
def download(name: str, kind: str) -> Response:
    """One of the page's tables as a file."""
    with exchange().sessions() as session:
        sides = _sides(session) or abort(404)
        table = next((one for one in _tables(*sides) if one.code == name), None) or abort(404)
    return file_of(table, kind, "-".join([name, *(f"{s.where.station.code}-{s.period.first}" for s in sides)]))


def _sides(session: Session) -> tuple[Side, Side] | None:
    """Read both sides; where the address says nothing of the second it is the same station, the period before."""
    period = periods.asked(local(exchange().clock()).date())
    where = place.find(session, current.reach())
    other = place.find(session, current.reach(), field=f"station{MARK}")
    if where is None or other is None:
        return None
    before = period.before if other.station.id == where.station.id else period
    second = periods.asked(before.last, before.first, MARK)
    return _side(session, _("甲"), where, period), _side(session, _("乙"), other, second)


def _side(session: Session, letter: str, where: Place, period: Period) -> Side:
    return Side(letter, where, period, reading.report(session, subtree(where.tree, period.span)))


def _tables(first: Side, second: Side) -> Sequence[Table]:
    heads = (_("指标"), first.letter, second.letter, _("相差"), _("%(side)s 总数", side=first.letter),
             _("%(side)s 总数", side=second.letter), _("口径"))  # fmt: skip
    found = [Table("compare", _("全部指标"), heads, _measures(first, second))]
    if first.where.station.id == second.where.station.id:
        found.append(_stations(first, second))
    return found


def _measures(first: Side, second: Side) -> list[Sequence[Cell]]:
    one, two, rows = first.report.all, second.report.all, list[Sequence[Cell]]()
    calls = SHARES["calls"]
    counts = one.share("calls").whole, two.share("calls").whole
    ends = (Cell(""), Cell(""), Cell(words(calls.definition)))
    rows.append((Cell(words(calls.name), head=True), _count(first, "calls", counts[0]),
                 _count(second, "calls", counts[1]), _more(counts[0] - counts[1]), *ends))  # fmt: skip
    for code in (code for code in SHARES if code != "calls"):
        share = SHARES[code]
        wholes = _count(first, code, one.share(code).whole), _count(second, code, two.share(code).whole)
        rows.append((Cell(words(share.name), head=True), *_shares(first, second, code, one, two), *wholes,
                     Cell(words(share.definition))))  # fmt: skip
    for code, span in SPANS.items():
        wholes = _count(first, code, one.span(code).count), _count(second, code, two.span(code).count)
        for point, pick in zip(POINTS, ("median", "p90", "p95"), strict=True):
            rows.append((Cell(f"{words(span.name)} {point}", head=True), *_spans(first, second, code, pick, one, two),
                         *wholes, Cell(words(span.definition))))  # fmt: skip
    return rows


def _stations(first: Side, second: Side) -> Table:
    heads = [_("服务站")]
    for name in (words(SHARES["calls"].name), words(SHARES["connect"].name), words(SHARES["within_15"].name),
                 f"{words(SPANS['wait'].name)} P50"):  # fmt: skip
        heads += [f"{name} {first.letter}", f"{name} {second.letter}", _("相差")]
    rows = []
    for id_ in dict.fromkeys(subtree(first.where.tree, first.period.span).groups):
        one, two = (side.report.stations.get(id_, Numbers()) for side in (first, second))
        counts = one.share("calls").whole, two.share("calls").whole
        name = first.where.name(id_)
        if id_ == first.where.station.id:
            name = _("%(name)s（本级）", name=name)
        rows.append((
            Cell(name, head=True), _count(first, "calls", counts[0], under=id_),
            _count(second, "calls", counts[1], under=id_), _more(counts[0] - counts[1]),
            *_shares(first, second, "connect", one, two, under=id_),
            *_shares(first, second, "within_15", one, two, under=id_),
            *_spans(first, second, "wait", "median", one, two, under=id_),
        ))  # fmt: skip
    return Table("stations", _("各站"), heads, rows, _("含下级各站。"))


def _shares(first: Side, second: Side, code: str, one: Numbers, two: Numbers, **narrowed: object) -> Sequence[Cell]:
    """A share on both sides and the difference in percentage points."""
    cells = [
        Cell(percent(rate), "" if rate.share is None else round(rate.share, 4),
             side.link(code, "part", **narrowed) if rate.part else "")
        for side, rate in ((first, one.share(code)), (second, two.share(code)))
    ]  # fmt: skip
    by = _points(one.share(code), two.share(code))
    better = SHARES[code].more_is_better
    return [
        *cells,
        Cell("—") if by is None else Cell(f"{by:+.1f}" if by else "0", by, tone=_tone(by, more_is_better=better)),
    ]


def _spans(
    first: Side, second: Side, code: str, pick: str, one: Numbers, two: Numbers, **narrowed: object
) -> Sequence[Cell]:
    """A time on both sides and the difference."""
    values: list[int | None] = [getattr(numbers.span(code), pick) for numbers in (one, two)]
    cells = [
        Cell(seconds(value), "" if value is None else value,
             side.link(code, **narrowed) if value is not None else "")
        for side, value in zip((first, second), values, strict=True)
    ]  # fmt: skip
    if values[0] is None or values[1] is None:
        return [*cells, Cell("—")]
    by = values[0] - values[1]
    sign = "+" if by > 0 else "−"
    return [*cells, Cell(f"{sign}{seconds(abs(by))}" if by else "0", by, tone=_tone(by, more_is_better=False))]


def _count(side: Side, code: str, count: int, **narrowed: object) -> Cell:
    return Cell(str(count), count, side.link(code, **narrowed) if count else "")


def _more(by: int) -> Cell:
    return Cell(f"{by:+d}" if by else "0", by)


def _points(one: Rate, two: Rate) -> float | None:
    return None if one.share is None or two.share is None else round(100 * (one.share - two.share), 1)


def _tone(by: float, *, more_is_better: bool) -> str:
    return "" if by == 0 else "good" if (by > 0) == more_is_better else "bad"


def _chart(first: Side, second: Side) -> Mapping[str, Any]:
    def percents(side: Side) -> list[float | None]:
        rates = (side.report.all.share(code).share for code in COLUMNS)
        return [None if share is None else round(100 * share, 1) for share in rates]

    return {
        "labels": [words(SHARES[code].name) for code in COLUMNS],
        "first": percents(first),
        "second": percents(second),
        "links": [first.link(code, "part") for code in COLUMNS],
        "others": [second.link(code, "part") for code in COLUMNS],
        "words": {"first": first.name, "second": second.name},
    }
