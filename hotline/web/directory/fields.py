"""A row's fields as those of a form: made from the same description that an import reads, so that none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from hotline.directory.models import Household, Policy, Staff, Station, Survivor, Tenant
from hotline.reach import Reach
from hotline.sheets.cells import cell_text
from hotline.sheets.editing import Texts
from hotline.sheets.fields import Choice, Ref, Secret
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.directory import policies, rows
from hotline.web.language import language, words

JOIN = "；"
"""Between the items of a list in one text, as in a workbook's cell."""
MOST = 600
"""Rows that a list offers to choose from; of more the code is typed, with proposals."""
LONG = frozenset({"situation", "summary", "summary_en", "conditions", "bring", "apply", "note"})
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One field of a form. ``widget``: text, area, lines, date, int, select, several, ordered, typed or policy."""

    name: str
    label: str
    hint: str
    widget: str
    value: str
    required: bool
    options: Options = ()
    refers: bool = False
    wrong: str = ""
    """Why what was typed cannot be kept."""
    meanwhile: str | None = None
    """What somebody else has written here since the form was opened."""

    @property
    def may_be_empty(self) -> bool:
        """True where a list offers nothing as well: a reference need not be there, a choice must."""
        return self.refers and not self.required

    @property
    def iso(self) -> bool:
        """True for a date that a browser's calendar can show; a mistyped one is shown as it was typed."""
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.value))

    @property
    def items(self) -> list[str]:
        """The items of a list."""
        return [item for item in re.split(r"[；\n]", self.value) if item.strip()]


def read(kind: Kind, form: MultiDict[str, str]) -> dict[str, str]:
    """Return field -> text of what was sent; fields that the form has not are left out."""
    found = {name: JOIN.join(part for part in form.getlist(name) if part) for name in kind.row.model_fields}
    if kind.model is Policy and (data := policies.read(form)) is not None:
        found["data"] = data
    return {name: text.replace("\0", "").replace("\r\n", "\n") for name, text in found.items() if name in form or text}


def same(typed: str, kept: str) -> bool:
    """Return whether a typed text is what is kept; a browser ends lines in its own way, and lists have lines."""
    one, other = ([part.strip() for part in re.split(r"[；\n]+", text.strip())] for text in (typed, kept))
    return one == other


def fields(
    kind: Kind, texts: Texts, offered: Mapping[str, Options], wrong: Mapping[str, str], meanwhile: Texts, *, new: bool
) -> list[Field]:
    """Return the fields of a row's form in the order of its columns; of an old row without its key."""
    shown = [name for name in kind.row.model_fields if new or name not in kind.key]
    shown.sort(key="active".__eq__)  # whether it is retired comes last
    return [_field(kind, name, texts.get(name, ""), offered, wrong, meanwhile) for name in shown]


def blank(kind: Kind) -> dict[str, str]:
    """Return the texts with which a new row's form begins: what an import takes for a field that is left out."""
    info = kind.row.model_fields
    return {
        name: "" if one.is_required() else cell_text(one.default, kind.meta(name, Choice)) for name, one in info.items()
    }


def offers(store: Store, reach: Reach, tenant: Tenant, kind: Kind, texts: Texts) -> dict[str, Options]:
    """Return for each field that names another row: the rows to choose from (code, words), the present ones too."""
    found: dict[str, Options] = {}
    for name in kind.row.model_fields:
        ref: Ref | None = kind.meta(name, Ref)
        if ref:
            target, mine = store.kinds[ref.kind], texts.get(name, "").split(JOIN)
            everywhere = Reach(tenant.id) if ref.as_code else reach  # neighbours lie outside by their nature
            found[name] = _rows(store, everywhere, tenant, target, mine)
    return found


