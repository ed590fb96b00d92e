"""What the database holds of a tenant, as a file that imports again without a change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.sheets.columns import fields_of
from hotline.sheets.fields import is_list, written
from hotline.sheets.kinds import Kind, Kinds
from hotline.sheets.store import Store
from hotline.vault import Vault


def export_xlsx(session: Session, path: Path, vault: Vault, tenant: str, now: datetime, kinds: Kinds) -> None:
    """Write the workbook that coordinators fill in, with the present data of ``tenant`` (its code).

    A tenant that is not there yet gives the empty template. The file holds telephone numbers in full.
    """
    from hotline.sheets.workbook import fill  # openpyxl is loaded by whoever makes a workbook

    store = Store(session, vault, now, kinds, tenant)
    book = fill(kinds, {kind.name: list(_rows(kind, store)) for kind in kinds}, now)
    _safely(path, book.save)


def export_yaml(session: Session, path: Path, vault: Vault, tenant: str, now: datetime, kinds: Kinds) -> None:
    """Write the data of ``tenant`` (its code) as YAML, a row a line; fields at their default are left out."""
    store = Store(session, vault, now, kinds, tenant)
    text = [f"# {tenant}，{local(now):%Y-%m-%d %H:%M}", ""]
    for kind in kinds:
        lines = [_flow(kind, values) for values in _rows(kind, store)]
        if lines:
            text += [f"# {kind.title}", f"{kind.name}:", *(f"  - {line}" for line in lines), ""]
    _safely(path, lambda target: target.write_text("\n".join(text), encoding="utf-8"))


def _rows(kind: Kind, store: Store) -> Iterator[dict[str, Any]]:
    """Yield the records of a kind as field -> value, in an order that does not change."""
    records = store.records(kind.name)
    for key in sorted(records, key=lambda k: (getattr(records[k], "level", 0), tuple(map(str, k)))):
        values = fields_of(kind, records[key], store, kind.row.model_fields)
        yield values | dict(kind.read_more(records[key], store) if kind.read_more else {})


def _flow(kind: Kind, values: Mapping[str, Any]) -> str:
    fields = kind.row.model_fields
    plain = {
        name: _plain(values[name])
        for name in fields
        if values[name] not in (None, "", [], ()) and (name in kind.key or values[name] != fields[name].default)
    }
    dumped: str = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return dumped.strip()


def _plain(value: Any) -> Any:
    if is_list(value):
        return [_plain(item) for item in value]
    return value if isinstance(value, (bool, int, dict)) else written(value)


def _safely(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target and move it there, so that a failure leaves no half file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
