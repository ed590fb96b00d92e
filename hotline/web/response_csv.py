"""A table as a CSV file that spreadsheets open in Chinese as it is."""

from __future__ import annotations

import csv
from io import StringIO

from flask import Response

from hotline.sheets.cells import csv_text
from hotline.web.response_cells import Cell, Table


def answer(table: Table, name: str) -> Response:
    """Return the file; the mark at its start tells spreadsheets that it is UTF-8."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(table.heads)
    writer.writerows([[plain(cell) for cell in row] for row in table.rows])
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(cell: Cell) -> str | int | float:
    """Return what a spreadsheet is given: the number where there is one, a text that it will not run."""
    return csv_text(cell.text if cell.value == "" and cell.text != "—" else cell.value)
