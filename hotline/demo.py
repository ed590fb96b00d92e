"""The sample county is taken away: one transaction, nothing of it left, refused where anything in it is real."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, Text, cast, delete, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from hotline.accounts import people
from hotline.accounts.models import Account
from hotline.calls.keeping.models import KeepingMark
from hotline.calls.keeping.telling import once
from hotline.calls.models import Call, Errand, Hold, Leg, Recording, Reply
from hotline.db import Base
from hotline.directory.models import BranchLine, Handset, Line, Staff, Survivor, SurvivorPhone, Tenant
from hotline.numbers import from_stored
from hotline.settings import Settings
from hotline.vault import Vault
from tickets.models import Ticket, Timer

SAMPLE = "qinshui"
"""Code of the sample county's tenant."""
OFF = "demo:off"
"""The mark that the sample was taken away: it never comes back by itself."""


class DemoError(ValueError):
    """The sample cannot be taken away; ``chinese`` and ``english`` say why."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} ({english})")
        self.chinese, self.english = chinese, english


@dataclass(frozen=True)
class Removed:
    """What was taken away: how many rows, and the recordings whose files are now nobody's."""

    name: str
    rows: int
    recordings: Sequence[str]


def is_off(session: Session) -> bool:
    """Return whether the sample was taken away here."""
    return session.get(KeepingMark, OFF) is not None


def sample(session: Session) -> Tenant | None:
    """Return the sample county, or None."""
    return session.scalars(select(Tenant).where(Tenant.code == SAMPLE)).first()


def take_away(session: Session, vault: Vault, now: datetime) -> Removed:
    """Take the sample county away with its calls, tickets, accounts and log. Callers commit. Raises DemoError."""
    tenant = sample(session)
    if tenant is None:
        raise DemoError("没有示例数据", "there is no sample data")
    if not people.anybody(session):
        raise DemoError("请先建立一个正式的管理员账号", "make a real administrator's account first")
    if session.scalars(select(Call.id).where(Call.tenant_id == tenant.id, Call.ended_at.is_(None)).limit(1)).first():
        raise DemoError("还有通话没有结束，请稍后再试", "a call is still on, try again later")
    for sealed in _numbers(session, tenant.id):
        if not from_stored(vault.open(sealed)).is_synthetic:
            raise DemoError(
                "示例县里已有真实的号码或来电，不能整体清除",
                "real numbers or calls are among the sample's: nothing was removed",
            )
    name = tenant.name
    kept = select(Recording.file).join(Ticket, Ticket.id == Recording.ticket_id).where(Recording.file != "")
    files = session.scalars(kept.where(Ticket.tenant_id == tenant.id)).all()
    rows = _delete(session, tenant.id)
    for account in session.scalars(select(Account).where(Account.demo, Account.active)):  # those of no county
        people.deactivate(session, account, now)
    once(session, OFF, now)
    return Removed(name, rows, files)


def forget_files(settings: Settings, removed: Removed) -> None:
    """Delete the recordings of what was taken away, once that is committed."""
    for name in removed.recordings:
        (settings.recordings_dir / name).unlink(missing_ok=True)


def _numbers(session: Session, tenant_id: UUID) -> Iterator[bytes]:
    """Every telephone number that the sample holds, and of everybody who rang."""
    for model in (Handset, Staff, BranchLine, Line):
        mine = select(model.number_sealed).where(model.tenant_id == tenant_id)
        yield from (sealed for sealed in session.scalars(mine) if sealed)
    theirs = select(SurvivorPhone.number_sealed).join(Survivor, Survivor.id == SurvivorPhone.survivor_id)
    yield from session.scalars(theirs.where(Survivor.tenant_id == tenant_id))
    callers = select(Ticket.caller_sealed).where(Ticket.tenant_id == tenant_id, Ticket.caller_sealed.is_not(None))
    yield from (sealed for sealed in session.scalars(callers.ext(distinct_on(Ticket.caller_hash))) if sealed)


def _delete(session: Session, tenant_id: UUID) -> int:
    """Delete what belongs to the tenant, children first; what is append-only gives way to this alone."""
    session.flush()
    session.execute(text("SET LOCAL statement_timeout = 0"))
    conditions: list[tuple[Table, ColumnElement[bool]]] = []
    for table in Base.metadata.sorted_tables:
        condition = _belonging(table, tenant_id)
        if condition is not None:
            conditions.append((table, condition))
    for table, _condition in conditions:
        session.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
    rows = 0
    for model, its in _loose(tenant_id):
        rows += session.execute(delete(model).where(its)).rowcount  # type: ignore[attr-defined]
    for table, condition in reversed(conditions):
        rows += session.execute(delete(table).where(condition)).rowcount  # type: ignore[attr-defined]
    for table, _condition in conditions:
        session.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
    session.expire_all()
    return rows


def _belonging(table: Table, tenant_id: UUID) -> ColumnElement[bool] | None:
    """The condition under which a row is the tenant's: it says so itself, or something that it refers to does."""
    if table.name == "tenant":
        return table.c.id == tenant_id
    if "tenant_id" in table.c:
        return table.c.tenant_id == tenant_id
    found: list[ColumnElement[bool]] = []
    for key in table.foreign_keys:
        parent = key.column.table
        if parent is table or key.ondelete == "SET NULL":
            continue
        its = _belonging(parent, tenant_id)
        if its is not None:
            found.append(key.parent.in_(select(key.column).where(its)))
    return or_(*found) if found else None


def _loose(tenant_id: UUID) -> Sequence[tuple[Any, ColumnElement[bool]]]:
    """Rows that name what they belong to without a foreign key."""
    calls = select(Call.id).where(Call.tenant_id == tenant_id)
    errands = select(Errand.id).where(Errand.tenant_id == tenant_id)
    legs = select(Leg.id).where(Leg.call_id.in_(calls))
    ordered = select(cast(Errand.id, Text)).where(Errand.tenant_id == tenant_id)
    return (
        (Reply, or_(Reply.owner_id.in_(calls), Reply.owner_id.in_(errands))),
        (Hold, or_(Hold.holder_id.in_(legs), Hold.holder_id.in_(errands))),
        (Timer, Timer.data["errand"].astext.in_(ordered)),
    )
