"""Finds people, lines and stations: by the number that calls, and by their place in the tree."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from hotline.directory.models import Line, Station, Survivor, SurvivorPhone
from hotline.numbers import Number
from hotline.reach import EVERYTHING, Reach
from hotline.vault import Vault


def find_line(session: Session, vault: Vault, number: Number) -> Line | None:
    """Return the published line with this number, or None."""
    found = vault.fingerprint(number.value)
    return session.scalars(select(Line).where(Line.number_hash == found, Line.active)).first()


def find_callers(session: Session, vault: Vault, tenant_id: UUID, number: Number) -> list[Survivor]:
    """Return everybody of a tenant who may be ringing from this number, those whose first telephone it is first."""
    return list(
        session.scalars(
            select(Survivor)
            .join(SurvivorPhone, SurvivorPhone.survivor_id == Survivor.id)
            .where(SurvivorPhone.number_hash == vault.fingerprint(number.value))
            .where(Survivor.tenant_id == tenant_id, Survivor.active)
            .order_by(SurvivorPhone.priority, Survivor.code)
        )
    )


def station_path(session: Session, station_id: UUID) -> Sequence[Station]:
    """Return a station and those above it, up to the top."""
    path = select(Station.id, Station.parent_id).where(Station.id == station_id).cte("path", recursive=True)
    above = aliased(Station)
    path = path.union(select(above.id, above.parent_id).join(path, above.id == path.c.parent_id))
    mine = select(Station).where(Station.id.in_(select(path.c.id)))
    return session.scalars(mine.order_by(Station.level.desc())).all()


def descendants(session: Session, station_id: UUID) -> Sequence[Station]:
    """Return a station and all below it, upper ones first, those of a level by code."""
    tree = select(Station.id).where(Station.id == station_id).cte("tree", recursive=True)
    below = aliased(Station)
    tree = tree.union(select(below.id).join(tree, below.parent_id == tree.c.id))
    mine = select(Station).where(Station.id.in_(select(tree.c.id)))
    return session.scalars(mine.order_by(Station.level, Station.code)).all()


def reach_below(session: Session, top: Station | None) -> Reach:
    """Return how much of the tree lies at and below a station; None: everything."""
    if top is None:
        return EVERYTHING
    ids = frozenset(station.id for station in descendants(session, top.id))
    return Reach(top.tenant_id, ids, whole=top.parent_id is None)


def station_label(session: Session, station_id: UUID) -> str:
    """Return where a station is, from below the top down: ``龙港镇退役军人服务站 › 龙港镇河西村退役军人服务站``."""
    path = list(reversed(station_path(session, station_id)))
    return " › ".join(station.name for station in path[1:] or path)
