"""Which part of the tree a page is about: a tenant and a station of it with all below, within the reader's reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from flask import abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import Station, Tenant
from hotline.directory.words import short_name
from hotline.reach import Reach
from hotline.web.language import language


@dataclass(frozen=True)
class Place:
    """``tree``: the station and all below it, upper ones first. ``choices``: what the reader may choose instead."""

    tenant: Tenant
    tenants: Sequence[Tenant]
    tree: Sequence[Station]
    choices: Sequence[Station]

    @property
    def station(self) -> Station:
        """The top of what is shown."""
        return self.tree[0]

    @property
    def whole(self) -> bool:
        """True when it is all that the reader reaches."""
        return self.station is self.choices[0]

    @property
    def ids(self) -> list[UUID]:
        """The stations that count."""
        return [station.id for station in self.tree]

    def name(self, id_: UUID | None) -> str:
        """Return a station's short name in the reader's language."""
        station = self._by_id.get(id_) if id_ else None
        return short_name(station, language()) if station else ""

    @cached_property
    def _by_id(self) -> dict[UUID, Station]:
        return {station.id: station for station in self.tree}


def offered(session: Session, reach: Reach) -> Sequence[Station]:
    """Return the active stations within reach, upper ones first: what something new may belong to."""
    mine = select(Station).where(reach.covers(Station.tenant_id, Station.id), Station.active)
    return session.scalars(mine.order_by(Station.tenant_id, Station.level, Station.code)).all()


def find(session: Session, reach: Reach, *, field: str = "station") -> Place | None:
    """Return the place that the address asks for (``tenant``, ``station``: codes), or the reader's own; None: no
    directory yet. ``field`` may name another station than ``station`` does; without it they are the same.
    Answers 404 for a place that is not there or out of reach."""
    tenants = session.scalars(select(Tenant).where(reach.covers_tenant(Tenant.id)).order_by(Tenant.code)).all()
    if not tenants:
        return None
    wanted = request.values.get("tenant") or tenants[0].code
    tenant = next((t for t in tenants if t.code == wanted), None) or abort(404)
    mine = select(Station).where(Station.tenant_id == tenant.id, reach.covers(Station.tenant_id, Station.id))
    stations = session.scalars(mine.order_by(Station.level, Station.code)).all()
    if not stations:
        return None
    code = request.values.get(field) or request.values.get("station") or stations[0].code
    top = next((s for s in stations if s.code == code), None) or abort(404)
    return Place(tenant, tenants, _below(top, stations), _choices(stations))


def _below(top: Station, stations: Sequence[Station]) -> Sequence[Station]:
    inside, found = {top.id}, [top]
    for station in stations:  # upper ones come first
        if station.parent_id in inside:
            inside.add(station.id)
            found.append(station)
    return found


def _choices(stations: Sequence[Station]) -> Sequence[Station]:
    """The top, its children, and whoever has some below: villages would make the list endless."""
    parents = {station.parent_id for station in stations}
    top = stations[0]
    return [s for s in stations if s is top or (s.active and (s.id in parents or s.parent_id == top.id))]
