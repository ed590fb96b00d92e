"""Keep searches under a name: one's own, and those that are shared with one's station."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.accounts.models import Account
from hotline.accounts.search_models import SavedSearch
from hotline.db import new_id

MOST = 30
"""Searches that one account keeps."""
LONGEST_NAME = 40


class SearchError(Exception):
    """A search cannot be kept; the message says why, in Chinese and English."""


def save(
    session: Session, account: Account, name: str, asked: Mapping[str, str], now: datetime, *, shared: bool
) -> None:  # fmt: skip
    """Keep a search; one of the same name takes its place. Raises SearchError."""
    if not name.strip():
        raise SearchError("请给这次查找起个名字 (give the search a name)")
    if len(name) > LONGEST_NAME:
        raise SearchError(f"名字最多 {LONGEST_NAME} 个字 (a name has at most {LONGEST_NAME} characters)")
    mine = SavedSearch.account_id == account.id
    others = select(func.count()).select_from(SavedSearch).where(mine, SavedSearch.name != name.strip())
    if (session.scalar(others) or 0) >= MOST:
        raise SearchError(
            f"最多保存 {MOST} 个查找，请先删除不用的 (at most {MOST} searches are kept; remove one first)"
        )
    row = {"asked": dict(asked), "shared": shared, "station_id": account.station_id, "saved_at": now}
    statement = insert(SavedSearch).values(id=new_id(), account_id=account.id, name=name.strip(), **row)
    session.execute(statement.on_conflict_do_update(index_elements=["account_id", "name"], set_=row))


def visible(session: Session, account: Account, path: Collection[UUID]) -> Sequence[SavedSearch]:
    """Return an account's own searches and those shared from its station or above (``path``), own ones first."""
    mine = SavedSearch.account_id == account.id
    shared = SavedSearch.shared & or_(SavedSearch.station_id.is_(None), SavedSearch.station_id.in_(path))
    query = select(SavedSearch).where(or_(mine, shared))
    return session.scalars(query.order_by(mine.desc(), SavedSearch.name, SavedSearch.id)).all()


def remove(session: Session, account: Account, search_id: UUID) -> bool:
    """Remove one of an account's own searches; return whether there was one."""
    row = session.get(SavedSearch, search_id)
    if row is None or row.account_id != account.id:
        return False
    session.delete(row)
    return True
