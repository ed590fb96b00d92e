"""Keeps what became of each row with who, when, and old and new values; reads it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from hotline.db import Base, new_id
from hotline.sheets.cells import cell_text
from hotline.sheets.changes import cells
from hotline.sheets.columns import fields_of
from hotline.sheets.fields import Choice
from hotline.sheets.kinds import Kind
from hotline.sheets.models import DirectoryChange
from hotline.sheets.store import Store
from hotline.vault import Vault


@dataclass(frozen=True)
class Author:
    """Who writes, and how: ``form``, ``import``, ``command`` or ``undo``."""

    name: str
    how: str
    account_id: UUID | None = None
    undoes: Mapping[UUID, UUID] = field(default_factory=dict)
    """Of an undoing: row -> the change that is taken back."""


COMMAND = Author("命令行 command line", "command")


class Values(NamedTuple):
    """The texts of the fields that a change touched, before and after it; in full."""

    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class Scribe:
    """Writes the history of what is written at once."""

    by: Author
    batch_id: UUID = field(default_factory=new_id)

    def note(
        self, store: Store, kind: Kind, record: Any, outcome: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> None:
        """Add one row's change; ``old`` and ``new``: field -> value of all that was given. Flushed by the caller."""
        differ = cells(kind, old, new)
        names = [name for name, _old, _new in differ]
        values = {"before": _texts(kind, old, names), "after": _texts(kind, new, names)}
        change = DirectoryChange(
            batch_id=self.batch_id, tenant_id=store.tenant_id, station_id=_station(kind, record), at=store.now,
            by=self.by.name, account_id=self.by.account_id, how=self.by.how, kind=kind.name, row_id=record.id,
            key=key_text(kind, record, store), name=str(getattr(record, "name", "")), outcome=outcome,
            cells=[list(cell) for cell in differ], undoes_id=self.by.undoes.get(record.id),
            sealed=store.vault.seal(json.dumps(values, ensure_ascii=False)),
        )  # fmt: skip
        store.session.add(change)


def key_text(kind: Kind, record: Base, store: Store) -> str:
    """Return what tells a row from the others of its kind, e.g. its code; of the tenant's own policy nothing."""
    return " ".join(str(value) for value in fields_of(kind, record, store, kind.key).values())


def opened(change: DirectoryChange, vault: Vault) -> Values:
    """Return what a change did, in full. Raises VaultError."""
    read = json.loads(vault.open(change.sealed))
    return Values(read["before"], read["after"])


def _texts(kind: Kind, values: Mapping[str, Any], names: list[str]) -> dict[str, str]:
    return {name: cell_text(values[name], kind.meta(name, Choice)) for name in names if name in values}


def _station(kind: Kind, record: Any) -> UUID | None:
    found: UUID | None = record.id if kind.name == "stations" else getattr(record, "station_id", None)
    return found
