"""Shifts told to those concerned: each change of a roster when it is made, tomorrow's duty the evening before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from hotline.calls.keeping.models import KeepingMark
from hotline.calls.keeping.rules import (
    SETTLE,
    News,
    cannot_wait,
    earliest,
    first_turns,
    is_evening,
    news_for,
    tomorrow,
)
from hotline.calls.keeping.telling import change_mark, once, person, send
from hotline.calls.kinds.base import Work
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.notifications.rules import TELEPHONE_QUIET, Event
from hotline.roster.duty import Roster
from hotline.roster.models import RosterChange

OLD_NEWS = timedelta(days=2)
"""Changes older than this are not told any more, should the workers have been down for so long."""


@dataclass(frozen=True)
class _Told:
    """A change that has to be told to somebody."""

    change: RosterChange
    news: News
    at_once: bool


def tell_changes(work: Work, tenant_id: UUID) -> int:
    """Tell what was changed and not told yet; return how many people were told. Safe to repeat.

    Somebody whose roster is still being edited hears of all changes together, unless the duty begins at once.
    """
    told = 0
    for (staff_id, station_id), waiting in _waiting(work, tenant_id).items():
        settled = all(one.change.at <= work.now - SETTLE for one in waiting)
        ready = waiting if settled else [one for one in waiting if one.at_once]
        fresh = [one for one in ready if once(work.session, change_mark(one.change, staff_id), work.now)]
        if fresh:
            _tell(work, tenant_id, staff_id, station_id, fresh)
            told += 1
    return told


def _waiting(work: Work, tenant_id: UUID) -> Mapping[tuple[UUID, UUID], list[_Told]]:
    changes = work.session.scalars(
        select(RosterChange)
        .join(Station, Station.id == RosterChange.station_id)
        .where(Station.tenant_id == tenant_id, RosterChange.at > work.now - OLD_NEWS)
        .order_by(RosterChange.at, RosterChange.id)
    ).all()
    pairs = {(change.id, staff): change for change in changes for staff in change.concerned}
    done = _done(work, [change_mark(change, staff) for (_, staff), change in pairs.items()])
    found: dict[tuple[UUID, UUID], list[_Told]] = defaultdict(list)
    for (_, staff), change in pairs.items():
        news = news_for(str(staff), change.what, change.data)
        if news and news.period.end > work.now and change_mark(change, staff) not in done:
            at_once = cannot_wait(change.what, news.period, work.now, TELEPHONE_QUIET)
            found[staff, change.station_id].append(_Told(change, news, at_once))
    return found


def _done(work: Work, marks: Collection[str]) -> set[str]:
    return set(work.session.scalars(select(KeepingMark.key).where(KeepingMark.key.in_(marks)))) if marks else set()


def _tell(work: Work, tenant_id: UUID, staff_id: UUID, station_id: UUID, told: list[_Told]) -> None:
    news = earliest([one.news for one in told])
    words = {
        "station": short_name(work.session.get_one(Station, station_id), "zh-CN"),
        "staff": work.session.get_one(Staff, staff_id).name,
        "start": news.period.start.isoformat(),
        "end": news.period.end.isoformat(),
    }
    template, count = news.template, sum(one.news.count for one in told)
    if count > 1:
        template, words = "shifts_changed", {**words, "count": str(count)}
    key = f"{template}:{told[0].change.id}:{staff_id}"
    event = Event(template, key, tenant_id, words, urgent=any(one.at_once for one in told))
    send(work, event, [person(work.session, staff_id, work.now)])


def tell_tomorrow(work: Work, tenant_id: UUID, rosters: Collection[Roster]) -> int:
    """In the evening, tell everybody whose duty begins tomorrow; return how many were told. Safe to repeat."""
    if not is_evening(work.now):
        return 0
    day = tomorrow(work.now)
    if not once(work.session, f"shift_tomorrow:{tenant_id}:{day}", work.now):
        return 0
    turns = [turn for roster in rosters for turn in first_turns(roster, day)]
    for turn in turns:
        words = {
            "station": short_name(work.session.get_one(Station, turn.station_id), "zh-CN"),
            "staff": turn.name,
            "start": turn.start.isoformat(),
            "end": turn.end.isoformat(),
        }
        event = Event("shift_tomorrow", f"shift_tomorrow:{day}:{turn.staff_id}", tenant_id, words)
        send(work, event, [person(work.session, turn.staff_id, work.now)])
    return len(turns)
