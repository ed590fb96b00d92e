"""Exports as rows: asked for, taken by one worker at a time, cancelled, swept away. Whoever calls commits.

At most one runs at any time (a unique index sees to it), so that at least one worker is always free for calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.exports.models import Export
from hotline.settings import Settings

LEASE = timedelta(seconds=60)
"""A worker says at least this often that it is still at it."""
MOST_ATTEMPTS = 3
KEPT = 30
"""Exports that a person's page shows."""
AT_ONCE = 2_000
"""Rows up to which the file is made while the browser waits."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants: the list, its filter, the filter in words."""

    kind: str
    filter: Mapping[str, Any]
    title: str
    tenant_id: UUID


def ask(session: Session, account_id: UUID, asked: Asked, format_: str, language: str, now: datetime) -> Export:
    """Write the wish down; a worker takes it within seconds."""
    row = Export(
        account_id=account_id, tenant_id=asked.tenant_id, kind=asked.kind, asked=dict(asked.filter),
        title=asked.title[:200], format=format_, language=language, asked_at=now, state="waiting",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def own(session: Session, account_id: UUID) -> Sequence[Export]:
    """Return somebody's exports, the newest first."""
    mine = select(Export).where(Export.account_id == account_id)
    return session.scalars(mine.order_by(Export.asked_at.desc(), Export.id.desc()).limit(KEPT)).all()


def find(session: Session, account_id: UUID, export_id: UUID) -> Export | None:
    """Return one of somebody's exports, or None."""
    return session.scalars(select(Export).where(Export.id == export_id, Export.account_id == account_id)).first()


def claim(session: Session, now: datetime) -> UUID | None:
    """Return the export to be made now, leased to the caller; None: nothing waits, or one is being made."""
    lapsed = session.scalars(
        select(Export).where(Export.state == "running", Export.leased_until < now).with_for_update(skip_locked=True)
    ).first()
    if lapsed:  # its worker died, or was stopped
        _give_back(lapsed, "", now)
        session.flush()
    if session.scalars(select(Export.id).where(Export.state == "running")).first():
        return None
    waiting = select(Export).where(Export.state == "waiting").order_by(Export.asked_at).limit(1)
    found = session.scalars(waiting.with_for_update(skip_locked=True)).first()
    if found is None:
        return None
    found.state, found.leased_until = "running", now + LEASE
    found.attempts += 1
    session.flush()
    return found.id


def begin(session: Session, export_id: UUID, now: datetime) -> Export | None:
    """Return a claimed export to the one task that may make it; None: another has begun, or it was cancelled."""
    return session.scalars(
        update(Export)
        .where(Export.id == export_id, Export.state == "running", Export.begun < Export.attempts)
        .values(begun=Export.attempts, rows_done=0, leased_until=now + LEASE)
        .returning(Export)
        .execution_options(populate_existing=True)
    ).first()


def progress(session: Session, export: Export, rows: int, now: datetime) -> bool:
    """Note how far it is and that somebody is at it; False: it was cancelled, or given to another worker."""
    kept = session.execute(
        update(Export)
        .where(Export.id == export.id, Export.state == "running", Export.begun == export.begun)
        .values(rows_done=rows, leased_until=now + LEASE)
        .returning(Export.id)
    )
    return kept.first() is not None


def fail(session: Session, export_id: UUID, error: str, now: datetime) -> None:
    """It went wrong: once more from the start, or given up."""
    found = session.get(Export, export_id, with_for_update=True, populate_existing=True)
    if found and found.state == "running":
        _give_back(found, error, now)


def cancel(export: Export, settings: Settings, now: datetime) -> None:
    """Stop an export that is not made yet, or throw the file of one away."""
    if export.is_open:
        export.state, export.ended_at, export.leased_until = "cancelled", now, None
    elif export.state == "done":
        export.state, export.expires_at = "expired", None
        file_of(settings, export).unlink(missing_ok=True)


def sweep(session: Session, settings: Settings, now: datetime) -> int:
    """Throw away the files whose time is over and those of no export; return how many there were."""
    over = session.scalars(select(Export).where(Export.state == "done", Export.expires_at <= now)).all()
    for export in over:
        export.state, export.expires_at = "expired", None
    session.flush()
    kept = {str(id_) for id_ in session.scalars(select(Export.id).where(Export.state.in_(("done", "running"))))}
    stray = [file for file in _files(settings.exports_dir) if file.name.lstrip(".").split(".")[0] not in kept]
    for file in stray:
        file.unlink(missing_ok=True)
    return len(stray)


def file_of(settings: Settings, export: Export) -> Path:
    """Return where an export's file is, or will be."""
    return settings.exports_dir / f"{export.id}.{export.format}"


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def _give_back(export: Export, error: str, now: datetime) -> None:
    export.leased_until, export.last_error = None, error[:500]
    if export.attempts >= MOST_ATTEMPTS:
        export.state, export.ended_at = "failed", now
    else:
        export.state = "waiting"
