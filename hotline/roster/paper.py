"""A month as the paper roster on the wall says it: for each day and role the lines of who serves when. Pure.

A line is ``08:00–20:00 李建国``; one that ends a day or more later names the date, ``20:00–12/14 08:00 李建国``. What
goes on from the days before is ``↳ 李建国（至 12/14 08:00）``, for the reader only, as is ``—``: nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NoReturn
from uuid import UUID

from hotline.clock import SHANGHAI, local
from hotline.roster.changes import RosterError
from hotline.roster.pieces import Piece
from hotline.roster.slots import Slot

DAY = timedelta(days=1)
NOBODY, GOES_ON = "—", "↳"
_SOURCES = {"override": "（替班）", "takeover": "（接班）", "swap": "（换班）"}
_LINE = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(?:(\d{1,2})/(\d{1,2})\s+)?(\d{1,2}:\d{2})\s+(\S.*)")

Cell = tuple[date, str]
"""A day and a role."""


@dataclass(frozen=True)
class Written:
    """A line as it was read; ``who`` is a name or a code."""

    at: time
    ends: time
    on: tuple[int, int] | None
    who: str

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return when it begins and ends if it stands on a day, in aware UTC. Raises RosterError."""
        last = day if self.ends > self.at else day + DAY
        if self.on:
            last = _date(day, *self.on)
        begin, end = (datetime.combine(*when, SHANGHAI).astimezone(UTC) for when in ((day, self.at), (last, self.ends)))
        if end <= begin:
            raise RosterError("结束必须晚于开始 (the end must be later than the beginning)")
        return begin, end


def cells(slots: Collection[Slot], names: Mapping[UUID, str], days: Sequence[date]) -> dict[Cell, list[str]]:
    """Return the lines of each day and role."""
    found: dict[Cell, list[str]] = {(day, role): [] for day in days for role in ("first", "backup")}
    for slot in sorted(slots, key=lambda one: one.start):
        if slot.staff_id is None and slot.role == "backup":
            continue
        who = names.get(slot.staff_id, NOBODY) if slot.staff_id else NOBODY
        first, last = local(slot.start).date(), local(slot.end - timedelta(microseconds=1)).date()
        if (first, slot.role) in found:
            found[first, slot.role].append(line(slot, who))
        for number in range(1, (last - first).days + 1):
            day = first + number * DAY
            whole = datetime.combine(day + DAY, time(), SHANGHAI) <= slot.end
            if (day, slot.role) in found and (whole or (number > 1 and slot.staff_id)):
                found[day, slot.role].append(f"{GOES_ON} {who}（至 {_moment(slot.end)}）")
    return found


def line(slot: Slot, who: str) -> str:
    """Return the line of a slot on the day on which it begins."""
    begin, end = local(slot.start), local(slot.end)
    until = f"{end:%H:%M}" if end - begin <= DAY else _moment(slot.end)
    return f"{begin:%H:%M}–{until} {who}{_SOURCES.get(slot.source or '', '')}"


def read_line(text: str) -> Written | None:
    """Return what a line says, None for one that is for the reader only. Raises RosterError."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("一一", NOBODY)
    if not plain or plain.startswith(GOES_ON):
        return None
    match = _LINE.fullmatch(plain)
    if not match:
        _unreadable(text)
    who = re.sub(r"\s*\([^)]*\)$", "", match[5]).strip()
    if who in (NOBODY, "-", "无人值班"):
        return None
    on = (int(match[2]), int(match[3])) if match[2] else None
    return Written(_time(match[1], text), _time(match[4], text), on, who)


def piece(written: Written, day: date, role: str, staff_id: UUID) -> Piece:
    """Return the piece of duty that a line means. Raises RosterError."""
    return Piece(*written.span(day), role, staff_id)


def with_handset(one: Piece, handset_id: UUID | None) -> Piece:
    """Return a piece with the handset of the one in whose place it stands."""
    return replace(one, handset_id=handset_id)


def _moment(moment: datetime) -> str:
    here = local(moment)
    return f"{here.month}/{here.day} {here:%H:%M}"


def _time(text: str, whole: str) -> time:
    hour, _between, minute = text.partition(":")
    if text == "24:00":
        return time()
    if int(hour) > 23 or int(minute) > 59:
        _unreadable(whole)
    return time(int(hour), int(minute))


def _date(day: date, month: int, number: int) -> date:
    """The next such day of the calendar."""
    try:
        found = date(day.year, month, number)
        return found if found >= day else date(day.year + 1, month, number)
    except ValueError:
        raise RosterError(f"没有 {month}/{number} 这一天 (there is no such day: {month}/{number})") from None


def _unreadable(text: str) -> NoReturn:
    raise RosterError(f"看不懂“{text[:40]}”，应如“08:00–20:00 李建国” (write it like “08:00–20:00 李建国”)") from None
