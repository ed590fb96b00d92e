"""The last known good directory, duties and policies as plain values, and the file that keeps them. Pure but for it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from hotline.calls.facts import Phone
from hotline.roster.duty import Roster
from hotline.vault import Vault, VaultError

COVERS = timedelta(hours=72)
"""How far ahead the duties reach: a weekend without a database."""


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


@dataclass(frozen=True)
class Snapshot:
    """Everything that a call is routed by, as it stood at ``taken_at``."""

    taken_at: datetime
    version: str
    """Says, some seconds late, whether anything in it has changed since."""
    routing: int = -1
    """How many changes whom to ring had seen (see hotline.calls.standby.changes): says so at once."""
    levels: Mapping[UUID, int] = field(default_factory=dict)
    """Tenant -> how many tiers its tree has."""
    lines: tuple[LineRow, ...] = ()
    stations: tuple[StationRow, ...] = ()
    policies: tuple[PolicyRow, ...] = ()
    handsets: Mapping[UUID, tuple[Phone, ...]] = field(default_factory=dict)
    """Station -> its handsets, by priority."""
    staff: Mapping[UUID, Phone] = field(default_factory=dict)
    rosters: Mapping[UUID, Roster] = field(default_factory=dict)
    missing: frozenset[tuple[UUID, UUID | None]] = frozenset()
    """Stations and people on duty who were asked and are not known to be there."""
    branches: tuple[BranchRow, ...] = ()
    people: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)
    """Keyed hash of a number (hex) -> who may be ringing from it, those whose first telephone it is first."""


@lru_cache(maxsize=1)
def _codec() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


def save(snapshot: Snapshot, file: Path, vault: Vault) -> None:
    """Keep a snapshot on disk, sealed (encrypted, then signed) with the installation's key. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.part")
    partial.write_bytes(vault.seal_bytes(zlib.compress(_codec().dump_json(snapshot))))
    partial.chmod(0o600)
    partial.replace(file)


def load(file: Path, vault: Vault) -> Snapshot | None:
    """Return the snapshot that was kept; None: there is none, or somebody else wrote it."""
    try:
        return _codec().validate_json(zlib.decompress(vault.open_bytes(file.read_bytes())))
    except (OSError, VaultError, ValidationError, zlib.error):
        return None
