"""What is wrong with a file, said so that its author can put it right: Chinese first, English beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

REASONS: Mapping[str, str] = {
    "missing": "缺少这一项 (missing)",
    "int_parsing": "应为整数 (a whole number is needed)",
    "int_type": "应为整数 (a whole number is needed)",
    "string_type": "应为文字 (text is needed)",
    "tuple_type": "应为若干项 (a list is needed)",
    "dict_type": "应为若干项设置 (a mapping is needed)",
    "greater_than_equal": "不能小于 {ge} (at least {ge})",
    "less_than_equal": "不能大于 {le} (at most {le})",
    "string_too_long": "最多 {max_length} 个字 (at most {max_length} characters)",
    "too_short": "至少写 {min_length} 项 (at least {min_length})",
}


@dataclass(frozen=True)
class Problem:
    """One mistake and where it stands. ``row`` is the row of the sheet or the line of the YAML file, 0 if none."""

    file: str
    sheet: str
    row: int
    field: str
    reason: str
    name: str = ""
    """The field's English name alone, by which a form finds it; empty where the row as a whole is wrong."""

    def __str__(self) -> str:
        where = [self.file, self.sheet, f"第 {self.row} 行 (row {self.row})" if self.row else "", self.field]
        return " · ".join(part for part in where if part) + f"：{self.reason}"


@dataclass
class Counts:
    """How many rows of a kind were new, differed, or were there already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Change:
    """A row that is new or differs. ``cells``: (English name of the field, old, new), numbers masked."""

    kind: str
    line: int
    key: str
    outcome: str
    cells: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class ImportReport:
    """What an import did; with errors it did nothing at all."""

    kinds: Mapping[str, Counts] = field(default_factory=dict)
    errors: tuple[Problem, ...] = ()
    dry_run: bool = False
    tenant: str = ""
    changes: Sequence[Change] = ()
    """Each new or changed row; told by a dry run only: what is written is kept in the history."""

    @property
    def added(self) -> int:
        """Rows that were new."""
        return sum(counts.added for counts in self.kinds.values())

    @property
    def changed(self) -> int:
        """Rows that differed from what is kept."""
        return sum(counts.changed for counts in self.kinds.values())

    @property
    def unchanged(self) -> int:
        """Rows that were there already."""
        return sum(counts.unchanged for counts in self.kinds.values())

    @property
    def summary(self) -> str:
        """One line for the user."""
        if self.errors:
            return f"{len(self.errors)} 处错误，什么都没有导入 ({len(self.errors)} errors, nothing was imported)"
        numbers = f"新增 {self.added}，变更 {self.changed}，未变 {self.unchanged}"
        beside = f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged"
        return f"{'试运行：' if self.dry_run else ''}{numbers} ({beside}{', dry run' if self.dry_run else ''})"


def suggestion(text: str, known: Iterable[str]) -> str:
    """Return “，您是不是想写 …？” when something known is close to ``text``, else nothing."""
    near = get_close_matches(text, list(known), n=1, cutoff=0.5 if len(text) < 4 else 0.6)
    return f"，您是不是想写 “{near[0]}”？ (did you mean “{near[0]}”?)" if near else ""


def reason_of(error: Mapping[str, Any]) -> str:
    """Return why one of pydantic's errors was raised, in Chinese and English."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    known = REASONS.get(error["type"])
    return known.format(**error.get("ctx", {})) if known else f"不符合要求 ({error['msg']})"


def reasons(error: ValidationError, titles: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Return (field, reason) for every error of a row; ``titles`` are the fields it may have."""
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        if one["type"] == "extra_forbidden":
            yield name, f"没有这一项{suggestion(name, [*titles, *titles.values()])} (unknown field)"
        else:
            yield name, reason_of(one)
