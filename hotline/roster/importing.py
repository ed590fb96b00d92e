"""Rows of the roster in a file: repeating patterns and single shifts, in local wall time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field, PlainValidator, model_validator

from hotline.clock import SHANGHAI
from hotline.roster.models import Pattern, Shift, minutes_of_week
from hotline.sheets.book import Book
from hotline.sheets.fields import Code, Day, Items, Ref, one_of
from hotline.sheets.kinds import Flaw, Kind, Kinds, Placed, Row
from hotline.sheets.store import Store

ROLES = {"first": ("值班", "on duty"), "backup": ("备班", "backup")}
"""Role on a station's roster -> (Chinese, English)."""


def _moment(value: object) -> datetime:
    """Return the aware UTC moment that a local wall time such as ``2026-11-23 20:00`` means."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    text = unicodedata.normalize("NFKC", str(value)).strip().replace("/", "-")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError as error:
        raise ValueError("请写日期和时间，例如 2026-11-23 20:00 (a date and time such as this)") from error


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, int):  # YAML reads 20:00 as a number of minutes
        return time(value // 60 % 24, value % 60)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError as error:
        raise ValueError("请写时刻，例如 08:00 (a time such as 08:00)") from error


Moment = Annotated[datetime, PlainValidator(_moment)]
WallTime = Annotated[time, PlainValidator(_time)]


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


def _patterns_overlap(rows: Sequence[Placed], _book: Book, _store: Store) -> Iterable[Flaw]:
    """Two patterns of one station and role may not cover the same minutes; the database would refuse them."""
    for place, (row, line) in enumerate(rows):
        for other, _ in rows[:place]:
            if (row.station, row.role) == (other.station, other.role) and _meet(row, other):
                yield Flaw(line, "code", f"与 “{other.code}” 的时间重叠 (covers the same time as that pattern)")


def _meet(one: PatternRow, other: PatternRow) -> bool:
    assert one.starts and other.starts  # noqa: S101  (checked when the row was read)
    if one.starts >= (other.until or date.max) or other.starts >= (one.until or date.max):
        return False
    mine = minutes_of_week(one.starts, one.at, one.hours, one.every)
    theirs = minutes_of_week(other.starts, other.at, other.hours, other.every)
    return any(a.overlaps(b) for a in mine for b in theirs)


def _shifts_overlap(rows: Sequence[Placed], _book: Book, _store: Store) -> Iterable[Flaw]:
    for place, (row, line) in enumerate(rows):
        for other, _ in rows[:place]:
            same = (row.station, row.role) == (other.station, other.role)
            if same and row.starts < other.ends and other.starts < row.ends:
                yield Flaw(line, "starts", f"与 “{other.code}” 重叠 (overlaps that shift)")


KINDS: Kinds = (
    Kind("patterns", "轮值", PatternRow, Pattern, check=_patterns_overlap),
    Kind("shifts", "班次", ShiftRow, Shift, check=_shifts_overlap),
)
"""The roster's kinds of rows."""
