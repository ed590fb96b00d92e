"""Values as texts of a cell: as people write them, and so that no spreadsheet runs one, whoever wrote it.

Without openpyxl: pages show and compare cells, and few of them make a workbook (see xlsx_cells and workbook).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml

from hotline.clock import local
from hotline.sheets.fields import Choice, is_list, written

Value = str | int | float | datetime | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins like this would be run by some spreadsheet; the wide signs by those set to Chinese."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of a workbook."""


def csv_text(value: Value) -> str | int | float:
    """Return what a CSV file is given: moments in Asia/Shanghai, texts with an apostrophe where they would be run."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M:%S}"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def cell_text(value: Any, choice: Choice | None = None) -> str:
    """Return a value as it stands in a cell; words of a choice in Chinese."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        dumped: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6)
        return dumped.strip() if value else "{}"
    if is_list(value):
        return "；".join(cell_text(item, choice) for item in value)
    return choice.words[value][0] if choice and value in choice.words else written(value)
