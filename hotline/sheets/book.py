"""The rows of a file, typed, and what is wrong with them as long as nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from hotline.sheets.fields import Ref
from hotline.sheets.kinds import Kind, Kinds, Placed
from hotline.sheets.problems import Problem, reasons, suggestion
from hotline.sheets.reading import RawFile
from hotline.sheets.store import Store


@dataclass
class Book:
    """The good rows of a file by kind, and the problems of the others."""

    file: str
    kinds: Kinds
    rows: Mapping[str, Sequence[Placed]]
    problems: list[Problem] = field(default_factory=list)
    codes: Mapping[str, set[str]] = field(default_factory=dict)
    """Codes that the file defines, by kind, those of bad rows included: a row is not wrong because another is."""

    def of(self, kind: str) -> Sequence[Placed]:
        """Return the good rows of a kind."""
        return self.rows.get(kind, ())

    def complain(self, kind: Kind, line: int, name: str, reason: str) -> None:
        """Note a problem, the field with its Chinese heading."""
        title = kind.titles.get(name, "")
        self.problems.append(Problem(self.file, kind.heading, line, f"{title} {name}".strip(), reason, name))


def typed(raw: RawFile, kinds: Kinds) -> Book:
    """Return the book of a raw file; every field that cannot be read is a problem."""
    rows: dict[str, list[Placed]] = defaultdict(list)
    codes: dict[str, set[str]] = defaultdict(set)
    book = Book(raw.name, kinds, rows, list(raw.problems), codes)
    for one in raw.rows:
        codes[one.kind.name].add(str(one.fields.get("code", "")))
        try:
            rows[one.kind.name].append(Placed(one.kind.row.model_validate(one.fields), one.line))
        except ValidationError as error:
            for name, reason in reasons(error, one.kind.titles):
                book.complain(one.kind, one.line, name, reason)
    return book


def check(book: Book, store: Store) -> None:
    """Add to the book's problems: rows written twice, names of nothing, and what each kind finds itself."""
    for kind in book.kinds:
        rows = book.of(kind.name)
        _check_repeats(kind, rows, book)
        for name in kind.row.model_fields:
            mark = kind.meta(name, Ref)
            if mark:
                _check_refs(kind, name, mark, book, store)
        for flaw in kind.check(rows, book, store):
            book.complain(kind, flaw.line, flaw.field, flaw.reason)


def _check_repeats(kind: Kind, rows: Sequence[Placed], book: Book) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for row, line in rows:
        key = kind.key_of(row)
        if key in seen:
            text = " ".join(str(part) for part in key)
            book.complain(kind, line, kind.key[0], f"“{text}” 在第 {seen[key]} 行已有 (already in row {seen[key]})")
        seen.setdefault(key, line)


def _check_refs(kind: Kind, name: str, mark: Ref, book: Book, store: Store) -> None:
    known = book.codes.get(mark.kind, set()) | store.codes(mark.kind)
    target = store.kinds[mark.kind]
    for row, line in book.of(kind.name):
        for code in _named(getattr(row, name), many=mark.many):
            if code not in known:
                near = suggestion(code, known)
                book.complain(kind, line, name, f"没有{target.title} “{code}”{near} (no such row in {target.name})")


def _named(value: Any, *, many: bool) -> Iterator[str]:
    yield from (value or ()) if many else ((value,) if value else ())
