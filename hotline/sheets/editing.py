"""One row by a form: its fields as texts, and the texts back into the row just as an import would write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from hotline.sheets.book import check, typed
from hotline.sheets.cells import cell_text
from hotline.sheets.columns import fields_of
from hotline.sheets.fields import Choice
from hotline.sheets.history import Author, Scribe
from hotline.sheets.importing import write
from hotline.sheets.kinds import Kind
from hotline.sheets.problems import ImportReport
from hotline.sheets.reading import RawFile, RawRow
from hotline.sheets.store import Store
from hotline.vault import Vault

Texts = Mapping[str, str]
"""Field -> its text as it stands in a workbook's cell."""


class Saved(NamedTuple):
    """What became of a row: the report with its errors, and the record where there are none."""

    report: ImportReport
    record: Any


def values_of(kind: Kind, record: Any, store: Store) -> dict[str, Any]:
    """Return field -> value of a record, those of other tables too. Raises VaultError."""
    more = dict(kind.read_more(record, store)) if kind.read_more else {}
    return fields_of(kind, record, store, kind.row.model_fields) | more


def texts_of(kind: Kind, record: Any, store: Store) -> dict[str, str]:
    """Return the texts of a record, numbers in full. Raises VaultError."""
    values = values_of(kind, record, store)
    return {name: cell_text(values[name], kind.meta(name, Choice)) for name in kind.row.model_fields}


def mark(texts: Texts, vault: Vault) -> str:
    """Return what is another as soon as one field is, and tells nothing of them: a form brings it back."""
    return vault.fingerprint(json.dumps(texts, ensure_ascii=False, sort_keys=True)).hex()[:32]


def save(kind: Kind, texts: Texts, store: Store, by: Author, *, new: bool) -> Saved:
    """Write one row from its texts, checked by the code that checks a file; with an error nothing is written.

    An empty text empties its field; one that must not be empty is missing. The caller commits.
    """
    required = {name for name, info in kind.row.model_fields.items() if info.is_required()}
    given = {name: text.strip() for name, text in texts.items() if text.strip() or name not in required}
    book = typed(RawFile("", [RawRow(kind, 0, given)]), tuple(store.kinds.values()))
    check(book, store)
    for row, line in book.of(kind.name):
        if new and kind.key_of(row) in store.records(kind.name):
            name = kind.key[0]
            book.complain(kind, line, name, f"“{getattr(row, name)}” 已有一条 (there is one already)")
    report = write(book, store, Scribe(by))
    if report.errors:
        return Saved(report, None)
    return Saved(report, store.records(kind.name)[kind.key_of(book.of(kind.name)[0].row)])
