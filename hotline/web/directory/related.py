"""What belongs to a row: the rows of other kinds, or its own, that name it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from hotline.directory.models import Survivor, Tenant
from hotline.reach import Reach
from hotline.sheets.columns import attribute
from hotline.sheets.fields import Ref
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.directory import rows

MOST = 30


@dataclass(frozen=True)
class Related:
    """Rows of one kind that name the row (id, title; the first of them), how many there are, and the field."""

    kind: Kind
    field: str
    rows: Sequence[tuple[UUID, str]]
    count: int


def of(store: Store, reach: Reach, tenant: Tenant, kind: Kind, record: Any) -> list[Related]:
    """Return what names a row within reach; of a survivor the others of the household."""
    found = []
    for other in store.kinds.values():
        names = [
            (name, ref) for name in other.row.model_fields
            if (ref := other.meta(name, Ref)) and ref.kind == kind.name and not ref.as_code
        ]  # fmt: skip
        if names:
            model: Any = other.model
            wanted = or_(*(_is(getattr(model, attribute(name, ref)), ref, record.id) for name, ref in names))
            found.append(_read(store, reach, tenant, other, names[0][0], wanted))
    if kind.name == "survivors" and record.household_id:
        family = (Survivor.household_id == record.household_id) & (Survivor.id != record.id)
        found.append(_read(store, reach, tenant, kind, "household", family))
    return [one for one in found if one.count]


def _is(column: Any, ref: Ref, id_: UUID) -> Any:
    return column.any_() == id_ if ref.many else column == id_


def _read(store: Store, reach: Reach, tenant: Tenant, kind: Kind, field: str, wanted: Any) -> Related:
    model: Any = kind.model
    mine = rows.within(reach, tenant, kind) & wanted
    count = store.session.scalar(select(func.count()).select_from(model).where(mine)) or 0
    query = select(model).where(mine).order_by(*rows.order(kind)).limit(MOST)
    shown = [(record.id, rows.title(kind, record, store)) for record in store.session.scalars(query)]
    return Related(kind, field, shown, count)
