"""Rows of the roster in a file: repeating patterns and single shifts, in local wall time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import Field, PlainValidator, model_validator
from sqlalchemy.dialects.postgresql import Range

from hotline.roster.imported import keep, look
from hotline.roster.models import Pattern, Shift, minutes_of_week
from hotline.roster.walltime import read_moment, read_time, write_moment, write_time
from hotline.sheets.book import Book
from hotline.sheets.fields import Code, Day, Items, Ref, one_of
from hotline.sheets.kinds import Flaw, Kind, Kinds, Placed, Row
from hotline.sheets.store import Store

ROLES = {"first": ("值班", "on duty"), "backup": ("备班", "backup")}
"""Role on a station's roster -> (Chinese, English)."""


Moment = Annotated[datetime, PlainValidator(read_moment)]
WallTime = Annotated[time, PlainValidator(read_time)]
_ALWAYS = date.max


class PatternRow(Row):
    """A rotation: one of the staff after the other, each for so many hours."""

    code: Code = Field(title="代码")
    station: Annotated[str, Ref("stations")] = Field(title="站点", min_length=1)
    role: one_of(ROLES) = Field("first", title="角色")  # type: ignore[valid-type]
    staff: Annotated[Items, Ref("staff", many=True, attribute="staff_ids")] = Field(title="轮值人员", min_length=1)
    starts: Annotated[Day, Field(title="起始日期")]
    until: Day = Field(None, title="截止日期", description="当天起不再排班；留空：一直有效 (empty: for ever)")
    at: WallTime = Field(title="交接时刻")
    hours: int = Field(24, title="每班小时", ge=1, le=168)
    every: int = Field(0, title="间隔小时", ge=0, le=672, description="0：班班相接 (0: one after the other)")
    handset: Annotated[str, Ref("handsets")] = Field("", title="手机")

    @model_validator(mode="after")
    def _spaced(self) -> PatternRow:
        if self.starts is None:
            raise ValueError("起始日期不能为空 (the first date is missing)")
        if self.until is not None and self.until <= self.starts:
            raise ValueError("截止日期必须晚于起始日期 (the last date must be later than the first)")
        if self.every == 0:
            return self.model_copy(update={"every": self.hours})
        if self.every < self.hours:
            raise ValueError("间隔小时不能小于每班小时 (shifts of one pattern would overlap)")
        return self


class ShiftRow(Row):
    """A single piece of duty; goes before a pattern."""

    code: Code = Field(title="代码")
    station: Annotated[str, Ref("stations")] = Field(title="站点", min_length=1)
    role: one_of(ROLES) = Field("first", title="角色")  # type: ignore[valid-type]
    staff: Annotated[str, Ref("staff")] = Field(title="人员", min_length=1)
    starts: Moment = Field(title="开始")
    ends: Moment = Field(title="结束")
    handset: Annotated[str, Ref("handsets")] = Field("", title="手机")

    @model_validator(mode="after")
    def _forward(self) -> ShiftRow:
        if self.starts >= self.ends:
            raise ValueError("结束必须晚于开始 (the end must be later than the beginning)")
        return self


@dataclass(frozen=True)
class _Post:
    """A row of the file, or one that is kept and not in the file: whose place on which roster it takes."""

    code: str
    station: str
    role: str
    times: Any
    line: int = 0


def _check_patterns(rows: Sequence[Placed], _book: Book, store: Store) -> Iterable[Flaw]:
    """Two patterns of one station and role may not cover the same minutes; the database would refuse them."""
    if rows:
        look(store)
    given = [_Post(r.code, r.station, r.role, _weekly(r), line) for r, line in rows]
    yield from _overlaps(given, _kept("patterns", given, store, _weekly), _weeks_meet)


def _check_shifts(rows: Sequence[Placed], _book: Book, store: Store) -> Iterable[Flaw]:
    if rows:
        look(store)
    given = [_Post(r.code, r.station, r.role, (r.starts, r.ends), line) for r, line in rows]
    yield from _overlaps(given, _kept("shifts", given, store, lambda r: (r.starts, r.ends)), _meet)


def _kept(kind: str, given: Sequence[_Post], store: Store, times: Callable[[Any], Any]) -> list[_Post]:
    """Return what the database keeps and the file does not change."""
    codes = {post.code for post in given}
    return [
        _Post(record.code, store.code_of("stations", record.station_id), record.role, times(record))
        for (code,), record in (store.records(kind).items() if given else ())
        if code not in codes
    ]


def _overlaps(given: Sequence[_Post], kept: Sequence[_Post], meet: Callable[[Any, Any], bool]) -> Iterable[Flaw]:
    for place, post in enumerate(given):
        for other in (*kept, *given[:place]):
            if (post.station, post.role) == (other.station, other.role) and meet(post.times, other.times):
                where = f"第 {other.line} 行" if other.line else "已有数据"
                yield Flaw(
                    post.line, "code", f"与 “{other.code}”（{where}）的时间重叠 (covers the same time as that one)"
                )


def _meet(one: Any, other: Any) -> bool:
    return bool(one[0] < other[1] and other[0] < one[1])


def _weekly(row: Any) -> tuple[tuple[date, date], Sequence[Range[int]]]:
    return (row.starts, row.until or _ALWAYS), minutes_of_week(row.starts, row.at, row.hours, row.every)


def _weeks_meet(one: Any, other: Any) -> bool:
    return _meet(one[0], other[0]) and any(a.overlaps(b) for a in one[1] for b in other[1])


def _pattern_times(record: Any, _store: Store) -> Mapping[str, Any]:
    return {"at": write_time(record.at)}


def _shift_times(record: Any, _store: Store) -> Mapping[str, Any]:
    return {"starts": write_moment(record.starts), "ends": write_moment(record.ends)}


KINDS: Kinds = (
    Kind(
        "patterns",
        "轮值",
        PatternRow,
        Pattern,
        check=_check_patterns,
        read_more=_pattern_times,
        begin=look,
        finish=keep,
        removable=True,
    ),
    Kind(
        "shifts",
        "班次",
        ShiftRow,
        Shift,
        check=_check_shifts,
        read_more=_shift_times,
        begin=look,
        finish=keep,
        removable=True,
    ),
)
"""The roster's kinds of rows."""
