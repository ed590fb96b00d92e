"""A repeating plan of duty: which lines of people take turns on which kinds of days. Pure.

A line is "on working days from 18:00 to 08:00: Li, Wang, Zhang in turn". Public holidays may have lines of their own,
which then stand instead of all others. From a plan come shifts for any period; the turns go on from period to period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from hotline.clock import SHANGHAI
from hotline.roster.calendar import day_info, public_holiday
from hotline.roster.pieces import Piece

DAY = timedelta(days=1)
LONGEST = timedelta(days=92)
"""Longest period that is filled in one go; the State Council's calendar is not known much further ahead."""

DAYS: Mapping[str, tuple[str, str]] = {
    "every": ("每天", "Every day"),
    "work": ("工作日（含调休上班）", "Working days"),
    "rest": ("休息日（周末和节假日）", "Days off"),
    "holiday": ("法定节假日（优先于其他行）", "Public holidays (instead of all other lines)"),
    "0": ("周一", "Monday"),
    "1": ("周二", "Tuesday"),
    "2": ("周三", "Wednesday"),
    "3": ("周四", "Thursday"),
    "4": ("周五", "Friday"),
    "5": ("周六", "Saturday"),
    "6": ("周日", "Sunday"),
}
"""On which days a line applies -> (Chinese, English)."""
TURNS: Mapping[str, tuple[str, str]] = {"shift": ("每班轮换", "Each shift"), "week": ("每周轮换", "Each week")}
"""When the next one's turn comes -> (Chinese, English)."""


@dataclass(frozen=True)
class Line:
    """One shift a day on some days; ``ends`` at or before ``at`` is on the day after."""

    days: str
    at: time
    ends: time
    staff: tuple[UUID | None, ...]
    """Who takes turns; None: that turn is left free."""
    turn: str = "shift"

    def applies(self, day: date) -> bool:
        """Return whether the line has a shift that begins on a day, were there no holiday lines."""
        if self.days.isdigit():
            return day.weekday() == int(self.days)
        return _KINDS[self.days](day)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return when the shift of a day begins and ends, in aware UTC."""
        begin = datetime.combine(day, self.at, SHANGHAI)
        end = datetime.combine(day if self.ends > self.at else day + DAY, self.ends, SHANGHAI)
        return begin.astimezone(UTC), end.astimezone(UTC)


_KINDS: Mapping[str, Callable[[date], bool]] = {
    "every": lambda _day: True,
    "work": lambda day: day_info(day).is_workday,
    "rest": lambda day: day_info(day).is_holiday,
    "holiday": public_holiday,
}


@dataclass(frozen=True)
class Template:
    """A plan of one role. ``first``: the day on which everybody's first turn begins."""

    role: str
    first: date
    lines: tuple[Line, ...]
    handset_id: UUID | None = None

    def pieces(self, since: date, until: date) -> list[Piece]:
        """Return the shifts that begin in ``[since, until)``, by time; none begins before the first day."""
        found = [
            Piece(*line.span(day), self.role, staff, self.handset_id)
            for line in self.lines
            for day, staff in self._turns(line, until)
            if day >= since and staff is not None
        ]
        return sorted(found, key=lambda one: (one.starts, one.ends, str(one.staff_id)))

    def clash(self, since: date, until: date) -> date | None:
        """Return a day on which two of the lines overlap, None when they never do."""
        spans = sorted(line.span(day) for line in self.lines for day in self._days(line, until) if day >= since - DAY)
        return next((b[0].astimezone(SHANGHAI).date() for a, b in pairwise(spans) if b[0] < a[1]), None)

    def _turns(self, line: Line, until: date) -> Iterator[tuple[date, UUID | None]]:
        monday = self.first - self.first.weekday() * DAY
        for number, day in enumerate(self._days(line, until)):
            turn = (day - monday).days // 7 if line.turn == "week" else number
            yield day, line.staff[turn % len(line.staff)]

    def _days(self, line: Line, until: date) -> Iterator[date]:
        special = any(one.days == "holiday" for one in self.lines)
        for number in range((until - self.first).days):
            day = self.first + number * DAY
            if special and public_holiday(day):
                if line.days == "holiday":
                    yield day
            elif line.applies(day):
                yield day


def presets(staff: Sequence[UUID]) -> Mapping[str, tuple[Line, ...]]:
    """Return plans that stations commonly keep, as a beginning; everybody takes turns in each line."""
    people, eight, six, twenty = tuple(staff), time(8), time(18), time(20)
    return {
        "day": (Line("every", eight, eight, people),),
        "two": (Line("every", eight, twenty, people), Line("every", twenty, eight, people[1:] + people[:1])),
        "office": (
            Line("work", eight, six, people, "week"),
            Line("work", six, eight, people),
            Line("rest", eight, eight, people),
            Line("holiday", eight, eight, people),
        ),
    }
