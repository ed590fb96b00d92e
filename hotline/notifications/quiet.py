"""Hours in which only the urgent is told, and how much of a person a channel may show. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from hotline.clock import SHANGHAI, local
from tickets.working_time import is_working_day

Personal = Literal["none", "initials", "full"]
"""Nothing of a person; the first character of the name; the name."""
PERSONAL: Mapping[str, Personal] = {"none": "none", "initials": "initials", "full": "full"}

_QUIET = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)")
_LATIN = re.compile(r"[A-Za-z]")


class QuietError(ValueError):
    """The text is no span of quiet hours; the message says why in Chinese and English."""


def parse_quiet(text: str) -> tuple[time, time] | None:
    """Return start and end of quiet hours, Asia/Shanghai, over midnight or not; None for none. Raises QuietError."""
    if not text.strip():
        return None
    match = _QUIET.fullmatch(text.strip())
    if not match:
        raise QuietError(f"“{text}” 不是时段，例如 21:00-08:00 (no quiet hours: write 21:00-08:00)")
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    return None if start == end else (start, end)


def told_at(now: datetime, quiet: str, *, workdays_only: bool = False, urgent: bool = False) -> datetime:
    """Return the first moment from ``now`` on at which somebody may be told."""
    if urgent:
        return now
    span, moment = parse_quiet(quiet), local(now)
    while True:
        if workdays_only and not is_working_day(moment.date()):
            moment = _at(moment + timedelta(days=1), time())
        elif span and _within(moment.time(), span):
            day = moment + timedelta(days=1) if moment.time() >= span[1] else moment
            moment = _at(day, span[1])
        else:
            return moment.astimezone(UTC)


def shown(name: str, personal: Personal) -> str:
    """Return as much of a name as may be shown: 张秀英, 张某 or nothing; Anna Meyer, A. M. or nothing."""
    if personal == "full" or not name:
        return name
    if personal == "none":
        return ""
    if _LATIN.match(name):
        return " ".join(f"{part[0]}." for part in name.split())
    return f"{name[0]}某"


def _within(moment: time, span: tuple[time, time]) -> bool:
    start, end = span
    return start <= moment < end if start < end else moment >= start or moment < end


def _at(day: datetime, moment: time) -> datetime:
    return datetime.combine(day.date(), moment, SHANGHAI)
