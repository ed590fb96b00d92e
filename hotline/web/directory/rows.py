"""Rows of the directory within reach: searched in the database, a page at a time, numbers masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, exists, false, func, inspect, or_, select
from sqlalchemy.orm import Session

from hotline.directory.models import BranchLine, Household, Partner, Station, Survivor, SurvivorPhone, Team, Tenant
from hotline.numbers import NumberError, parse
from hotline.reach import Reach
from hotline.sheets.changes import shown
from hotline.sheets.editing import values_of
from hotline.sheets.fields import Ref, is_list
from hotline.sheets.history import key_text
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.vault import Vault
from hotline.web.language import _

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Some rows of a kind (their id, field -> text), how many there are in all, and the pages around (None: none)."""

    rows: Sequence[tuple[UUID, Mapping[str, str]]]
    count: int
    earlier: int | None
    later: int | None


def page(store: Store, reach: Reach, tenant: Tenant, kind: Kind, text: str, number: int) -> Page:
    """Return a page of a kind, counted from 1; ``text`` is looked for in all its texts, numbers and station names."""
    records, count = _some(store, reach, tenant, kind, text, number)
    rows = [(record.id, shown_texts(kind, record, store)) for record in records]
    return Page(rows, count, number - 1 if number > 1 else None, number + 1 if number * PAGE < count else None)


def some(
    store: Store, reach: Reach, tenant: Tenant, kind: Kind, text: str, number: int
) -> tuple[Sequence[dict[str, Any]], int]:
    """Return the same page as field -> value, unmasked, and how many rows there are in all."""
    records, count = _some(store, reach, tenant, kind, text, number)
    return [values_of(kind, record, store) for record in records], count


def _some(store: Store, reach: Reach, tenant: Tenant, kind: Kind, text: str, number: int) -> tuple[Sequence[Any], int]:
    found = _condition(store.vault, reach, tenant, kind, text)
    count = store.session.scalar(select(func.count()).select_from(kind.model).where(found)) or 0
    query = select(kind.model).where(found).order_by(*order(kind)).limit(PAGE).offset((number - 1) * PAGE)
    records = store.session.scalars(query).all()
    store.glance(kind, records)
    return records, count


def every(store: Store, reach: Reach, tenant: Tenant, kind: Kind) -> Iterator[dict[str, Any]]:
    """Yield all rows of a kind within reach as field -> value, for a file."""
    query = select(kind.model).where(within(reach, tenant, kind)).order_by(*order(kind))
    return (values_of(kind, record, store) for record in store.session.scalars(query))


def find(session: Session, reach: Reach, tenant: Tenant, kind: Kind, row_id: UUID) -> Any:
    """Return a row of a tenant within reach, None for none."""
    model: Any = kind.model
    return session.scalars(select(model).where(model.id == row_id, within(reach, tenant, kind))).first()


def within(reach: Reach, tenant: Tenant, kind: Kind) -> ColumnElement[bool]:
    """Return the condition for rows that whoever asks may see.

    Rows of no station belong to the whole tenant; a household to the stations of its people, or to all while it has
    none; a branch line to the station of its team or partner; the catalogue to all.
    """
    model: Any = kind.model
    if kind.name == "tenant":
        return model.id == tenant.id  # type: ignore[no-any-return]
    mine: ColumnElement[bool] = model.tenant_id == tenant.id
    if reach.whole or kind.name == "catalogue":
        return mine & reach.covers_tenant(model.tenant_id)
    if kind.name == "stations":
        return mine & reach.covers(model.tenant_id, model.id)
    if kind.name == "households":
        people = select(Survivor.household_id).where(reach.covers(Survivor.tenant_id, Survivor.station_id))
        nobody = ~exists().where(Survivor.household_id == Household.id)
        return mine & (Household.id.in_(people) | nobody)
    if kind.name == "branch_lines":
        teams, partners = (
            select(owner.id).where(reach.covers(owner.tenant_id, owner.station_id)) for owner in (Team, Partner)
        )
        return mine & (BranchLine.team_id.in_(teams) | BranchLine.partner_id.in_(partners))
    return mine & reach.covers(model.tenant_id, model.station_id) if hasattr(model, "station_id") else false()


def _condition(vault: Vault, reach: Reach, tenant: Tenant, kind: Kind, text: str) -> ColumnElement[bool]:
    mine = within(reach, tenant, kind)
    if not text:
        return mine
    model: Any = kind.model
    columns = inspect(model).columns
    wanted = [column.icontains(text, autoescape=True) for column in columns if isinstance(column.type, String)]
    if hasattr(model, "station_id"):
        wanted.append(model.station_id.in_(select(Station.id).where(Station.name.icontains(text, autoescape=True))))
    hashes = {vault.fingerprint(part) for part in {text, _number(text)}}
    wanted += [column.in_(hashes) for column in columns if column.name.endswith("_hash")]
    if kind.name == "survivors":
        wanted.append(model.id.in_(select(SurvivorPhone.survivor_id).where(SurvivorPhone.number_hash.in_(hashes))))
    return mine & or_(*wanted)


def _number(text: str) -> str:
    try:
        return parse(text).value
    except NumberError:
        return text


def order(kind: Kind) -> Sequence[Any]:
    """Return the columns by which the rows of a kind are put in order."""
    model: Any = kind.model
    return [model.code, model.id] if hasattr(model, "code") else [model.id]


def title(kind: Kind, record: Any, store: Store) -> str:
    """Return how a row is called: its name or title with its key."""
    name = getattr(record, "name", "") or (getattr(record, "title", "") if kind.name == "catalogue" else "")
    if kind.name in ("shifts", "policies", "patterns", "handsets"):
        places = store.records("stations")
        station = store.code_of("stations", record.station_id)
        name = getattr(places.get((station,)), "name", "") or (_("全域") if kind.name == "policies" else "")
    return " · ".join(filter(None, [name, key_text(kind, record, store)]))


def shown_texts(kind: Kind, record: Any, store: Store) -> dict[str, str]:
    """Return field -> text for the eyes of everybody who may see the row: numbers masked, references by name."""
    values = values_of(kind, record, store)
    return {name: _named(kind, name, values[name], store) for name in kind.row.model_fields}


def _named(kind: Kind, name: str, value: Any, store: Store) -> str:
    """A reference with its name beside the code: nobody knows codes by heart."""
    ref = kind.meta(name, Ref)
    if not ref or not value:
        return shown(kind, name, value)
    codes = value if is_list(value) else [value]
    return "；".join(f"{code} {store.named(ref.kind, code)}".strip() for code in codes)
