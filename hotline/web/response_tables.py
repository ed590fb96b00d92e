"""The tables of the response times: the same rows on the page and in the download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from hotline.calls.reasons import TIERS
from hotline.calls.statistics.helpers import Helper
from hotline.calls.statistics.measures import SHARES, SPANS
from hotline.calls.statistics.reading import Numbers, Report
from hotline.calls.statistics.seconds import Quantiles
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web.language import _, language, words
from hotline.web.response_cells import Cell, Table, count_cell, percent, seconds, share_cell, span_cell
from tickets.rates import Rate

COLUMNS = (
    "connect",
    "within_15",
    "abandoned",
    "message",
    "call_back",
    "wrap_up",
    "response",
    "resolution",
    "satisfaction",
)
"""The shares of a row of stations and needs."""
POINTS = ("P50", "P90", "P95")
ENDINGS = {
    "message": ("转为留言", "left a message"),
    "abandoned": ("接通前挂断", "abandoned"),
    "told": ("听完进度后挂断", "told how the case stands"),
    "unconfirmed": ("未确认真人", "no human confirmed"),
}
"""How a call ends that no human took."""


@dataclass(frozen=True)
class Figures:
    """What the page is made of. ``stations``: those shown, with their names; ``top``: the one chosen."""

    report: Report
    before: Numbers
    helpers: Sequence[Helper]
    stations: Mapping[UUID, str]
    top: UUID


def tables(figures: Figures) -> Sequence[Table]:
    """Return all tables in the order of the page."""
    return [
        _summary(figures),
        _times(figures),
        _days(figures),
        _depth(figures),
        _stations(figures),
        _hours(figures),
        _needs(figures),
        _helpers(figures),
    ]


def need_name(code: str) -> str:
    """What a caller asked for."""
    pair = NEEDS.get(code) or DOMAINS.get(code)
    return words(pair) if pair else (code or _("没有按键选择"))


def depth_name(code: str) -> str:
    """What answered a call, or how it ended."""
    return words(ENDINGS.get(code) or TIERS.get(code) or (code or "—", code or "—")) if code else "—"


def weekday_name(number: int | None) -> str:
    """The name of an ISO weekday."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return names[number - 1] if number else ""


def depth_order(depth: Mapping[str, int]) -> Sequence[str]:
    """Return the depths in the order of the chain, then how calls were lost."""
    known = [code for code in TIERS if code not in ENDINGS] + list(ENDINGS)
    return sorted(depth, key=lambda code: known.index(code) if code in known else len(known))


def _summary(figures: Figures) -> Table:
    def rows() -> Iterator[Sequence[Cell]]:
        for code, share in SHARES.items():
            now, was = figures.report.all.share(code), figures.before.share(code)
            words_ = Cell(words(share.definition)), Cell(words(share.source))
            if code == "calls":
                yield (
                    Cell(words(share.name), head=True),
                    count_cell(now.part, code),
                    Cell(""),
                    Cell(""),
                    Cell(str(was.part), was.part),
                    *words_,
                )
                continue
            values = share_cell(code, now), count_cell(now.part, code, side="part"), count_cell(now.whole, code)
            yield (
                Cell(words(share.name), head=True),
                *values,
                Cell(percent(was), round(was.share, 4) if was.share is not None else ""),
                *words_,
            )
        for code, span in SPANS.items():
            for label, pick in (("P50", "median"), ("P90", "p90"), ("P95", "p95")):
                now_, was_ = figures.report.all.span(code), figures.before.span(code)
                value, old = getattr(now_, pick), getattr(was_, pick)
                yield (
                    Cell(f"{words(span.name)} {label}", head=True), span_cell(code, value),
                    count_cell(now_.count, code), Cell(""),
                    Cell(seconds(old), "" if old is None else old),
                    Cell(words(span.definition)), Cell(words(span.source)),
                )  # fmt: skip

    heads = (_("指标"), _("本期"), _("个数"), _("总数"), _("上期"), _("口径"), _("来源"))
    return Table("summary", _("全部指标与口径"), heads, list(rows()))


def _times(figures: Figures) -> Table:
    rows = []
    for code, span in SPANS.items():
        now, was = figures.report.all.span(code), figures.before.span(code)
        cells = [span_cell(code, value) for value in (now.median, now.p90, now.p95)]
        old = [Cell(seconds(value), "" if value is None else value) for value in (was.median, was.p90, was.p95)]
        texts = Cell(words(span.definition)), Cell(words(span.source))
        rows.append((Cell(words(span.name), head=True), count_cell(now.count, code), *cells, *old, *texts))
    before = [_("上期 %(point)s", point=point) for point in POINTS]
    return Table("times", _("用时"), (_("指标"), _("个数"), *POINTS, *before, _("口径"), _("来源")), rows)


