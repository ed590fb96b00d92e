"""Reads the directory's history within reach: of one row, of one file, or all of it by filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from hotline.reach import Reach
from hotline.sheets.models import DirectoryChange


@dataclass(frozen=True)
class Wanted:
    """What is looked for; an empty field asks for everything. ``until`` is the first moment no longer wanted."""

    kind: str = ""
    how: str = ""
    account_id: UUID | None = None
    batch_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(
    session: Session, reach: Reach, tenant_id: UUID, wanted: Wanted, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[DirectoryChange]:
    """Return changes within reach, the newest first, older than ``before`` (a moment and an id)."""
    table = DirectoryChange
    query = select(table).where(table.tenant_id == tenant_id, reach.covers(table.tenant_id, table.station_id))
    for column, value in (
        (table.kind, wanted.kind), (table.how, wanted.how), (table.account_id, wanted.account_id),
        (table.batch_id, wanted.batch_id),
    ):  # fmt: skip
        if value:
            query = query.where(column == value)
    if wanted.since:
        query = query.where(table.at >= wanted.since)
    if wanted.until:
        query = query.where(table.at < wanted.until)
    if before:
        query = query.where(tuple_(table.at, table.id) < before)
    return session.scalars(query.order_by(table.at.desc(), table.id.desc()).limit(limit)).all()


def of_row(session: Session, row_id: UUID, limit: int) -> Sequence[DirectoryChange]:
    """Return the changes of a row, the newest first. Whether the row is within reach is asked before."""
    table = DirectoryChange
    mine = select(table).where(table.row_id == row_id)
    return session.scalars(mine.order_by(table.at.desc(), table.id.desc()).limit(limit)).all()


def of_batch(session: Session, batch_id: UUID) -> Sequence[DirectoryChange]:
    """Return all that was written at once."""
    return session.scalars(select(DirectoryChange).where(DirectoryChange.batch_id == batch_id)).all()


def authors(session: Session, reach: Reach, tenant_id: UUID) -> list[tuple[UUID, str]]:
    """Return the accounts that changed something within reach, by name."""
    table = DirectoryChange
    mine = select(table.account_id, table.by).where(
        table.tenant_id == tenant_id, reach.covers(table.tenant_id, table.station_id), table.account_id.is_not(None)
    )
    found = {id_: name for id_, name in session.execute(mine.distinct().order_by(table.by)) if id_}
    return list(found.items())


def taken_back(session: Session, changes: Iterable[DirectoryChange]) -> set[UUID]:
    """Return which of these changes are undone as things stand: not those whose undoing was itself undone."""
    undone_by: dict[UUID, list[UUID]] = {}
    asked = {one.id for one in changes}
    wanted = set(asked)
    while wanted:
        rows = session.execute(
            select(DirectoryChange.undoes_id, DirectoryChange.id).where(DirectoryChange.undoes_id.in_(wanted))
        ).all()
        wanted = set()
        for undone, by in rows:
            if undone:
                undone_by.setdefault(undone, []).append(by)
                wanted.add(by)

    def stands(id_: UUID) -> bool:
        return not any(stands(by) for by in undone_by.get(id_, ()))

    return {id_ for id_ in asked if not stands(id_)}
