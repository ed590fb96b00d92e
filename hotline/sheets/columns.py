"""A row as the columns of its record, and back: references as ids, numbers and secrets as hash and ciphertext."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hotline.db import Base
from hotline.numbers import Number, from_stored
from hotline.sheets.fields import Apart, Ref, Secret
from hotline.sheets.kinds import Kind, Row
from hotline.vault import VaultError

if TYPE_CHECKING:
    from hotline.sheets.store import Store


@dataclass(frozen=True)
class Sealed:
    """A text that is kept as ciphertext; two ciphertexts of one text differ, so it is compared opened."""

    text: str


def columns(kind: Kind, row: Row, fields: Iterable[str], store: Store) -> dict[str, Any]:
    """Return column -> value for the fields of a row; a secret's ciphertext column as Sealed."""
    found: dict[str, Any] = {}
    for name in fields:
        value = getattr(row, name)
        if kind.meta(name, Apart):
            continue
        if ref := kind.meta(name, Ref):
            found[attribute(name, ref)] = _reference(value, ref, store)
        elif kind.meta(name, Secret):
            found |= _secret(kind, name, value, store)
        else:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def fields_of(kind: Kind, record: Base, store: Store, fields: Iterable[str]) -> dict[str, Any]:
    """Return field -> value of a record; those marked Apart are the kind's own affair."""
    found: dict[str, Any] = {}
    for name in fields:
        if kind.meta(name, Apart):
            continue
        if ref := kind.meta(name, Ref):
            value = getattr(record, attribute(name, ref))
            found[name] = value if ref.as_code else _codes(value, ref, store)
        elif kind.meta(name, Secret):
            sealed = getattr(record, f"{name}_sealed")
            text = store.vault.open(sealed) if sealed else ""
            found[name] = from_stored(text) if text and name == "number" else text
        else:
            found[name] = getattr(record, name)
    return found


def assign(record: Base, values: dict[str, Any], store: Store) -> bool:
    """Set the columns that differ; True when one did."""
    changed = False
    for name, value in values.items():
        old = getattr(record, name)
        if isinstance(value, Sealed):
            if _opened(old, store) == value.text:
                continue
            value = store.vault.seal(value.text)
        elif old == value:
            continue
        setattr(record, name, value)
        changed = True
    return changed


def attribute(name: str, ref: Ref) -> str:
    """Return the column that keeps a reference."""
    if ref.attribute:
        return ref.attribute
    return name if ref.as_code else f"{name}_ids" if ref.many else f"{name}_id"


def _reference(value: Any, ref: Ref, store: Store) -> Any:
    if ref.many:
        return list(value) if ref.as_code else [store.id_of(ref.kind, code) for code in value]
    if ref.as_code:
        return value
    return store.id_of(ref.kind, value) if value else None


def _codes(value: Any, ref: Ref, store: Store) -> Any:
    if ref.many:
        return [store.code_of(ref.kind, id_) for id_ in value]
    return store.code_of(ref.kind, value)


def _secret(kind: Kind, name: str, value: Number | str | None, store: Store) -> dict[str, Any]:
    if not value:
        return {f"{name}_hash": None, f"{name}_sealed": None}
    plain = value.value if isinstance(value, Number) else value
    found: dict[str, Any] = {f"{name}_hash": store.vault.fingerprint(plain), f"{name}_sealed": Sealed(str(value))}
    if isinstance(value, Number) and hasattr(kind.model, "extension"):
        found["extension"] = value.extension or ""
    return found


def _opened(sealed: bytes | None, store: Store) -> str | None:
    try:
        return store.vault.open(sealed) if sealed else None
    except VaultError:
        return None
