"""When a station, team or partner can be reached, in the opening_hours syntax of OpenStreetMap. Pure.

Our own reader for the part in use here, because it must hold where it matters most, at night and on holidays:
``opening-hours-py`` 2.1 drops Friday night's hours when Saturday has a rule of its own, and its calendar knows six
of the some thirty official days off a year. See docs/adr on opening hours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import chinese_calendar

from hotline.clock import local

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_MINUTES = 24 * 60

_RULE = re.compile(
    r"^(?:(?P<months>[A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?)\s+)?"
    r"(?:(?P<days>(?:[A-Z][a-z]|PH)(?:\s*[-,]\s*(?:[A-Z][a-z]|PH))*)\s*)?"
    r"(?P<times>off|closed|24/7|[\d:,\-\s]+)?$"
)
_TIME = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")


class HoursError(ValueError):
    """The text is no opening hours; the message says why in Chinese and English."""


@dataclass(frozen=True)
class _Rule:
    months: frozenset[int]
    days: frozenset[int]
    holidays: bool
    spans: tuple[tuple[int, int], ...]
    """Minutes from midnight; an end beyond 1440 is on the next day."""

    def holds(self, day: date, weekday: int, *, holiday: bool) -> bool:
        """True when the rule speaks about ``day``, which counts as ``weekday`` or as a public holiday."""
        return day.month in self.months and (self.holidays if holiday else weekday in self.days)


def is_open(spec: str, at: datetime) -> bool:
    """True when ``spec`` is open at the aware moment ``at``, in Asia/Shanghai time. Raises HoursError.

    The last rule for a day counts, and a ``PH`` rule before all others on an official day off. Where a spec has a
    ``PH`` rule, a make-up working day (调休) counts as a Monday. In years whose official calendar is not published
    yet every day is an ordinary one.
    """
    moment = local(at)
    return _is_open(spec, moment.date(), moment.hour * 60 + moment.minute)


def check(spec: str) -> str:
    """Return ``spec`` in plain form. Raises HoursError with the reason in Chinese and English."""
    _rules(spec)
    return "; ".join(part.strip() for part in _plain(spec).split(";") if part.strip())


@lru_cache(maxsize=4096)
def _is_open(spec: str, today: date, minute: int) -> bool:
    """Remembered, since every call of a minute asks for the same lines."""
    rules, yesterday = _rules(spec), today - timedelta(days=1)
    return any(start <= minute < end for start, end in _spans(rules, today)) or any(
        minute + DAY_MINUTES < end for _, end in _spans(rules, yesterday)
    )


def _spans(rules: tuple[_Rule, ...], day: date) -> tuple[tuple[int, int], ...]:
    weekday, official = day.weekday(), any(rule.holidays for rule in rules)
    if official and day in chinese_calendar.holidays:
        for rule in reversed(rules):
            if rule.holds(day, weekday, holiday=True):
                return rule.spans
    if official and day in chinese_calendar.workdays:
        weekday = 0
    return next((rule.spans for rule in reversed(rules) if rule.holds(day, weekday, holiday=False)), ())


def _plain(spec: str) -> str:
    return unicodedata.normalize("NFKC", spec).replace("–", "-").replace("—", "-").strip()


@lru_cache(maxsize=1024)
def _rules(spec: str) -> tuple[_Rule, ...]:
    parts = [part.strip() for part in _plain(spec).split(";")]
    rules = tuple(_rule(part) for part in parts if part)
    if not rules:
        raise HoursError("时间为空，全天请写 24/7 (no hours given; write 24/7 for always)")
    return rules


def _rule(text: str) -> _Rule:
    match = _RULE.match(text)
    if not match or not text:
        raise HoursError(f"看不懂 “{text}”，例如 Mo-Fr 08:30-12:00,14:00-17:30 (not opening hours)")
    items = re.sub(r"\s", "", match["days"] or "").split(",") if match["days"] else []
    weekdays = [item for item in items if item != "PH"]
    times = match["times"]
    if not times and not items:
        raise HoursError(f"“{text}” 没有写时间 (no times given)")
    return _Rule(
        months=frozenset(m + 1 for m in _range(match["months"], MONTHS))
        if match["months"]
        else frozenset(range(1, 13)),
        days=frozenset(d for item in weekdays for d in _range(item, DAYS)) if items else frozenset(range(7)),
        holidays="PH" in items,
        spans=tuple(_times(times or "24/7")),
    )


def _range(text: str, names: tuple[str, ...]) -> Iterator[int]:
    first, _, last = text.partition("-")
    for name in (first, last or first):
        if name not in names:
            raise HoursError(f"“{name}” 不是 {names[0]} 到 {names[-1]} 之一 (not one of {', '.join(names)})")
    start, end = names.index(first), names.index(last or first)
    yield from ((start + step) % len(names) for step in range((end - start) % len(names) + 1))


def _times(text: str) -> Iterator[tuple[int, int]]:
    if text in ("off", "closed"):
        return
    if text == "24/7":
        yield 0, DAY_MINUTES
        return
    for part in re.sub(r"\s", "", text).split(","):
        match = _TIME.match(part)
        if not match:
            raise HoursError(f"“{part}” 不是时间段，例如 08:30-12:00 (not a span of time)")
        hour, minute, end_hour, end_minute = (int(group) for group in match.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if minute > 59 or end_minute > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
            raise HoursError(f"“{part}” 超出一天或长度为零，全天请写 00:00-24:00 (beyond a day, or empty)")
        yield start, end if end > start else end + DAY_MINUTES
