"""The last known good directory, duties and policies as plain values, and the file that keeps them. Pure but for it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from hotline.calls.facts import Phone
from hotline.roster.duty import Roster
from hotline.vault import Vault, VaultError

S = TypeVar("S")

COVERS = timedelta(hours=72)
"""How far ahead the duties reach: a weekend without a database."""
_QUICK = 1
"""How hard zlib tries: a third of the time for a fifth more of disk."""


@dataclass(frozen=True)
class LineRow:
    """A published line; ``owner``: the team or partner whose line it is."""

    id: UUID
    tenant_id: UUID
    code: str
    number: str
    flow: str
    language: str
    station_id: UUID
    owner_id: UUID | None = None
    owner: str = ""
    owner_en: str = ""
    name: str = ""


@dataclass(frozen=True)
class StationRow:
    """A station with its spoken names."""

    id: UUID
    tenant_id: UUID
    parent_id: UUID | None
    level: int
    code: str
    name: str
    name_en: str
    neighbours: tuple[str, ...]
    active: bool


@dataclass(frozen=True)
class BranchRow:
    """A volunteer's or partner's telephone."""

    phone: Phone
    tenant_id: UUID
    station_id: UUID | None
    owner_id: UUID
    owner: str
    owner_en: str
    kind: str
    serves: frozenset[str]
    hours: str
    priority: int


@dataclass(frozen=True)
class PolicyRow:
    """A routing policy; ``station_id`` None: the tenant's."""

    tenant_id: UUID
    station_id: UUID | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A survivor as far as a handset is told of them."""

    id: UUID
    tenant_id: UUID
    station_id: UUID
    name: str
    village: str
    dialect: str
    hearing: str
    language: str
    paired: UUID | None

    JSON: ClassVar = """
        json_build_array(survivor.id, survivor.tenant_id, survivor.station_id, survivor.name, survivor.village,
                         survivor.dialect, survivor.hearing, survivor.language, survivor.paired_staff_id)::text"""
    """What PostgreSQL writes of a survivor for ``read``."""

    @classmethod
    def read(cls, text: str) -> Person:
        """Return the person that PostgreSQL has written."""
        id_, tenant, station, name, village, dialect, hearing, language, paired = json.loads(text)
        return cls(UUID(id_), UUID(tenant), UUID(station), name, village, dialect, hearing, language,
                   UUID(paired) if paired else None)  # fmt: skip


@dataclass(frozen=True)
class People:
    """All survivors. A province has a hundred thousand: each stays as it was written until they ring."""

    version: str = ""
    """Says, some seconds late, whether anybody has changed since."""
    by_number: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Keyed hash of a number (hex) -> who may be ringing from it, those whose first telephone it is first."""

    @cached_property
    def by_id(self) -> Mapping[str, str]:
        """Return them by their identifiers, which stand at the same place in each: none is parsed for it."""
        return {text[2:38]: text for texts in self.by_number.values() for text in texts}


@dataclass(frozen=True)
class Snapshot:
    """Everything that a call is routed by; directory, duties and policies as they stood at ``taken_at``."""

    taken_at: datetime
    routing: int = -1
    """How many changes whom to ring had seen (see hotline.calls.standby.changes)."""
    levels: Mapping[UUID, int] = field(default_factory=dict)
    """Tenant -> how many tiers its tree has."""
    lines: tuple[LineRow, ...] = ()
    stations: tuple[StationRow, ...] = ()
    policies: tuple[PolicyRow, ...] = ()
    handsets: Mapping[UUID, tuple[Phone, ...]] = field(default_factory=dict)
    """Station -> its handsets, by priority."""
    staff: Mapping[UUID, Phone] = field(default_factory=dict)
    rosters: Mapping[UUID, Roster] = field(default_factory=dict)
    branches: tuple[BranchRow, ...] = ()
    missing: frozenset[tuple[UUID, UUID | None]] = frozenset()
    """Stations and people on duty who were asked and are not known to be there."""
    unwell: Mapping[UUID, str] = field(default_factory=dict)
    """Handsets that are not ok, and what they are."""
    people: People = field(default_factory=People)


@lru_cache(maxsize=1)
def _codecs() -> tuple[TypeAdapter[Snapshot], TypeAdapter[People]]:
    return TypeAdapter(Snapshot), TypeAdapter(People)


def save(snapshot: Snapshot, file: Path, vault: Vault, *, people: bool = True) -> None:
    """Keep a snapshot on disk, sealed (encrypted, then signed) with the installation's key. Raises OSError.

    ``people``: False where those on disk still hold; they lie in a file of their own, ten times the rest.
    """
    whole, beside = _codecs()
    if people:
        _write(_beside(file), vault, beside.dump_json(snapshot.people))
    _write(file, vault, whole.dump_json(replace(snapshot, people=People())))


def load(file: Path, vault: Vault) -> Snapshot | None:
    """Return the snapshot that was kept; None: there is none, or somebody else wrote it.

    Without its people it is one in which nobody is known by their number.
    """
    whole, beside = _codecs()
    found = _read(file, vault, whole)
    return replace(found, people=_read(_beside(file), vault, beside) or People()) if found else None


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.people")


def _write(file: Path, vault: Vault, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.part")
    partial.write_bytes(vault.seal_bytes(zlib.compress(content, _QUICK)))
    partial.chmod(0o600)
    partial.replace(file)


def _read(file: Path, vault: Vault, codec: TypeAdapter[S]) -> S | None:
    try:
        return codec.validate_json(zlib.decompress(vault.open_bytes(file.read_bytes())))
    except (OSError, VaultError, ValidationError, zlib.error):
        return None
