"""Where and when a request asks for: a cursor, a part of the tree, a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import Station, Tenant
from hotline.directory.queries import descendants
from hotline.web.api.access import reach, top
from hotline.web.api.problems import refuse
from tickets.queries import Cursor, CursorError


@dataclass(frozen=True)
class Part:
    """A tenant, and a station of it with all below, upper ones first."""

    tenant: Tenant
    tree: Sequence[Station]

    @property
    def names(self) -> dict[UUID, Station]:
        """The stations by id."""
        return {station.id: station for station in self.tree}


def cursor_of(text: str | None) -> Cursor | None:
    """Return the place where a list goes on. Answers 422 for one that no page gave."""
    try:
        return Cursor.parse(text) if text else None
    except CursorError:
        refuse(422, errors=[{"field": "cursor", "reason": "not one that a page gave"}])


def tenant_of(session: Session, code: str | None) -> Tenant:
    """Return the tenant with a code, or the only one within reach. Answers 404, or 422 where one must be named."""
    mine = select(Tenant).where(reach().covers_tenant(Tenant.id))
    if code is not None:
        return session.scalars(mine.where(Tenant.code == code)).first() or refuse(404)
    found = session.scalars(mine.limit(2)).all()
    if len(found) > 1:
        refuse(422, errors=[{"field": "tenant", "reason": "several tenants: name one"}])
    return found[0] if found else refuse(404)


def part_of(session: Session, tenant_code: str | None, station_code: str | None) -> Part:
    """Return the part of the tree that is asked for; without a station the token's own top, or the tenant's."""
    tenant = tenant_of(session, tenant_code)
    mine = select(Station).where(Station.tenant_id == tenant.id, reach().covers(Station.tenant_id, Station.id))
    if station_code is not None:
        mine = mine.where(Station.code == station_code)
    elif (own := top()) is not None:
        mine = mine.where(Station.id == own.id)
    first = session.scalars(mine.order_by(Station.level, Station.code).limit(1)).first() or refuse(404)
    return Part(tenant, descendants(session, first.id))
