"""A roster as an iCalendar file (RFC 5545): turns with stable names, in Asia/Shanghai, without any number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from hotline.clock import local
from hotline.roster.feeds import Duty

_SPACE = UUID("5d1c0a52-2f0e-4a8b-9c1c-9a3c7c1a5b90")
"""Ours, so that a turn keeps its name from reading to reading."""
_ROLES = {"first": "值班", "backup": "备班"}
_AGAIN = timedelta(hours=1)


def write(title: str, duties: Iterable[Duty], stations: Mapping[UUID, str], now: datetime) -> bytes:
    """Return the file; ``stations``: names."""
    calendar = Calendar()
    calendar.add("prodid", "-//care hotline//roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for duty in duties:
        calendar.add_component(_event(duty, stations.get(duty.station_id, ""), now))
    calendar.add_missing_timezones(first_date=date(2000, 1, 1))
    return bytes(calendar.to_ical())


def _event(duty: Duty, station: str, now: datetime) -> Event:
    event = Event()
    name = f"{duty.station_id}:{duty.role}:{duty.staff_id}:{duty.start.isoformat()}"
    event.add("uid", f"{uuid5(_SPACE, name)}@roster")
    event.add("dtstamp", now)
    event.add("dtstart", local(duty.start))
    event.add("dtend", local(duty.end))
    event.add("summary", " · ".join(filter(None, (_ROLES[duty.role], duty.name, station))))
    event.add("location", station)
    return event
