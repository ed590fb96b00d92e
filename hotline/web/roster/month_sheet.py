"""The month's roster as a workbook: printed it is the sheet on the wall, changed and read again it is a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hotline.roster.calendar import day_info, lunar_words
from hotline.roster.desk import RosterError
from hotline.roster.paper import NOBODY, Cell

FIRST = 4
"""The row of the first day; above it stand title, remark and headings."""
AS_IT_WAS = "_原样"
"""The hidden sheet that says what the file was made from."""
HEADS = ("日期", "星期", "农历 节日", "值班", "备班")
REMARK = "可以改“值班”“备班”两列再导入：一行一个班，如 08:00–20:00 李建国；“↳”是从前几天接下来的，“—”是无人值班。"
_COLUMNS = {"first": 4, "backup": 5}
_MOST_ROWS = 60
_WEEK = "一二三四五六日"
_THIN = Side(style="thin", color="8B8177")
_LINES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_OFF, _BAD = PatternFill("solid", fgColor="FBEDEA"), Font(color="A3241C", bold=True)


@dataclass(frozen=True)
class Sheet:
    """A file that was read: whose month, what it was made from, and what each cell says now."""

    station: str
    month: date
    draft: bool
    before: Mapping[Cell, Sequence[str]]
    after: Mapping[Cell, Sequence[str]]


def write(title: str, station: str, month: date, draft: bool, cells: Mapping[Cell, Sequence[str]]) -> bytes:
    """Return the workbook; ``station``: its code."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "值班表"
    days = sorted({day for day, _role in cells})
    _head(sheet, title)
    for number, day in enumerate(days):
        _row(sheet, FIRST + number, day, cells)
    _print(sheet, FIRST + len(days) - 1)
    hidden = book.create_sheet(AS_IT_WAS)
    hidden.sheet_state = "veryHidden"
    hidden.append((station, month.isoformat(), "draft" if draft else "published"))
    for day in days:
        hidden.append((day.isoformat(), "\n".join(cells[day, "first"]), "\n".join(cells[day, "backup"])))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes) -> Sheet:
    """Return what a workbook says. Raises RosterError when it is none of ours."""
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            hidden = list(book[AS_IT_WAS].iter_rows(max_row=_MOST_ROWS, max_col=3, values_only=True))
            shown = list(book["值班表"].iter_rows(max_row=_MOST_ROWS, max_col=5, values_only=True))
        finally:
            book.close()
        station, month, state = (str(value) for value in hidden[0])
        days = [date.fromisoformat(str(row[0])) for row in hidden[1:]]
        before = {(day, role): _split(hidden[n + 1][c]) for n, day in enumerate(days) for role, c in _hidden()}
        after = {
            (day, role): _split(shown[FIRST - 1 + n][c - 1])
            for n, day in enumerate(days)
            for role, c in _COLUMNS.items()
        }
        _check_days([row[0] for row in shown[FIRST - 1 :]], days)
        return Sheet(station, date.fromisoformat(month), state == "draft", before, after)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        if isinstance(error, RosterError):
            raise
        raise RosterError(
            "不是从排班表下载的文件，请先下载再改 (no sheet of the board: download one and change it)"
        ) from error


def _hidden() -> Sequence[tuple[str, int]]:
    return (("first", 1), ("backup", 2))


def _check_days(found: Sequence[object], days: Sequence[date]) -> None:
    """Rows that were sorted or deleted would put people on other days."""
    for number, day in enumerate(days):
        if number >= len(found) or str(found[number]) != _day_words(day):
            raise RosterError(
                f"第 {FIRST + number} 行应是 {_day_words(day)}：请不要增删或移动行"
                f" (row {FIRST + number} should be {day}: do not add, delete or move rows)"
            )


def _split(value: object) -> list[str]:
    return [one.strip() for one in str(value or "").splitlines() if one.strip()]


def _head(sheet: Worksheet, title: str) -> None:
    sheet["A1"], sheet["A2"] = title, REMARK
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=18), Alignment(horizontal="center")
    sheet["A2"].font, sheet["A2"].alignment = Font(size=9, color="655C53"), Alignment(wrap_text=True)
    for row in (1, 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(HEADS))
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 30, 26
    for column, head in enumerate(HEADS, start=1):
        cell = sheet.cell(FIRST - 1, column, head)
        cell.font, cell.border = Font(bold=True), _LINES
        cell.alignment = Alignment(horizontal="center")
    for letter, width in zip("ABCDE", (9, 6, 14, 34, 34), strict=True):
        sheet.column_dimensions[letter].width = width


def _row(sheet: Worksheet, row: int, day: date, cells: Mapping[Cell, Sequence[str]]) -> None:
    info = day_info(day)
    kind = "班" if info.is_workday and day.weekday() >= 5 else "休" if info.is_holiday and day.weekday() < 5 else ""
    lunar = " ".join(filter(None, (lunar_words(day), info.name, kind)))
    texts = ["\n".join(cells[day, role]) for role in _COLUMNS]
    for column, value in enumerate((_day_words(day), _WEEK[day.weekday()], lunar, *texts), start=1):
        cell = sheet.cell(row, column, value)
        cell.border = _LINES
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="left" if column > 3 else "center")
        if info.is_holiday:
            cell.fill = _OFF
        if column > 3 and NOBODY in str(value):
            cell.font = _BAD
    sheet.row_dimensions[row].height = 15 * max(1, *(len(cells[day, role]) for role in _COLUMNS)) + 2


def _day_words(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _print(sheet: Worksheet, last: int) -> None:
    sheet.freeze_panes = f"A{FIRST}"
    sheet.print_area = f"A1:E{last}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, "portrait"
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
