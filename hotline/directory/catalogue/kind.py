"""The catalogue's rows in an import file (sheet 优待目录, section ``catalogue``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from hotline.directory.catalogue.areas import AREAS, UNSTATED
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.sheets.book import Book
from hotline.sheets.fields import Day, Flag, Items, Name, one_of
from hotline.sheets.kinds import CodedRow, Flaw, Kind, Placed
from hotline.sheets.store import Store

_SECTION = re.compile(r"\S.* s\.\d+(-\d+|\(\d+\))?")


def _source(text: str) -> str:
    for part in text.split(";"):
        if not _SECTION.fullmatch(part.strip()):
            raise ValueError(
                "请写文件简称和条目，例如 Q21 s.17；多个用英文分号隔开"
                " (document and section such as Q21 s.17; several with semicolons)"
            )
    return "; ".join(part.strip() for part in text.split(";"))


class EntryRow(CodedRow):
    """A benefit or service with its source; where the source is silent the defaults say so."""

    area: one_of(AREAS) = Field(title="领域")  # type: ignore[valid-type]
    title: Name = Field(title="名称")
    title_en: str = Field("", title="英文名称")
    summary: Name = Field(title="内容", description="照文件原意 (in the document's sense)")
    summary_en: str = Field("", title="英文内容")
    conditions: str = Field(UNSTATED, title="条件")
    bring: str = Field(UNSTATED, title="携带材料")
    apply: str = Field(UNSTATED, title="办理方式")
    unit: Name = Field(title="责任单位")
    contact: str = Field("", title="联系方式", description="单位公开的联系方式 (the unit's public contact)")
    everyday: Items = Field((), title="常用说法", description="群众怎么说 (what people say): 看病报销；免费坐车")
    source: Annotated[str, AfterValidator(_source)] = Field(title="依据", description="Q21 s.17; Q8 s.16")
    note: str = Field("", title="说明")
    valid_from: Day = Field(None, title="起始日期")
    valid_to: Day = Field(None, title="截止日期", description="最后一天；留空为未定 (the last day; empty: open)")
    green_channel: Flag = Field(False, title="绿色通道")


def _check(rows: Sequence[Placed], _book: Book, _store: Store) -> Iterable[Flaw]:
    """A period must not end before it begins."""
    for row, line in rows:
        if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
            yield Flaw(line, "valid_to", "截止日期早于起始日期 (ends before it begins)")


CATALOGUE = Kind("catalogue", "优待目录", EntryRow, CatalogueEntry, check=_check)
