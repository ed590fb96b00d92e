"""A change of a roster: one at a time, refused in a sentence, kept with who and when, and whose duty it moved."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.db import Base
from hotline.roster.duty import Segment, segments
from hotline.roster.models import RosterChange
from hotline.roster.notices import Move, moves
from hotline.roster.queries import load_rosters

LONGEST = timedelta(days=31)
"""Longest piece of duty; more is a typing error."""

Times = Range[datetime]


class RosterError(ValueError):
    """A change of the roster is not possible; the message says why in Chinese and English."""


@contextmanager
def change(
    session: Session, station_id: UUID, role: str, what: str, times: Collection[Times], now: datetime, by: str
) -> Iterator[dict[str, Any]]:
    """Make one change of a station's roster; what touches the database happens inside the ``with``.

    Yields the data kept with the change, to which the caller adds ``before`` and ``after``, and ``concerned`` for
    people to be told beside those whose duty it moves from ``now`` on. Raises RosterError when a piece of duty would
    overlap another; nothing is written then.
    """
    data: dict[str, Any] = {"role": role, **span(_around(times))}
    lock(session, station_id)
    before = _duty(session, station_id, role, times, now)
    try:
        with session.begin_nested():
            yield data
    except IntegrityError as error:
        if "no_overlap" not in str(error.orig):
            raise
        raise RosterError(
            f"{data['from']} 至 {data['to']} 与已有班次重叠 (overlaps a piece of duty that is on the roster already)"
        ) from error
    moved = moves(before, _duty(session, station_id, role, times, now))
    concerned = {m.staff_id for m in moved} | set(data.pop("concerned", ()))
    note(session, station_id, what, concerned, now, by, **data, moves=[told(m) for m in moved])


def note(
    session: Session, station_id: UUID, what: str, concerned: Collection[UUID], now: datetime, by: str, **data: Any
) -> None:
    """Keep what was done, by whom, and who has to be told (staff)."""
    people = sorted(set(concerned))
    session.add(RosterChange(station_id=station_id, at=now, by=by, what=what, concerned=people, data=data))


def lock(session: Session, station_id: UUID) -> None:
    """Let one change of a station's roster happen after the other. Raises RosterError without such a station."""
    found = session.execute(text("SELECT 1 FROM station WHERE id = :id FOR NO KEY UPDATE"), {"id": station_id})
    if found.first() is None:
        raise RosterError("没有这个站点 (no such station)")


def check_staff(session: Session, station_id: UUID, *staff_ids: UUID) -> None:
    """Raise RosterError when somebody has left or is not of the station's county."""
    query = text(
        "SELECT count(*) FROM staff JOIN station ON station.tenant_id = staff.tenant_id"
        " WHERE station.id = :station AND staff.active AND staff.id = ANY(:staff)"
    )
    if session.scalar(query, {"station": station_id, "staff": list(staff_ids)}) != len(set(staff_ids)):
        raise RosterError("没有这个人员，或已停用 (no such member of staff, or retired)")


def check_times(times: Times) -> None:
    """Raise RosterError when the times of a piece of duty make no sense."""
    if times.lower is None or times.upper is None or times.lower >= times.upper:
        raise RosterError("结束时间必须晚于开始时间 (the end must be later than the beginning)")
    if times.upper - times.lower > LONGEST:
        raise RosterError("一个班次不能超过 31 天 (no piece of duty is longer than 31 days)")


def snapshot(row: Base) -> dict[str, str | None]:
    """Return the columns of a row as they are kept in the history."""
    columns = [column.key for column in inspect(type(row)).column_attrs]
    values = {name: getattr(row, name) for name in columns if name not in ("during", "tenant_id")}
    if isinstance(during := getattr(row, "during", None), Range):
        values |= {"starts": during.lower, "ends": during.upper}
    return {
        k: v.isoformat() if isinstance(v, datetime) else str(v) if v is not None else None for k, v in values.items()
    }


def span(times: Times) -> dict[str, str]:
    """Return a period as it is shown, in Asia/Shanghai time."""
    lower, upper = times.lower, times.upper
    return {
        "from": f"{local(lower):%Y-%m-%d %H:%M}" if lower else "",
        "to": f"{local(upper):%Y-%m-%d %H:%M}" if upper else "",
    }


def _duty(session: Session, station_id: UUID, role: str, times: Collection[Times], now: datetime) -> Sequence[Segment]:
    whole = _around(times)
    if whole.lower is None or whole.upper is None or whole.upper <= now:
        return ()
    since = max(whole.lower, now)
    return segments(load_rosters(session, [station_id], since, whole.upper)[station_id].role(role), since, whole.upper)


def _around(times: Collection[Times]) -> Times:
    return Range(min(t.lower for t in times if t.lower), max(t.upper for t in times if t.upper))


def told(move: Move) -> dict[str, str]:
    """Return a move as the history keeps it."""
    return {"staff": str(move.staff_id), "kind": move.kind, **span(Range(move.start, move.end))}
