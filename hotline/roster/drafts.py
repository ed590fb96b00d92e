"""Changes of a station's shifts that are prepared, compared with what is published, and published in one step.

Only shifts are drafted: overrides, swaps and taking over are for now, and a draft would only hide them. What begins
today or tomorrow cannot be drafted either, so that nobody takes tonight for settled that is not (docs/adr/0018).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from hotline.clock import SHANGHAI, local
from hotline.db import new_id
from hotline.roster import batch
from hotline.roster.batch import piece_of
from hotline.roster.board_models import DraftShift
from hotline.roster.changes import RosterError, lock
from hotline.roster.models import Shift
from hotline.roster.pieces import Edit, Piece


def rows_of(session: Session, station_id: UUID) -> Sequence[DraftShift]:
    """Return a station's draft, by time; what only goes comes last, and what has gone already is left out."""
    is_there = select(Shift.id).where(Shift.id == DraftShift.shift_id).exists()
    query = select(DraftShift).where(
        DraftShift.station_id == station_id, or_(DraftShift.staff_id.is_not(None), is_there)
    )
    return session.scalars(query.order_by(DraftShift.starts, DraftShift.id)).all()


def edit_of(row: DraftShift) -> Edit:
    """Return the edit that a row stands for."""
    piece = None
    if row.staff_id and row.starts and row.ends:
        piece = Piece(row.starts, row.ends, row.role, row.staff_id, row.handset_id)
    return Edit(piece, row.shift_id, row.seen, None if row.shift_id else row.id)


def edits_of(session: Session, station_id: UUID) -> list[Edit]:
    """Return all edits of a station's draft."""
    return [edit_of(row) for row in rows_of(session, station_id)]


def earliest(now: datetime) -> datetime:
    """Return the first moment that a draft may touch: the beginning of the day after tomorrow, in Asia/Shanghai."""
    day = local(now).date() + timedelta(days=2)
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def put(session: Session, place: tuple[UUID, UUID], edits: Sequence[Edit], now: datetime, by: str) -> None:
    """Add edits to a station's draft; ``place``: tenant and station.

    An edit may name a published shift or one that is new in the draft. Raises RosterError when the draft could not be
    published as it would be then, or when it is too late for a draft; the caller then rolls back.
    """
    tenant_id, station_id = place
    lock(session, station_id)
    rows = rows_of(session, station_id)
    ours = {row.shift_id or row.id: row for row in rows}
    wanted = [edit for edit in edits if edit.shift_id]
    published = _published(session, station_id, [edit.shift_id for edit in wanted if edit.shift_id])
    for edit in edits:
        _check_time(edit, published.get(edit.shift_id) if edit.shift_id else None, now)
    merged = [_merged(edit, ours, published) for edit in edits]
    old = [row.id for edit in edits if edit.shift_id and (row := ours.get(edit.shift_id))]
    session.execute(delete(DraftShift).where(DraftShift.id.in_(old)))
    fresh = [_row(tenant_id, station_id, one, published, ours, now, by) for one in merged if one is not None]
    with batch.tried(session, place, _others(rows, old) + [edit_of(row) for row in fresh], now):
        pass
    session.add_all(fresh)
    session.flush()


def discard(session: Session, station_id: UUID, row_ids: Sequence[UUID]) -> None:
    """Throw some of a station's draft away. Raises RosterError when the rest could not be understood without it."""
    lock(session, station_id)
    query = delete(DraftShift).where(DraftShift.station_id == station_id, DraftShift.id.in_(row_ids))
    session.execute(query)


def publish(session: Session, place: tuple[UUID, UUID], now: datetime, by: str) -> Sequence[Edit]:
    """Make a station's whole draft the roster, in one step; return what was done. Raises RosterError.

    Whoever's duty moves is told as after any change (see hotline.calls.keeping.shifts).
    """
    _tenant_id, station_id = place
    lock(session, station_id)
    edits = edits_of(session, station_id)
    if not edits:
        raise RosterError("草稿是空的，可能刚刚发布过 (the draft is empty: somebody may have just published it)")
    batch.apply(session, place, edits, "published", now, by)
    session.execute(delete(DraftShift).where(DraftShift.station_id == station_id))
    return edits


def _others(rows: Sequence[DraftShift], old: Sequence[UUID]) -> list[Edit]:
    return [edit_of(row) for row in rows if row.id not in old]


def _published(session: Session, station_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Shift]:
    query = select(Shift).where(Shift.station_id == station_id, Shift.id.in_(ids))
    return {shift.id: shift for shift in session.scalars(query)}


def _check_time(edit: Edit, shift: Shift | None, now: datetime) -> None:
    begins = [one.starts for one in (edit.piece, shift) if one is not None]
    if begins and min(begins) < earliest(now):
        raise RosterError(
            "今天和明天的班不进草稿，请直接改、立即生效 (today's and tomorrow's duty is not drafted: change it at once)"
        )


def _merged(edit: Edit, ours: dict[UUID, DraftShift], published: dict[UUID, Shift]) -> Edit | None:
    """Return what is kept of an edit: nothing, where it only takes back what was drafted."""
    if edit.shift_id is None:
        return edit
    row, shift = ours.get(edit.shift_id), published.get(edit.shift_id)
    if shift is None and row is None:
        raise RosterError("这个班次刚刚被别人撤销 (somebody else has just removed it)")
    if shift is None and row is not None and row.shift_id is None:
        return Edit(edit.piece, as_id=row.id) if edit.piece else None
    if shift is not None and edit.piece == piece_of(shift):
        return None
    return Edit(edit.piece, edit.shift_id, row.seen if row else edit.seen)


def _row(
    tenant_id: UUID, station_id: UUID, edit: Edit, published: dict[UUID, Shift], ours: dict[UUID, DraftShift],
    now: datetime, by: str,
) -> DraftShift:  # fmt: skip
    piece = edit.piece
    known = published.get(edit.shift_id) or ours.get(edit.shift_id) if edit.shift_id else None
    row = DraftShift(
        tenant_id=tenant_id, station_id=station_id, role=piece.role if piece else known.role if known else "first",
        shift_id=edit.shift_id, seen=edit.seen, staff_id=piece.staff_id if piece else None,
        starts=piece.starts if piece else None, ends=piece.ends if piece else None,
        handset_id=piece.handset_id if piece else None, made_at=now, made_by=by,
    )  # fmt: skip
    row.id = edit.as_id or new_id()
    return row
