"""What an import changes, row by row and cell by cell, as it may be shown: numbers masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.numbers import Number
from hotline.sheets.cells import cell_text
from hotline.sheets.columns import fields_of
from hotline.sheets.fields import Choice, Secret, is_list
from hotline.sheets.kinds import Kind, Row
from hotline.sheets.problems import Change
from hotline.sheets.store import Store
from hotline.vault import VaultError


def kept(kind: Kind, row: Row, store: Store) -> Mapping[str, Any]:
    """Return what the database keeps of a row, by field, for the fields that the row gives; nothing for a new one.

    Nothing, too, where a key is lost: a file must be able to bring back what cannot be opened any more.
    """
    record = store.records(kind.name).get(kind.key_of(row))
    if record is None:
        return {}
    try:
        more = dict(kind.read_more(record, store)) if kind.read_more else {}
        return fields_of(kind, record, store, row.model_fields_set) | more
    except VaultError:
        return {}


def given(kind: Kind, row: Row, *, new: bool) -> Mapping[str, Any]:
    """Return field -> value of what a row gives; of a new one its defaults too."""
    return {name: getattr(row, name) for name in kind.row.model_fields if new or name in row.model_fields_set}


def cells(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (field, old, new) as they may be shown for the fields that differ."""
    found = []
    for name in kind.row.model_fields:
        before, after, choice = old.get(name), new.get(name), kind.meta(name, Choice)
        if (name in new or not new) and cell_text(before, choice) != cell_text(after, choice):
            found.append((name, shown(kind, name, before), shown(kind, name, after)))
    return found


def change(kind: Kind, line: int, row: Row, before: Mapping[str, Any], outcome: str) -> Change:
    """Return what a row does to what was kept; the cells that stay as they are left out."""
    differ = cells(kind, before, given(kind, row, new=outcome == "added"))
    return Change(kind.name, line, " ".join(str(part) for part in kind.key_of(row)), outcome, differ)


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
