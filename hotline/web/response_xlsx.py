"""A table as an XLSX workbook: the numbers as numbers, and beside them what each measure means and where it is from."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from hotline.calls.statistics.measures import SHARES, SPANS, Share, Span
from hotline.sheets.cells import XLSX
from hotline.web.language import _, words
from hotline.web.response_cells import Table
from hotline.web.response_csv import plain

_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDEST = 60
"""Characters of the widest column."""


def answer(table: Table, name: str) -> Response:
    """Return the file: a sheet of the table, a sheet of definitions."""
    book = Workbook(write_only=True)
    _sheet(book, table.name, table.heads, [[plain(cell) for cell in row] for row in table.rows])
    heads = (_("指标"), _("口径"), _("来源"))
    measures: list[Share | Span] = [*SHARES.values(), *SPANS.values()]
    meant = [[words(measure.name), words(measure.definition), words(measure.source)] for measure in measures]
    _sheet(book, _("口径"), heads, meant)
    content = BytesIO()
    book.save(content)
    response = Response(content.getvalue(), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sheet(book: Workbook, title: str, heads: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> None:
    sheet = book.create_sheet("".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31])
    sheet.freeze_panes = "A2"
    for at, column in enumerate(zip(heads, *rows, strict=True), start=1):
        widest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(value)) for value in column)
        sheet.column_dimensions[get_column_letter(at)].width = min(widest + 2, _WIDEST)
    first = [WriteOnlyCell(sheet, head) for head in heads]
    for cell in first:
        cell.font = _BOLD
    sheet.append(first)
    for row in rows:
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            cell.alignment = _WRAPPED
        sheet.append(cells)
