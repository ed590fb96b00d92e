"""Which calls and tickets are counted: a tenant's, of a period, of some stations, rolled up to those that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from hotline.directory.models import Station


@dataclass(frozen=True)
class Piece:
    """What one station has itself in a stretch of time, without those below it; ``group``: where it is shown."""

    station: UUID
    group: UUID
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Pieces:
    """A few pieces of a tenant's calls and tickets, which do not overlap."""

    tenant_id: UUID
    pieces: Sequence[Piece]

    def values(self) -> dict[str, Any]:
        """Return what the statements of the facts are filled with."""
        return {
            "tenant": self.tenant_id,
            "stations": array(piece.station for piece in self.pieces),
            "groups": array(piece.group for piece in self.pieces),
            "begins": [piece.since for piece in self.pieces],
            "ends": [piece.until for piece in self.pieces],
        }


@dataclass(frozen=True)
class Scope:
    """``[since, until)`` in aware UTC. ``groups``: under which each of ``stations`` (the top first) is shown."""

    tenant_id: UUID
    since: datetime
    until: datetime
    stations: tuple[UUID, ...]
    groups: tuple[UUID, ...]

    @property
    def top(self) -> UUID:
        """The station that has all the others below it."""
        return self.stations[0]

    def holds(self, since: datetime, until: datetime) -> bool:
        """True when all of that stretch lies in the period."""
        return self.since <= since and until <= self.until

    def values(self) -> dict[str, Any]:
        """Return what the statements of the facts are filled with."""
        return {
            "tenant": self.tenant_id,
            "since": self.since,
            "until": self.until,
            "stations": self._arrays[0],
            "groups": self._arrays[1],
        }

    @cached_property
    def _arrays(self) -> tuple[str, str]:
        """Written once: one reading fills several statements with the same hundreds of stations."""
        return array(self.stations), array(self.groups)

    def before(self) -> Scope:
        """Return the period of the same length that ends where this one begins."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)


def subtree(tree: Sequence[Station], period: tuple[datetime, datetime]) -> Scope:
    """Return the scope of a station and all below it (its tree, upper ones first), shown by its direct children.

    What belongs to the top itself is shown under the top.
    """
    top, found = tree[0], dict[UUID, UUID]()
    for station in tree:
        under = station.parent_id
        own = station.id if under in (None, top.id) or station is top else None
        found[station.id] = own or found.get(under or top.id, top.id)
    return Scope(top.tenant_id, period[0], period[1], tuple(found), tuple(found.values()))


def array(ids: Iterable[UUID]) -> str:
    """Return an array as PostgreSQL reads it: far faster than a list of a hundred identifiers."""
    return f"{{{','.join(map(str, ids))}}}"
