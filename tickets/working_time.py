"""Time that counts: whole days or the official working days of China, without the spans in which we wait. Pure.

A working day counts as its 24 hours in Asia/Shanghai, so seven working days from Tuesday 15:00 end at 15:00 seven
working days later. Public holidays do not count, make-up working days (调休) do. The State Council publishes the
calendar a year at a time; in a year not published yet every Monday to Friday counts, and ``unpublished`` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import chinese_calendar

from hotline.clock import SHANGHAI, local

_PUBLISHED = frozenset(day.year for day in chinese_calendar.holidays)
_DAY = timedelta(days=1)
_FAR = datetime.max.replace(tzinfo=UTC) - timedelta(days=400)
_WEEKEND = 5


@dataclass(frozen=True)
class Pause:
    """A span in which the survivor is awaited; ``end`` is None while that is still so."""

    start: datetime
    end: datetime | None = None


@lru_cache(maxsize=1024)
def is_working_day(day: date) -> bool:
    """True for an official working day, make-up days included; Monday to Friday where nothing is published."""
    return day in chinese_calendar.workdays or (day.weekday() < _WEEKEND and day not in chinese_calendar.holidays)


def is_public_holiday(day: date) -> bool:
    """True for an official festival day off, its weekend days included; an ordinary weekend is none."""
    return day in chinese_calendar.holidays


def unpublished(start: datetime, end: datetime) -> tuple[int, ...]:
    """Return the years between two moments whose official calendar is not published."""
    years = range(local(start).year, local(end).year + 1)
    return tuple(year for year in years if year not in _PUBLISHED)


def advance(start: datetime, amount: timedelta, pauses: Iterable[Pause] = (), *, working: bool = False) -> datetime:
    """Return the moment at which ``amount`` of counted time has passed since ``start``.

    Counted is what lies in no pause and, when ``working``, on a working day. A pause still open ends at its start:
    close it with the present moment to know better.
    """
    left = amount
    for begin, end in _counted(start, pauses, working=working):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise OverflowError("the counted time ends beyond the calendar")


def elapsed(start: datetime, end: datetime, pauses: Iterable[Pause] = (), *, working: bool = False) -> timedelta:
    """Return how much counted time lies between two moments."""
    total = timedelta()
    for span_begin, span_end in _counted(start, pauses, working=working):
        if span_begin >= end:
            break
        total += min(span_end, end) - span_begin
    return total


def _counted(start: datetime, pauses: Iterable[Pause], *, working: bool) -> Iterator[tuple[datetime, datetime]]:
    for begin, end in _free(start, pauses):
        if working:
            yield from _working(begin, end)
        else:
            yield begin, end


def _free(start: datetime, pauses: Iterable[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans from ``start`` on that lie in no pause, in order."""
    here = start
    for pause in sorted(pauses, key=lambda p: p.start):
        end = pause.end or pause.start
        if end <= here:
            continue
        if pause.start > here:
            yield here, pause.start
        here = end
    yield here, _FAR


def _working(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = local(begin).date()
    while (midnight := _midnight(day)) < end:
        if is_working_day(day):
            yield max(begin, midnight), min(end, midnight + _DAY)
        day += _DAY


@lru_cache(maxsize=1024)
def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
