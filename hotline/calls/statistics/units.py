"""What is kept counted: every day that is over, and of the last days every hour, in three tables each of one shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import TextClause, text

from hotline.calls.statistics.models import DayFigures, HourFigures
from hotline.clock import span_of

Key = date | datetime
"""Which one: a day of Asia/Shanghai, or the moment at which an hour begins."""
RECENT = timedelta(days=2)
"""Hours are kept of today and so many days before: while such a day has a mark, most of its hours have none."""


@dataclass(frozen=True)
class Unit:
    """``name``: of the column that says which, and in the names of the tables. ``day``: the day that it lies in."""

    name: str
    figures: type[DayFigures | HourFigures]
    sql_type: str
    day: str
    _made: dict[str, TextClause] = field(default_factory=dict, compare=False, repr=False)

    def sql(self, template: str) -> TextClause:
        """Return a statement on its own tables: ``{unit}``, ``{type}`` and ``{day}`` are filled in, once."""
        if template not in self._made:
            self._made[template] = text(template.format(unit=self.name, type=self.sql_type, day=self.day))
        return self._made[template]


DAY = Unit("day", DayFigures, "date", "day")
HOUR = Unit("hour", HourFigures, "timestamptz", "(hour AT TIME ZONE 'Asia/Shanghai')::date")


def span(key: Key) -> tuple[datetime, datetime]:
    """Return the moments at which a day or an hour begins and ends."""
    return (key, key + timedelta(hours=1)) if isinstance(key, datetime) else span_of(key)
