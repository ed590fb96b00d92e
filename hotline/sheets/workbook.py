"""The workbook that coordinators fill in: a sheet a kind, headings in both languages, lists to choose from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hotline.clock import local
from hotline.sheets.cells import cell_text
from hotline.sheets.fields import Choice, Ref
from hotline.sheets.kinds import Kind, Kinds

FIRST = 3
"""The row under the two headings."""
ROOM = 2000
"""Rows to which lists and text format reach, so that new rows have them too."""
WIDEST = 48

HELP = (
    ("怎么填写", "How to fill this in"),
    (
        "每张表一类，每行一条；第一行是中文名称，第二行是系统用的英文名称，请不要改。",
        "A sheet a kind, a row each. Keep both headings.",
    ),
    (
        "“代码”不变，系统按代码对应；改名字可以，改代码等于新增一条。",
        "Rows are matched by code: a new code is a new row.",
    ),
    (
        "一格里写几项，用分号隔开，例如：15400000001 本人；15400000002 儿子。",
        "Several items in a cell: semicolons between them.",
    ),
    ("删掉一行不会删掉数据；不再使用请把“启用”写成“否”。", "Leaving a row out deletes nothing: write 否 under 启用."),
    ("导入时有一处错误就整份不导入，并列出全部错误。", "With any mistake nothing is imported; all are listed."),
    ("本文件有完整的电话号码，请妥善保管。", "This file holds telephone numbers in full: keep it safe."),
)


def fill(kinds: Kinds, rows: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime) -> Workbook:
    """Return a workbook with the rows (field -> value) of each kind."""
    book = Workbook()
    book.properties.created = book.properties.modified = now.replace(tzinfo=None)
    guide = book.worksheets[0]
    guide.title = "说明"
    for line in (*HELP, (f"导出时间：{local(now):%Y-%m-%d %H:%M}", "Time of export")):
        guide.append(line)
    guide.column_dimensions["A"].width, guide.column_dimensions["B"].width = 76, 60
    guide["A1"].font = guide["B1"].font = Font(bold=True, size=14)
    titles = {kind.name: kind.title for kind in kinds}
    for kind in kinds:
        _sheet(book.create_sheet(kind.title), kind, rows.get(kind.name, ()), titles)
    return book


def _sheet(sheet: Worksheet, kind: Kind, rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> None:
    names = list(kind.row.model_fields)
    for column, name in enumerate(names, start=1):
        choice = kind.meta(name, Choice)
        texts = [cell_text(values[name], choice) for values in rows]
        _heading(sheet, column, kind, name)
        for row, text in enumerate(texts, start=FIRST):
            _put(sheet.cell(row, column), text)
        letter = get_column_letter(column)
        for row in range(FIRST + len(rows), FIRST + len(rows) + 50):
            sheet.cell(row, column).number_format = "@"
        widest = max(map(_width, (*texts, kind.titles[name], name)), default=8)
        sheet.column_dimensions[letter].width = min(WIDEST, widest + 3)
        _offer(sheet, f"{letter}{FIRST}:{letter}{ROOM}", kind, name, titles)
    sheet.freeze_panes = f"B{FIRST}"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(names))}{max(FIRST, FIRST + len(rows) - 1)}"


def _heading(sheet: Worksheet, column: int, kind: Kind, name: str) -> None:
    info = kind.row.model_fields[name]
    chinese: Any = sheet.cell(1, column, info.title or name)
    english: Any = sheet.cell(2, column, name)
    chinese.font = Font(bold=True, color="FFFFFF")
    chinese.fill = PatternFill("solid", fgColor="8B1A1A" if info.is_required() else "4A5568")
    english.font = Font(italic=True, color="718096")
    chinese.alignment = Alignment(vertical="center")
    note = "；".join(filter(None, ["必填 (required)" if info.is_required() else "", info.description or ""]))
    if note:
        chinese.comment = Comment(note, "hotline", width=280, height=80)


def _put(cell: Any, text: str) -> None:
    """Write text and nothing but text: a name that begins with = must not become a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
    cell.number_format = "@"
    if text.startswith(("=", "+", "-", "@")):
        cell.data_type = "s"
        cell.quotePrefix = True


def _offer(sheet: Worksheet, cells: str, kind: Kind, name: str, titles: Mapping[str, str]) -> None:
    """Offer a list for a choice, a yes or no, and for the code of a row of another sheet."""
    choice, ref = kind.meta(name, Choice), kind.meta(name, Ref)
    strict = True
    if choice and not choice.many:
        formula = ",".join(chinese for chinese, _ in choice.words.values())
    elif kind.row.model_fields[name].annotation is bool:
        formula = "是,否"
    elif ref and not ref.many and ref.kind in titles:
        formula, strict = f"'{titles[ref.kind]}'!$A${FIRST}:$A${ROOM}", False
    else:
        return
    rule = DataValidation(type="list", formula1=f'"{formula}"' if strict else formula, allow_blank=True)
    rule.showErrorMessage = strict
    rule.errorTitle, rule.error = "请从列表中选择", "Choose one of the list"
    sheet.add_data_validation(rule)
    rule.add(cells)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
