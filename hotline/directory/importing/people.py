"""Rows of handsets and of the staff who carry them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from hotline.directory.models import Handset, Staff
from hotline.sheets.book import Book
from hotline.sheets.fields import Flag, MaybePhone, Name, Phone, Ref
from hotline.sheets.kinds import CodedRow, Flaw, Kind, Placed
from hotline.sheets.store import Store


class HandsetRow(CodedRow):
    """The mobile with a fixed number that a station's duty person carries."""

    station: Annotated[str, Ref("stations")] = Field(title="站点", min_length=1)
    number: Phone = Field(title="号码")
    priority: int = Field(1, ge=1, le=9, title="次序", description="1 值班，2 备班 (1 duty, 2 backup)")


class StaffRow(CodedRow):
    """A person on duty at a station (专责人员)."""

    station: Annotated[str, Ref("stations")] = Field(title="站点", min_length=1)
    name: Name = Field(title="姓名")
    title: str = Field("", title="职务")
    head: Flag = Field(False, title="站长")
    number: MaybePhone = Field(None, title="本人手机")


def numbers_once(kind: str, rows: Sequence[Placed], store: Store) -> Iterable[Flaw]:
    """Yield a flaw for every row whose number another row of its kind has, in the file or in the database."""
    mine = {row.code for row, _ in rows}
    seen = {r.number_hash: r.code for r in store.records(kind).values() if r.code not in mine and r.active}
    for row, line in rows:
        found = store.vault.fingerprint(row.number.value)
        if row.active and found in seen:
            reason = f"{row.number.masked} 已是 “{seen[found]}” 的号码 (the number of another row)"
            yield Flaw(line, "number", reason)
        elif row.active:
            seen[found] = row.code


def _check(rows: Sequence[Placed], _book: Book, store: Store) -> Iterable[Flaw]:
    """Two handsets never share a number: ringing one would ring the other."""
    yield from numbers_once("handsets", rows, store)
    for row, line in rows:
        if row.number.is_short:
            yield Flaw(line, "number", "手机不能是短号 (a handset has no short code)")


HANDSETS = Kind("handsets", "值班手机", HandsetRow, Handset, check=_check)
STAFF = Kind("staff", "工作人员", StaffRow, Staff)
