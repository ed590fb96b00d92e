"""Rows of the ledger: households and survivors with their telephones (一人一档, Q21 s.8)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from pydantic import Field, PlainValidator, field_validator
from sqlalchemy import select

from hotline.directory.models import Household, Survivor, SurvivorPhone
from hotline.directory.vocabulary import HEARING, LANGUAGES
from hotline.numbers import Number, from_stored, parse
from hotline.sheets.book import Book
from hotline.sheets.fields import Apart, Day, Identity, Name, Ref, one_of, split
from hotline.sheets.kinds import CodedRow, Flaw, Kind, Placed
from hotline.sheets.store import Store


class LabelledPhone(NamedTuple):
    """A telephone and whose it is: ``15400000001 儿子``."""

    number: Number
    label: str = ""

    def __str__(self) -> str:
        return f"{self.number.written} {self.label}".strip()


def _phones(value: object) -> tuple[LabelledPhone, ...]:
    items = split(value)
    if not isinstance(items, (list, tuple)):
        raise ValueError("应为若干号码 (a list of numbers is needed)")
    return tuple(item if isinstance(item, LabelledPhone) else _phone(str(item)) for item in items)


def _phone(text: str) -> LabelledPhone:
    match = re.fullmatch(r"(.*\d)\s*(.*)", text.strip(), re.DOTALL)
    return LabelledPhone(parse(match[1]), match[2].strip("()（） ")) if match else LabelledPhone(parse(text))


class HouseholdRow(CodedRow):
    """A family that shares an address."""

    address: str = Field("", title="住址")


class SurvivorRow(CodedRow):
    """A bereaved family member of a martyr (烈士遗属)."""

    station: Annotated[str, Ref("stations")] = Field(title="站点", min_length=1, description="村站，没有则镇站")
    household: Annotated[str, Ref("households")] = Field("", title="家庭")
    name: Name = Field(title="姓名")
    relation: str = Field("", title="与烈士关系")
    identity: Identity = Field("", title="身份证号")
    born: Day = Field(None, title="出生日期")
    village: str = Field("", title="村（社区）")
    phones: Annotated[tuple[LabelledPhone, ...], PlainValidator(_phones), Apart()] = Field(
        (), title="电话", description="可写几个 (several): 15400000001 本人；15400000002 儿子"
    )
    dialect: str = Field("", title="方言", description="普通话留空 (empty for Mandarin)")
    hearing: one_of(HEARING) = Field("normal", title="听力")  # type: ignore[valid-type]
    language: one_of(LANGUAGES) = Field("zh-CN", title="语言")  # type: ignore[valid-type]
    paired_staff: Annotated[str, Ref("staff")] = Field("", title="结对人员")
    situation: str = Field("", title="情况", description="生活、健康、收入 (living, health, income)")
    verified_at: Day = Field(None, title="核实日期")

    @field_validator("phones")
    @classmethod
    def _once(cls, phones: tuple[LabelledPhone, ...]) -> tuple[LabelledPhone, ...]:
        if len({phone.number.value for phone in phones}) < len(phones):
            raise ValueError("同一号码写了两次 (a number is written twice)")
        return phones


def _check(rows: Sequence[Placed], _book: Book, store: Store) -> Iterable[Flaw]:
    """An identity number belongs to one person."""
    mine = {row.code for row, _ in rows}
    seen = {r.identity_hash: r.code for r in store.records("survivors").values() if r.code not in mine}
    for row, line in rows:
        if not row.identity:
            continue
        found = store.vault.fingerprint(row.identity)
        if found in seen:
            yield Flaw(line, "identity", f"与 “{seen[found]}” 的身份证号相同 (the identity number of another row)")
        seen.setdefault(found, row.code)


_Phones = Mapping[UUID, Mapping[bytes, SurvivorPhone]]


def _write_phones(row: SurvivorRow, record: Any, store: Store) -> bool:
    """Make the person's telephones those of the row, in its order; True when something changed."""
    if "phones" not in row.model_fields_set:
        return False
    kept = dict(_kept(store).get(record.id, {}))
    changed = False
    for place, (number, label) in enumerate(row.phones, start=1):
        found = kept.pop(store.vault.fingerprint(number.value), None)
        wanted = (str(number), label, place)
        if found is None:
            store.session.add(_new(record.id, number, label, place, store))
        elif (store.vault.open(found.number_sealed), found.label, found.priority) != wanted:
            found.number_sealed, found.label, found.priority = store.vault.seal(str(number)), label, place
        else:
            continue
        changed = True
    for gone in kept.values():
        store.session.delete(gone)
    return changed or bool(kept)


def _new(survivor_id: UUID, number: Number, label: str, place: int, store: Store) -> SurvivorPhone:
    return SurvivorPhone(
        survivor_id=survivor_id,
        number_hash=store.vault.fingerprint(number.value),
        number_sealed=store.vault.seal(str(number)),
        label=label,
        priority=place,
    )


def _read_phones(record: Any, store: Store) -> Mapping[str, Any]:
    phones = sorted(_kept(store).get(record.id, {}).values(), key=lambda phone: phone.priority)
    read = (LabelledPhone(from_stored(store.vault.open(phone.number_sealed)), phone.label) for phone in phones)
    return {"phones": tuple(read)}


def _kept(store: Store) -> _Phones:
    """Return the telephones in the database by survivor and hash; read once for a whole file."""
    return store.once("phones", lambda: _load(store))


def _load(store: Store) -> _Phones:
    found: dict[UUID, dict[bytes, SurvivorPhone]] = defaultdict(dict)
    mine = select(SurvivorPhone).join(Survivor, Survivor.id == SurvivorPhone.survivor_id)
    mine = mine.where(Survivor.tenant_id == store.tenant_id)
    if store.few is not None:
        mine = mine.where(SurvivorPhone.survivor_id.in_(store.few))
    for phone in store.session.scalars(mine):
        found[phone.survivor_id][phone.number_hash] = phone
    return found


HOUSEHOLDS = Kind("households", "家庭", HouseholdRow, Household)
SURVIVORS = Kind(
    "survivors",
    "烈士遗属",
    SurvivorRow,
    Survivor,
    check=_check,
    write_more=_write_phones,
    read_more=_read_phones,
)
