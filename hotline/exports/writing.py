"""Rows into a file, one after the other: CSV that spreadsheets open in Chinese, or an XLSX workbook."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hotline.exports.shape import Column
from hotline.sheets.cells import Value, csv_text
from hotline.sheets.xlsx_cells import xlsx_cell

MOST_ROWS = 1_000_000
"""Rows of a sheet; what is beyond goes into the next one."""


class Writer(Protocol):
    """Takes rows until it is closed."""

    def add(self, row: Sequence[Value]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Finish the file."""


def writer(path: Path, format_: str, title: str, columns: Sequence[Column], heads: Sequence[str]) -> Writer:
    """Return a writer of a new file that only we may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    return _Xlsx(path, title, columns, heads) if format_ == "xlsx" else _Csv(path, heads)


class _Csv:
    def __init__(self, path: Path, heads: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")  # the mark tells spreadsheets that it is UTF-8
        self._csv = csv.writer(self._file)
        self._csv.writerow(heads)

    def add(self, row: Sequence[Value]) -> None:
        self._csv.writerow([csv_text(value) for value in row])

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    def __init__(self, path: Path, title: str, columns: Sequence[Column], heads: Sequence[str]) -> None:
        self._path, self._columns, self._heads = path, columns, heads
        self._title = "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:28]
        self._book, self._rows = Workbook(write_only=True), 0
        self._sheet: Any = self._next_sheet()

    def add(self, row: Sequence[Value]) -> None:
        if self._rows and self._rows % MOST_ROWS == 0:
            self._sheet = self._next_sheet()
        self._sheet.append([xlsx_cell(self._sheet, value) for value in row])
        self._rows += 1

    def close(self) -> None:
        self._book.save(self._path)

    def _next_sheet(self) -> Any:
        number = len(self._book.worksheets) + 1
        sheet = self._book.create_sheet(self._title if number == 1 else f"{self._title} {number}")
        sheet.freeze_panes = "A2"
        for at, column in enumerate(self._columns, start=1):
            sheet.column_dimensions[get_column_letter(at)].width = column.width
        first = [WriteOnlyCell(sheet, head) for head in self._heads]
        for cell in first:
            cell.font = Font(bold=True)
        sheet.append(first)
        return sheet
