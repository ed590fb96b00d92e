"""What the database holds of a tenant, found by the keys that a file uses, and the writing of one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from hotline.db import Base, new_id
from hotline.sheets.columns import assign, attribute, columns, fields_of
from hotline.sheets.fields import Ref
from hotline.sheets.kinds import Kind, Kinds, Row
from hotline.vault import Vault

Key = tuple[Any, ...]
T = TypeVar("T")


class Store:
    """The tenant's records, each kind loaded once; for one import or export."""

    def __init__(self, session: Session, vault: Vault, now: datetime, kinds: Kinds, tenant: str) -> None:
        self.session, self.vault, self.now = session, vault, now
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self.tenant = tenant
        self._records: dict[str, dict[Key, Any]] = {}
        self._codes: dict[str, dict[UUID, str]] = {}
        self._once: dict[str, Any] = {}
        self.few: frozenset[UUID] | None = None
        """Ids of the only records that are looked at; None: any may be. What belongs to others is not read then."""
        self._glances: dict[str, dict[UUID, Any]] = {}
        self.former_ids: dict[tuple[str, Key], UUID] = {}
        """(kind, key) -> the id under which a row that was taken away comes back."""

    @property
    def tenant_id(self) -> UUID | None:
        """The tenant's id; None while it is not in the database."""
        record = self.records("tenant").get((self.tenant,))
        return record.id if record else None

    def records(self, name: str) -> dict[Key, Any]:
        """Return the records of a kind by key."""
        if name not in self._records:
            self._records[name], self._codes[name] = {}, {}
            kind = self.kinds[name]
            for record in self.session.scalars(select(kind.model).where(self._mine(kind))):
                self._remember(kind, record)
        return self._records[name]

    def codes(self, name: str) -> set[str]:
        """Return the codes that the database knows of a kind."""
        self.records(name)
        return set(self._codes[name].values())

    def id_of(self, name: str, code: str) -> UUID:
        """Return the id of the record with a code. Raises KeyError; the check of the file has seen to it before."""
        found: UUID = self.records(name)[(code,)].id
        return found

    def code_of(self, name: str, id_: UUID | None) -> str:
        """Return the code of the record with an id, and nothing for none."""
        if id_ and name not in self._records and (seen := self._glances.get(name, {}).get(id_)):
            return str(seen.code)
        self.records(name)
        return self._codes[name].get(id_, "") if id_ else ""

    def glance(self, kind: Kind, records: Sequence[Any]) -> None:
        """Read just what some records name: a page of a ledger of thousands needs some dozens."""
        self.few = frozenset(record.id for record in records)
        for name in kind.row.model_fields:
            ref = kind.meta(name, Ref)
            if ref and not ref.as_code:
                values = [getattr(record, attribute(name, ref)) for record in records]
                ids = {id_ for value in values for id_ in (value if ref.many else [value]) if id_}
                model: Any = self.kinds[ref.kind].model
                known = self._glances.setdefault(ref.kind, {})
                mine = select(model).where(model.id.in_(ids))
                known |= {one.id: one for one in self.session.scalars(mine)} if ids else {}

    def named(self, name: str, code: str) -> str:
        """Return the name of the record with a code; an empty string for none."""
        seen = self._glances.get(name, {}).values() if name not in self._records else ()
        found = next((one for one in seen if one.code == code), None) or self.records(name).get((code,))
        return str(getattr(found, "name", ""))

    def once(self, name: str, load: Callable[[], T]) -> T:
        """Return what ``load`` returned the first time it was asked for under ``name``."""
        if name not in self._once:
            self._once[name] = load()
        found: T = self._once[name]
        return found

    def put(self, kind: Kind, row: Row) -> tuple[Any, str]:
        """Write a row without flushing; return its record and ``added``, ``changed`` or ``unchanged``.

        Fields that the row does not give stay as they are.
        """
        record = self.records(kind.name).get(kind.key_of(row))
        more = dict(kind.more_columns(row, self)) if kind.more_columns else {}
        if record is not None:
            changed = assign(record, columns(kind, row, row.model_fields_set, self) | more, self)
            return record, "changed" if changed else "unchanged"
        made: Any = kind.model()
        made.id = self.former_ids.get((kind.name, kind.key_of(row))) or new_id()
        if kind.name != "tenant":
            made.tenant_id = self.tenant_id
        assign(made, columns(kind, row, kind.row.model_fields, self) | more, self)
        self.session.add(made)
        self._remember(kind, made)
        return made, "added"

    def remove(self, kind: Kind, record: Any) -> None:
        """Take a row away, flushed. What was read before of the tables around it is read anew."""
        if kind.begin:
            kind.begin(self)
        self.session.delete(record)
        self.session.flush()
        self._records.pop(kind.name, None)
        self._codes.pop(kind.name, None)
        if kind.finish:
            kind.finish(self)

    def _mine(self, kind: Kind) -> Any:
        model: Any = kind.model
        if kind.name == "tenant":
            return model.code == self.tenant
        tenant_id = self.tenant_id
        return model.tenant_id == tenant_id if tenant_id else false()

    def _remember(self, kind: Kind, record: Base) -> None:
        values = fields_of(kind, record, self, kind.key)
        self._records[kind.name][tuple(values[name] for name in kind.key)] = record
        self._codes[kind.name][record.id] = str(getattr(record, "code", ""))  # type: ignore[attr-defined]
