"""The pictures of the response times as data; static/js/charts.js draws them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hotline.web.language import _
from hotline.web.response_cells import behind
from hotline.web.response_tables import ENDINGS, Figures, days_between, depth_name, depth_order, weekday_name

Chart = Mapping[str, Any]


def charts(figures: Figures) -> Mapping[str, Chart]:
    """Return the chart of each table that has one, by the table's code."""
    found = {"days": _days(figures), "depth": _depth(figures), "stations": _stations(figures), "hours": _hours(figures)}
    return {code: chart for code, chart in found.items() if chart}


def _days(figures: Figures) -> Chart:
    days = figures.report.spread.days
    if not days:
        return {}
    every = days_between(date.fromisoformat(min(days)), date.fromisoformat(max(days)))
    return {
        "labels": [day[5:].replace("-", "/") for day in every],
        "reached": [days.get(day, (0, 0))[1] for day in every],
        "missed": [days.get(day, (0, 0))[0] - days.get(day, (0, 0))[1] for day in every],
        "rate": [_percent(days[day][1], days[day][0]) if day in days else None for day in every],
        "links": [behind("connect", day=day) for day in every],
        "words": {"reached": _("真人接听"), "missed": _("未接通"), "rate": _("接通率"), "norm": _("应达 95%")},
    }


def _depth(figures: Figures) -> Chart:
    depth = figures.report.spread.depth
    order = depth_order(depth)
    return {
        "labels": [depth_name(code) for code in order],
        "values": [depth[code] for code in order],
        "lost": [code in ENDINGS for code in order],
        "links": [behind("connect", depth=code) for code in order],
        "words": {"calls": _("来电")},
    } if order else {}  # fmt: skip


def _stations(figures: Figures) -> Chart:
    rows = [
        (name, id_, figures.report.stations[id_])
        for id_, name in figures.stations.items()
        if id_ in figures.report.stations and figures.report.stations[id_].share("connect").whole
    ]
    rows.sort(key=lambda row: row[2].share("connect").share or 0)
    return {
        "labels": [name for name, _id, _numbers in rows],
        "connect": [_percent(n.share("connect").part, n.share("connect").whole) for _name, _id, n in rows],
        "within": [_percent(n.share("within_15").part, n.share("within_15").whole) for _name, _id, n in rows],
        "links": [behind("connect", side="rest", under=id_) for _name, id_, _numbers in rows],
        "words": {"connect": _("接通率"), "within": _("15 秒内接通"), "norm": _("应达 95%")},
    } if rows else {}  # fmt: skip


def _hours(figures: Figures) -> Chart:
    hours = figures.report.spread.hours
    return {
        "days": [weekday_name(day) for day in range(1, 8)],
        "cells": [[hour, day - 1, calls, calls - reached] for (day, hour), (calls, reached) in sorted(hours.items())],
        "link": behind("connect"),
        "words": {"calls": _("来电"), "missed": _("未接通"), "hour": _("时")},
    } if hours else {}  # fmt: skip


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
