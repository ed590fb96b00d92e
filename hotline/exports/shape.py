"""What a list is: its columns, its rows for whoever asks, and what its filter may say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.directory.models import Station, Tenant
from hotline.directory.words import short_name
from hotline.numbers import from_stored
from hotline.reach import Reach
from hotline.sheets.cells import Value
from hotline.vault import Vault, VaultError

Pair = tuple[str, str]
"""Chinese, English."""
CHUNK = 500
"""Rows read at once."""


@dataclass(frozen=True)
class Column:
    """A heading, and how wide its column is in characters."""

    words: Pair
    width: int = 14


@dataclass(frozen=True)
class Wish:
    """A list as one person wants it: what they reach now, the filter, their language."""

    session: Session
    vault: Vault
    reach: Reach
    tenant: Tenant
    asked: Mapping[str, Any]
    language: str
    now: datetime

    def say(self, pair: Pair | None, otherwise: str = "") -> str:
        """Return a pair's words in the language asked for."""
        return otherwise if pair is None else pair[self.language == "en"]

    def yes(self, value: bool) -> str:
        """Return yes, or nothing."""
        return self.say(("是", "yes")) if value else ""

    def masked(self, sealed: bytes | None) -> str:
        """Return a sealed number with its middle hidden."""
        if sealed is None:
            return ""
        try:
            return from_stored(self.vault.open(sealed)).masked
        except VaultError:
            return self.say(("号码已加密", "number sealed"))

    def station(self, id_: UUID | None) -> str:
        """Return a station's short name."""
        return self._stations.get(id_, "") if id_ else ""

    @cached_property
    def _stations(self) -> Mapping[UUID, str]:
        rows = self.session.scalars(select(Station).where(Station.tenant_id == self.tenant.id))
        return {row.id: short_name(row, self.language) for row in rows}


@dataclass(frozen=True)
class Listing:
    """A list of the console that can be had as a file. ``rows`` yields in chunks, so that memory stays small."""

    code: str
    words: Pair
    permission: Permission
    """Needed besides the one to export at all."""
    columns: Sequence[Column]
    count: Callable[[Wish], int]
    rows: Callable[[Wish], Iterator[Sequence[Value]]]
    note: Pair = field(default=("", ""))
    """What whoever reads the file should know."""