def _days(figures: Figures) -> Table:
    days = figures.report.spread.days
    rows = []
    for day in sorted(days, reverse=True):
        rate = Rate(days[day][1], days[day][0])
        rows.append((
            Cell(day, day, head=True), count_cell(rate.whole, "connect", day=day),
            share_cell("connect", rate, day=day), count_cell(rate.whole - rate.part, "connect", side="rest", day=day),
        ))  # fmt: skip
    return Table("days", _("逐日"), (_("日期"), _("来电"), _("接通率"), _("未接通")), rows)


def _depth(figures: Figures) -> Table:
    depth = figures.report.spread.depth
    whole = sum(depth.values())
    order = depth_order(depth)
    rows = [
        (
            Cell(depth_name(code), head=True),
            count_cell(depth[code], "connect", depth=code),
            Cell(percent(Rate(depth[code], whole)), round(depth[code] / whole, 4)),
        )
        for code in order
    ]
    return Table("depth", _("接听层级"), (_("由谁接听"), _("来电"), _("占比")), rows)


def _heads(first: str) -> Sequence[str]:
    times = [f"{words(SPANS['wait'].name)} {point}" for point in POINTS]
    return [first, words(SHARES["calls"].name), *(words(SHARES[code].name) for code in COLUMNS), *times]


def _row(name: str, numbers: Numbers, **narrowed: object) -> Sequence[Cell]:
    wait: Quantiles = numbers.span("wait")
    return [
        Cell(name, head=True),
        count_cell(numbers.share("calls").whole, "calls", **narrowed),
        *(share_cell(code, numbers.share(code), **narrowed) for code in COLUMNS),
        *(span_cell("wait", value, **narrowed) for value in (wait.median, wait.p90, wait.p95)),
    ]


def _stations(figures: Figures) -> Table:
    own = _("%(name)s（本级）", name=figures.stations[figures.top])
    rows = [
        _row(
            own if id_ == figures.top and len(figures.stations) > 1 else name,
            figures.report.stations.get(id_, Numbers()),
            under=id_,
        )
        for id_, name in figures.stations.items()
    ]
    return Table("stations", _("各站"), _heads(_("服务站")), rows, _("含下级各站。"))


def _needs(figures: Figures) -> Table:
    needs = sorted(figures.report.needs, key=lambda code: -figures.report.needs[code].share("calls").whole)
    rows = [_row(need_name(code), figures.report.needs[code], need=code) for code in needs]
    return Table("needs", _("按需求"), _heads(_("需求")), rows)


def _hours(figures: Figures) -> Table:
    hours = figures.report.spread.hours
    rows = [
        [Cell(weekday_name(day), head=True)]
        + [count_cell(hours.get((day, hour), (0, 0))[0], "connect", weekday=day, hour=hour) for hour in range(24)]
        for day in range(1, 8)
    ]
    return Table("hours", _("时段分布"), (_("星期"), *(f"{hour:02d}" for hour in range(24))), rows)


def _helpers(figures: Figures) -> Table:
    kinds = {"team": _("志愿服务队"), "partner": _("社会力量")}
    rows = [
        (
            Cell((h.name_en if language() == "en" else "") or h.name, head=True), Cell(kinds[h.kind]),
            count_cell(h.rung, "calls", helper=h.id), Cell(percent(Rate(h.taken, h.rung)), h.taken),
            Cell(seconds(h.seconds), h.seconds or ""),
            count_cell(h.handed, "calls", helper=h.id), Cell(percent(Rate(h.done, h.handed)), h.done),
            Cell(percent(Rate(h.in_time, h.handed)), h.in_time), Cell(str(h.returned), h.returned),
        )
        for h in figures.helpers
    ]  # fmt: skip
    heads = (
        _("名称"),
        _("类别"),
        _("振铃次数"),
        _("接听率"),
        _("接听用时 P50"),
        _("转办"),
        _("办结率"),
        _("按期办结率"),
        _("退回"),
    )
    return Table("helpers", _("社会力量与志愿服务队"), heads, rows)


def days_between(first: date, last: date) -> Sequence[str]:
    """Return all days from first to last, those without calls too."""
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
