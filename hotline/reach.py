"""How much of the tree somebody may see: everything, one tenant, or some stations of it. Every read asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, any_, literal, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]


@dataclass(frozen=True)
class Reach:
    """``tenant_id`` None: everything. ``whole``: all of the tenant, also rows that belong to no station of it."""

    tenant_id: UUID | None = None
    stations: frozenset[UUID] = frozenset()
    """The stations within reach; of a whole tenant all of them."""
    whole: bool = True

    def covers(self, tenant: Column, station: Column) -> ColumnElement[bool]:
        """Return the condition under which rows that know tenant and station are within reach."""
        if self.tenant_id is None:
            return true()
        if self.whole:
            return tenant == self.tenant_id
        return and_(tenant == self.tenant_id, _one_of(station, self.stations))

    def covers_tenant(self, tenant: Column) -> ColumnElement[bool]:
        """Return the condition under which a tenant itself is within reach."""
        return true() if self.tenant_id is None else tenant == self.tenant_id

    def covers_station(self, station: Column) -> ColumnElement[bool]:
        """Return the condition under which rows that know only their station are within reach."""
        return true() if self.tenant_id is None else _one_of(station, self.stations)

    def includes(self, tenant_id: UUID, station_id: UUID | None) -> bool:
        """Return whether one row is within reach."""
        if self.tenant_id not in (None, tenant_id):
            return False
        return self.whole or station_id in self.stations


EVERYTHING = Reach()
"""For commands, background tasks and accounts of the whole installation."""


def _one_of(column: Any, ids: frozenset[UUID]) -> ColumnElement[bool]:
    """One parameter however many stations there are."""
    found: ColumnElement[bool] = column == any_(literal(sorted(ids), ARRAY(Uuid)))
    return found
