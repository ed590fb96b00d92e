"""A period of days as an address names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import abort, request

from hotline.clock import span_of

DAYS = 30
LONGEST = 3 * 366
"""Days of a period at most: what is asked for must be answered soon."""


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
    since, until = (request.args.get(f"{name}{mark}") for name in ("since", "until"))
    try:
        last = date.fromisoformat(until) if until else last
        first = first or last - timedelta(days=DAYS - 1)
        first = date.fromisoformat(since) if since else first
    except (ValueError, OverflowError):
        abort(400)
    if not (first.year >= 2000 and first <= last and last.year <= 2200 and (last - first).days < LONGEST):
        abort(400)
    return Period(first, last)
