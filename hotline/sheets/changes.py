"""What an import changes, row by row and cell by cell, as it may be shown: numbers masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.numbers import Number
from hotline.sheets.columns import fields_of
from hotline.sheets.fields import Choice, Secret, is_list
from hotline.sheets.kinds import Kind, Row
from hotline.sheets.problems import Change
from hotline.sheets.store import Store
from hotline.sheets.workbook import cell_text


def kept(kind: Kind, row: Row, store: Store) -> Mapping[str, Any]:
    """Return what the database keeps of a row, by field, for the fields that the row gives; nothing for a new one."""
    record = store.records(kind.name).get(kind.key_of(row))
    if record is None:
        return {}
    more = dict(kind.read_more(record, store)) if kind.read_more else {}
    return fields_of(kind, record, store, row.model_fields_set) | more


def change(kind: Kind, line: int, row: Row, before: Mapping[str, Any], outcome: str) -> Change:
    """Return what a row does to what was kept; the cells that stay as they are left out."""
    cells = []
    for name in kind.row.model_fields:
        old, new, choice = before.get(name), getattr(row, name), kind.meta(name, Choice)
        if name in row.model_fields_set and cell_text(old, choice) != cell_text(new, choice):
            cells.append((name, shown(kind, name, old), shown(kind, name, new)))
    return Change(kind.name, line, " ".join(str(part) for part in kind.key_of(row)), outcome, cells)


def shown(kind: Kind, name: str, value: Any) -> str:
    """Return a value as it stands in a cell, a telephone or identity number with its middle hidden."""
    if is_list(value):
        return "；".join(shown(kind, name, item) for item in value)
    if isinstance(value, Number):
        return value.masked
    if isinstance(value, tuple):  # a labelled telephone
        return " ".join(part.masked if isinstance(part, Number) else str(part) for part in value).strip()
    if kind.meta(name, Secret) and value:
        return f"{str(value)[:3]}{'*' * 11}{str(value)[-2:]}"
    return cell_text(value, kind.meta(name, Choice))
