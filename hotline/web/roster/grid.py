"""The board as a reader sees it: weeks of days with who is on duty from when to when, and where nobody is."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from hotline.clock import local, next_month
from hotline.roster.calendar import DayInfo, day_info, lunar_words
from hotline.roster.duty import ROLES, Roster, Source
from hotline.roster.pieces import Piece
from hotline.roster.slots import Slot, slots
from hotline.web.board import span_of

View = Literal["month", "week"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Card:
    """A stretch of duty inside one day; ``name`` empty: nobody. ``part``: goes on from the day before."""

    role: str
    start: datetime
    end: datetime
    name: str
    source: Source | None
    part: bool
    hue: int
    fresh: bool = False
    """Not on the published roster: what a plan or a draft would put there."""
    key: str = ""
    """The name of its turn where it may be moved (see hotline.roster.slots), else empty."""

    @property
    def ends_at(self) -> str:
        """``20:00``; the end of the day is 24:00."""
        here = local(self.end)
        return "24:00" if here.hour == here.minute == 0 else f"{here:%H:%M}"


@dataclass(frozen=True)
class Day:
    """One field of the grid."""

    day: date
    info: DayInfo
    lunar: str
    inside: bool
    """False for the days of the months around."""
    cards: Sequence[Card]

    @property
    def makeup(self) -> bool:
        """A Saturday or Sunday on which people work (调休)."""
        return self.info.is_workday and self.day.weekday() >= 5

    @property
    def day_off(self) -> bool:
        """A weekday on which they do not."""
        return self.info.is_holiday and (self.day.weekday() < 5 or bool(self.info.name))

    @property
    def gap(self) -> bool:
        """Nobody is on duty for a part of it."""
        return any(not card.name for card in self.cards)


@dataclass(frozen=True)
class Grid:
    """What is shown, from Monday to Sunday."""

    view: View
    day: date
    weeks: Sequence[Sequence[Day]]

    @property
    def earlier(self) -> date:
        """A day of the period before."""
        return self.day - 7 * DAY if self.view == "week" else self.day.replace(day=1) - DAY

    @property
    def later(self) -> date:
        """A day of the period after."""
        return self.day + 7 * DAY if self.view == "week" else next_month(self.day)

    def on(self, day: date) -> Day:
        """Return one of the days shown."""
        return next(one for week in self.weeks for one in week if one.day == day)

    @property
    def remark(self) -> str:
        """A sentence when make-up days of a year shown are not known yet."""
        return next((day.info.remark for week in self.weeks for day in week if day.info.remark), "")


def days_of(view: View, day: date) -> tuple[date, date]:
    """Return the first day shown and the one after the last: whole weeks from Monday."""
    first = day if view == "week" else day.replace(day=1)
    last = day if view == "week" else next_month(day) - DAY
    return first - first.weekday() * DAY, last + (7 - last.weekday()) * DAY


def build(view: View, day: date, roster: Roster, fresh: Sequence[Piece] = (), now: datetime | None = None) -> Grid:
    """Return the board of one station's roster, which must be complete for the days shown.

    ``fresh`` is marked. With ``now`` the cards that may still be moved carry the names of their turns.
    """
    first, end = days_of(view, day)
    since, until = span_of(first)[0], span_of(end)[0]
    people = sorted(roster.names, key=str)
    hues = {person: number % 6 for number, person in enumerate(people)}
    new = {(one.role, one.staff_id, moment) for one in fresh for moment in (one.starts, one.ends)}
    shown = [one for role in ROLES for one in _shown(roster, role, since, until)]
    maker = _Cards(roster.names, hues, new, now)
    days = [_day(first + n * DAY, view, day, shown, maker) for n in range((end - first).days)]
    return Grid(view, day, [days[n : n + 7] for n in range(0, len(days), 7)])


def _shown(roster: Roster, role: str, since: datetime, until: datetime) -> Sequence[Slot]:
    """The first role with its gaps; backup only where somebody stands by, as it may be empty."""
    found = slots(roster.role(role), role, since, until)
    if role == "first" and not roster.first.is_kept:
        return [one for one in found if one.staff_id]
    return [one for one in found if one.staff_id or role == "first"]


@dataclass(frozen=True)
class _Cards:
    """What the cards of a board have in common."""

    names: Mapping[UUID, str]
    hues: Mapping[UUID, int]
    fresh: Container[object]
    now: datetime | None

    def card(self, turn: Slot, since: datetime, until: datetime) -> Card:
        """Return the part of a turn that lies in a day."""
        person, start, end = turn.staff_id, max(turn.start, since), min(turn.end, until)
        new = any((turn.role, person, moment) in self.fresh for moment in (turn.start, turn.end, turn.begins))
        key = turn.key(max(start, self.now)) if self.now and end > self.now and turn.movable(self.now) else ""
        return Card(
            turn.role, start, end, self.names.get(person, "") if person else "", turn.source, turn.start < since,
            self.hues.get(person, 0) if person else 0, new, key,
        )  # fmt: skip


def _day(day: date, view: View, asked: date, shown: Sequence[Slot], maker: _Cards) -> Day:
    since, until = span_of(day)
    cards = [maker.card(one, since, until) for one in shown if one.start < until and one.end > since]
    return Day(day, day_info(day), lunar_words(day), view == "week" or day.month == asked.month, cards)
