"""Takes changes back: the old values go through the checks of any form or file, and nothing newer is overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hotline.sheets.book import check, typed
from hotline.sheets.editing import Texts, texts_of, values_of
from hotline.sheets.history import Author, Scribe, opened
from hotline.sheets.importing import write
from hotline.sheets.kinds import Kind
from hotline.sheets.models import DirectoryChange
from hotline.sheets.problems import ImportReport
from hotline.sheets.reading import RawFile, RawRow
from hotline.sheets.store import Store


class UndoError(ValueError):
    """A change cannot be taken back; the message says which and why, in Chinese and English."""


def remove(kind: Kind, record: Any, store: Store, scribe: Scribe) -> None:
    """Take a row away and keep in the history what it was. Raises UndoError for a kind that is only retired."""
    if not kind.removable:
        raise UndoError(f"{kind.title}只能停用，不能删除 (a row of this kind is retired, never removed)")
    scribe.note(store, kind, record, "removed", values_of(kind, record, store), {})
    store.remove(kind, record)


def undo(changes: Iterable[DirectoryChange], store: Store, by: Author) -> ImportReport:
    """Take changes back, all of them or, with an error in the report, none; ``by`` says who asks.

    A row that was added is retired, or taken away where its kind is removable. The caller commits, or rolls back what
    is refused. Raises UndoError where something newer was changed. Needs hotline.sheets.importing.one_at_a_time.
    """
    newest_first = sorted(changes, key=lambda one: one.id, reverse=True)
    scribe = Scribe(Author(by.name, "undo", by.account_id, {one.row_id: one.id for one in newest_first}))
    rows: list[RawRow] = []
    for one in newest_first:
        kind = store.kinds[one.kind]
        record = next((r for r in store.records(kind.name).values() if r.id == one.row_id), None)
        texts = _former(one, kind, record, store)
        if texts is None:
            remove(kind, record, store, scribe)
        else:
            rows.append(RawRow(kind, 0, texts))
    book = typed(RawFile("", rows), tuple(store.kinds.values()))
    check(book, store)
    return write(book, store, scribe)


def _former(change: DirectoryChange, kind: Kind, record: Any, store: Store) -> Texts | None:
    """Return the texts of the row as it was before a change; None: there was none, and there need be none."""
    before, after = opened(change, store.vault)
    if change.outcome == "removed":
        if record is not None:
            raise UndoError(_about(change, kind, "又有了 (it is there again)"))
        store.former_ids[kind.name, tuple(before.get(name, "") for name in kind.key)] = change.row_id
        return before
    if record is None:
        raise UndoError(_about(change, kind, "已经删除 (it has been removed)"))
    current = texts_of(kind, record, store)
    newer = [name for name, text in after.items() if current[name] != text]
    if newer:
        names = "、".join(f"{kind.titles[name]} {name}" for name in newer)
        raise UndoError(_about(change, kind, f"{names} 后来又改过，请先撤销较新的改动 (changed again since)"))
    if change.outcome == "changed":
        if before.keys() != after.keys():
            raise UndoError(_about(change, kind, "原来的内容打不开 (the old values cannot be opened)"))
        return {**current, **before}
    if "active" in current:
        return {**current, "active": "否"}
    if kind.removable:
        return None
    raise UndoError(_about(change, kind, "不能撤销新增 (what was added cannot be taken away)"))


def _about(change: DirectoryChange, kind: Kind, reason: str) -> str:
    return f"{kind.title} {change.name} {change.key}：{reason}".replace("  ", " ")
