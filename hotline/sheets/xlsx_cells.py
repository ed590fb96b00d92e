"""Values as a workbook's cells: no text is ever run as a formula, whoever wrote it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hotline.clock import local
from hotline.sheets.cells import FORMULA, Value

LONGEST = 32_767
"""Characters that a cell holds; openpyxl refuses more."""
MOMENT = "yyyy-mm-dd hh:mm:ss"


def xlsx_cell(sheet: Any, value: Value) -> Any:
    """Return what a write-only sheet is given; moments in Asia/Shanghai."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, local(value).replace(tzinfo=None))
        cell.number_format = MOMENT
        return cell
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST]
    if not text.startswith(FORMULA):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
