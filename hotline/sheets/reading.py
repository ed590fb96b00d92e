"""A YAML file or an XLSX workbook as raw rows: texts by field, with the place where each stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import yaml

from hotline.sheets.kinds import Kind, Kinds
from hotline.sheets.problems import Problem, suggestion

EMPTY = ("", "~", "null")


@dataclass(frozen=True)
class RawRow:
    """A row as it stands in the file; ``fields`` by their English names where they are known."""

    kind: Kind
    line: int
    fields: Mapping[str, Any]


@dataclass
class RawFile:
    """All rows of a file, and what could not be read."""

    name: str
    rows: list[RawRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, sheet: str, row: int, name: str, reason: str) -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(self.name, sheet, row, name, reason))


def read(path: Path, kinds: Kinds) -> RawFile:
    """Return the rows of a .yaml, .yml or .xlsx file; what cannot be read is among its problems."""
    raw = RawFile(path.name)
    readers: dict[str, Callable[[Path, Kinds, RawFile], None]] = {".xlsx": _workbook, ".yaml": _yaml, ".yml": _yaml}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raw.complain("", 0, "", f"不认识 “{path.suffix}” 文件，请用 .yaml 或 .xlsx (use a .yaml or .xlsx file)")
        return raw
    try:
        reader(path, kinds, raw)
    except OSError as error:
        raw.complain("", 0, "", f"文件打不开 (cannot open the file: {error.strerror or error})")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error)
        raw.complain("", mark.line + 1 if mark else 0, "", f"YAML 格式有误 (not valid YAML: {why})")
    except (BadZipFile, KeyError, ValueError) as error:
        raw.complain("", 0, "", f"不是可读的 XLSX 工作簿 (not a readable workbook: {error})")
    return raw


def _yaml(path: Path, kinds: Kinds, raw: RawFile) -> None:
    """Read YAML with every scalar as text, so that 0356... stays a number people dial and ``no`` stays a word."""
    loader = yaml.BaseLoader(path.read_text(encoding="utf-8-sig"))
    try:
        root = loader.get_single_node()
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            raw.complain("", 1, "", "文件应由若干段组成，例如 stations: (sections such as stations: are needed)")
            return
        for key, section in root.value:
            kind = _kind(str(key.value), kinds, raw, key.start_mark.line + 1)
            for item in _items(section) if kind else ():
                line = item.start_mark.line + 1
                if kind and isinstance(item, yaml.MappingNode):
                    _no_repeats(item, kind, raw)
                    _add(raw, kind, line, loader.construct_mapping(item, deep=True))
                elif kind:
                    raw.complain(kind.heading, line, "", "应为 名称: 内容 (name: value pairs are needed)")
    finally:
        loader.dispose()


def _items(section: yaml.Node) -> Sequence[yaml.Node]:
    return section.value if isinstance(section, yaml.SequenceNode) else [section] if section.value else []


def _no_repeats(item: yaml.MappingNode, kind: Kind, raw: RawFile) -> None:
    seen: set[str] = set()
    for key, _ in item.value:
        if str(key.value) in seen:
            raw.complain(kind.heading, key.start_mark.line + 1, str(key.value), "写了两次 (written twice)")
        seen.add(str(key.value))


def _workbook(path: Path, kinds: Kinds, raw: RawFile) -> None:
    from openpyxl import load_workbook  # loaded by whoever reads a workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            if sheet.title.startswith(("说明", "_")):
                continue
            kind = _kind(sheet.title, kinds, raw, 0)
            if kind:
                _sheet(sheet.iter_rows(values_only=True), kind, raw)
    finally:
        book.close()


def _sheet(rows: Iterator[Sequence[Any]], kind: Kind, raw: RawFile) -> None:
    """Read a sheet: headings in the first row (Chinese or English), perhaps English names in the second."""
    headings: list[str] = []
    for line, values in enumerate(rows, start=1):
        cells = [_text(value) for value in values]
        if not any(cells):
            continue
        if not headings:
            headings = cells
        elif not set(filter(None, cells)) <= set(kind.titles):
            _add(raw, kind, line, {h: c for h, c in zip(headings, cells, strict=False) if h})


def _text(value: object) -> str:
    """Return a cell as text: 15400000001.0 is a telephone number somebody's spreadsheet took for a quantity."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _add(raw: RawFile, kind: Kind, line: int, fields: Mapping[Any, Any]) -> None:
    english = {title: name for name, title in kind.titles.items()}
    named = {english.get(str(key).strip(), str(key).strip()): value for key, value in fields.items()}
    raw.rows.append(RawRow(kind, line, {k: v for k, v in named.items() if not _is_empty(v)}))


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and value.strip() in EMPTY


def _kind(name: str, kinds: Kinds, raw: RawFile, line: int) -> Kind | None:
    for kind in kinds:
        if name.strip() in (kind.name, kind.title, f"{kind.title} {kind.name}"):
            return kind
    known = [word for kind in kinds for word in (kind.name, kind.title)]
    raw.complain(name, line, "", f"没有 “{name}” 这一段{suggestion(name, known)} (unknown section)")
    return None