def _rows(store: Store, reach: Reach, tenant: Tenant, kind: Kind, mine: Sequence[str]) -> Options:
    model: Any = kind.model
    inside = (rows.within(reach, tenant, kind) & getattr(model, "active", True)) | (
        (model.tenant_id == tenant.id) & model.code.in_(mine)
    )
    query = select(model).where(inside).order_by(model.code)
    if kind.model is Station:
        records = list(store.session.scalars(query))
        return [(one.code, "　" * depth + _named(one)) for one, depth in in_tree(records)]
    records = list(store.session.scalars(query.limit(MOST + 1)))
    places = {one.id: one for one in store.records("stations").values()} if kind.model is Staff else {}
    if kind.model is Household:
        return _families(store, records)
    return [(one.code, _named(one, places.get(getattr(one, "station_id", None)))) for one in records]


def tree(store: Store, reach: Reach, tenant: Tenant) -> list[tuple[Station, int]]:
    """Return the stations within reach with their depth, each followed by those below it."""
    mine = rows.within(reach, tenant, store.kinds["stations"])
    return in_tree(store.session.scalars(select(Station).where(mine).order_by(Station.code)).all())


def in_tree(stations: Sequence[Station]) -> list[tuple[Station, int]]:
    """Return stations with their depth, each followed by those below it."""
    ids = {one.id for one in stations}
    below: dict[Any, list[Station]] = {}
    for one in stations:
        below.setdefault(one.parent_id if one.parent_id in ids else None, []).append(one)

    def walk(parent: Any, depth: int) -> list[tuple[Station, int]]:
        return [pair for one in below.get(parent, ()) for pair in ((one, depth), *walk(one.id, depth + 1))]

    return walk(None, 0)


def _families(store: Store, households: Sequence[Household]) -> Options:
    """A household has no name: it is known by its people."""
    people: dict[Any, list[str]] = {}
    belong = select(Survivor.household_id, Survivor.name).where(Survivor.household_id.in_([h.id for h in households]))
    for household_id, name in store.session.execute(belong.order_by(Survivor.code)):
        people.setdefault(household_id, []).append(name)
    return [
        (one.code, " · ".join(filter(None, ["、".join(people.get(one.id, ())), one.address, one.code])))
        for one in households
    ]


def _named(record: Any, place: Station | None = None) -> str:
    name = (getattr(record, "name_en", "") if language() == "en" else "") or getattr(record, "name", "")
    return " · ".join(filter(None, [name, record.code, place.name if place else ""]))


def _field(
    kind: Kind, name: str, value: str, offered: Mapping[str, Options], wrong: Mapping[str, str], meanwhile: Texts
) -> Field:
    info, choice, ref = kind.row.model_fields[name], kind.meta(name, Choice), kind.meta(name, Ref)
    english = language() == "en"
    options: Options = offered.get(name, ())
    if choice:
        options = [(zh, words((zh, en))) for zh, en in choice.words.values()]
    elif info.annotation is bool:
        options = [("是", "yes" if english else "是"), ("否", "no" if english else "否")]
    label, widget = name.replace("_", " ") if english else info.title or name, _widget(kind, name, choice, ref, options)
    return Field(
        name, label, info.description or "", widget, value, info.is_required(), options, ref is not None,
        wrong.get(name, ""), meanwhile.get(name),
    )  # fmt: skip


def _widget(kind: Kind, name: str, choice: Choice | None, ref: Ref | None, options: Options) -> str:
    type_ = kind.row.model_fields[name].annotation
    if choice:
        return "several" if choice.many else "select"
    if ref:
        return "typed" if len(options) > MOST and ref.kind != "stations" else "ordered" if ref.many else "select"
    if type_ is bool:
        return "select"
    if kind.model is Policy and name == "data":
        return "policy"
    if name in LONG:
        return "area"
    if type_ is int:
        return "int"
    if getattr(type_, "__origin__", None) is tuple:
        return "lines"
    return "date" if type_ is date or (date in get_args(type_) and not kind.meta(name, Secret)) else "text"
