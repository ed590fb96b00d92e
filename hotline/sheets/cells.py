"""Values as a spreadsheet may be given them: no text is ever run as a formula, whoever wrote it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hotline.clock import local

Value = str | int | float | datetime | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins like this would be run by some spreadsheet; the wide signs by those set to Chinese."""
LONGEST = 32_767
"""Characters that a cell holds; openpyxl refuses more."""
MOMENT = "yyyy-mm-dd hh:mm:ss"


def csv_text(value: Value) -> str | int | float:
    """Return what a CSV file is given: moments in Asia/Shanghai, texts with an apostrophe where they would be run."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M:%S}"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


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
