"""A period of days as an address names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import abort, request

from hotline.clock import span_of
from hotline.web.language import _

DAYS = 30
LONGEST = 3 * 366
"""Days of a period at most: what is asked for must be answered soon."""


class PeriodError(ValueError):
    """The days asked for cannot be; the message says why, in the reader's language."""


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return the moments at which it begins and ends."""
        return span_of(self.first)[0], span_of(self.last)[1]

    @property
    def before(self) -> Period:
        """The period of the same length just before."""
        length = self.last - self.first + timedelta(days=1)
        return Period(self.first - length, self.last - length)


def asked(last: date, first: date | None = None, mark: str = "") -> Period:
    """Return the period that the address asks for as ``since`` and ``until`` (with ``mark`` behind both names).

    ``last`` and ``first`` are its days where it says nothing, 30 of them where ``first`` says nothing either.
    Answers 400 for what is no period.
    """
    try:
        return typed(last, first, mark)
    except PeriodError:
        abort(400)


def typed(last: date, first: date | None = None, mark: str = "") -> Period:
    """Return the same of a form that people fill in. Raises PeriodError."""
    since, until = (request.values.get(f"{name}{mark}") for name in ("since", "until"))
    try:
        last = date.fromisoformat(until) if until else last
        first = first or last - timedelta(days=DAYS - 1)
        first = date.fromisoformat(since) if since else first
    except (ValueError, OverflowError):
        raise PeriodError(_("日期应写成 2026-11-25。")) from None
    if first > last:
        raise PeriodError(_("起始日期不能晚于截止日期。"))
    if not (first.year >= 2000 and last.year <= 2200 and (last - first).days < LONGEST):
        raise PeriodError(_("一次最多三年，从 2000 年起。"))
    return Period(first, last)
