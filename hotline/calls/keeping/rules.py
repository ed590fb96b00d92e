"""When people may be rung to keep the roster true, and what a change means to each of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hotline.clock import SHANGHAI, local
from hotline.notifications.quiet import told_at
from hotline.roster.duty import Roster, covering
from hotline.roster.notices import Beginning, beginnings

LATE = timedelta(minutes=30)
"""A beginning that was not looked at in time, the workers being down, is still asked for within this."""
TRIES = 2
AGAIN_AFTER = timedelta(minutes=5)
"""The second try of a duty check comes so long after the first."""
SPACING = timedelta(seconds=15)
"""Between two calls under one number that nobody waits for: carriers tolerate five a minute (telephony.md)."""
SETTLE = timedelta(minutes=2)
"""Changes of a roster are told when the last is so old: somebody who is editing makes several."""
EVENING = (time(18), time(20, 30))
"""When tomorrow's duty is told, local time; the end leaves room for a worker that was down."""
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Period:
    """A stretch of duty in aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class News:
    """What one change of a roster means to one person; ``template`` is one of hotline.notifications.words."""

    template: str
    period: Period
    count: int = 1
    """How many stretches of duty moved; of several the first is told."""


def may_ask(now: datetime, began: datetime, quiet: str) -> bool:
    """Return whether somebody may be rung only to confirm: never in the quiet hours, unless the duty began in them."""
    return told_at(now, quiet) == now or told_at(began, quiet) != began


def within(now: datetime, hours: str) -> bool:
    """Return whether ``now`` is within local hours such as ``10:00-16:00``; empty: never."""
    return bool(hours) and told_at(now, hours) != now


def slot(taken: Iterable[datetime], at: datetime, spacing: timedelta = SPACING) -> datetime:
    """Return the first moment from ``at`` on that keeps its distance from all that is taken."""
    for other in sorted(taken):
        if abs(other - at) < spacing:
            at = other + spacing
    return at


def is_evening(now: datetime) -> bool:
    """Return whether tomorrow's duty is to be told now."""
    return EVENING[0] <= local(now).time() < EVENING[1]


def tomorrow(now: datetime) -> date:
    """Return the local date after today's."""
    return local(now).date() + timedelta(days=1)


def first_turns(roster: Roster, day: date) -> list[Beginning]:
    """Return each person's first duty that begins on a local day; who only goes on is not told again."""
    start = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    found: dict[Any, Beginning] = {}
    for begun in beginnings(roster, start - _MOMENT, start + timedelta(days=1) - _MOMENT):
        before = covering(roster.role(begun.role), begun.start - _MOMENT)
        if before is None or before.staff_id != begun.staff_id:
            found.setdefault(begun.staff_id, begun)
    return list(found.values())


def news_for(staff_id: str, what: str, data: Mapping[str, Any]) -> News | None:
    """Return what a change (see hotline.roster.changes) means to one of those concerned; None: nothing to tell."""
    mine = [move for move in data.get("moves", ()) if move["staff"] == staff_id]
    gained = [move for move in mine if move["kind"] == "gained"]
    if gained:
        return News("shift_changed", _period(gained[0]), len(gained))
    if mine:
        return News("shift_lifted", _period(mine[0]), len(mine))
    if what in ("swap_asked", "swap_expired") or (what == "swap_refused" and data["after"]["giver_id"] == staff_id):
        return News(what, _period(data))
    return None


def cannot_wait(what: str, period: Period, now: datetime, quiet: str) -> bool:
    """Return whether a change is told at night too: somebody took over, or the duty begins before people are rung."""
    return what == "takeover" or period.start <= told_at(now, quiet) + LATE


def earliest(news: Sequence[News]) -> News:
    """Return the one of which is spoken when there are several: the duty that begins first, a gained one before."""
    return min(news, key=lambda one: (one.template != "shift_changed", one.period.start))


def spoken_until(end: datetime, now: datetime, language: str) -> str:
    """Return the end of a shift as it is said: ``明天8点``, ``20点30分``, ``tomorrow 08:00``."""
    there, here = local(end), local(now)
    days = (there.date() - here.date()).days
    if language == "en":
        return f"{('', 'tomorrow ')[days] if days in (0, 1) else f'{there:%d %B} '}{there:%H:%M}"
    day = ("", "明天")[days] if days in (0, 1) else f"{there.month}月{there.day}日"
    return f"{day}{there.hour}点" + (f"{there.minute}分" if there.minute else "")


def _period(span: Mapping[str, Any]) -> Period:
    """Read the local wall times that the history keeps."""
    start, end = (datetime.fromisoformat(span[name]).replace(tzinfo=SHANGHAI) for name in ("from", "to"))
    return Period(start.astimezone(UTC), end.astimezone(UTC))
