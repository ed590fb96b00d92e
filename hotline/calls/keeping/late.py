"""Duties that were asked for and not settled by a call: confirmed otherwise, taken over, or missed after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping import duty, telephones
from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand, Hold
from hotline.directory.models import Handset
from hotline.roster.duty import Roster, covering

OVERDUE = timedelta(minutes=20)
"""The two calls of a duty check are long over by then, even if the carrier never told us of their end."""


def settle(work: Work, tenant_id: UUID, rosters: Mapping[UUID, Roster]) -> int:
    """Settle what the calls left open; return how many were settled. Safe to repeat."""
    rows = work.session.scalars(
        select(DutyConfirmation)
        .where(DutyConfirmation.tenant_id == tenant_id, DutyConfirmation.state.in_(("asked", "missed")))
        .where(DutyConfirmation.ends > work.now - OVERDUE)
        .order_by(DutyConfirmation.id)
        .with_for_update(skip_locked=True)
    ).all()
    before = [row.state for row in rows]
    for row in rows:
        _settle(work, row, rosters.get(row.station_id))
    return sum(row.state != state for row, state in zip(rows, before, strict=True))


def _settle(work: Work, row: DutyConfirmation, roster: Roster | None) -> None:
    if _key_since(work.session, row):
        duty.confirm(work, row)
    elif row.state == "asked" and not _needed(work, row, roster):
        row.state, row.settled_at = "relieved", work.now
    elif row.state == "asked" and row.asked_at <= work.now - OVERDUE and not _on_another_call(work, row):
        duty.missed(work, row)


def _key_since(session: Session, row: DutyConfirmation) -> bool:
    """Whether the duty handset was missed and a human has pressed a key on it since, on whatever call."""
    if row.state != "missed" or row.telephone_kind != "handset" or row.settled_at is None:
        return False
    confirmed = session.scalar(select(Handset.confirmed_at).where(Handset.id == row.telephone_id))
    return confirmed is not None and confirmed > row.settled_at


def _needed(work: Work, row: DutyConfirmation, roster: Roster | None) -> bool:
    """Whether it is still that person's duty, and a stand-in's while the first is not there."""
    if duty.first_is_there(work.session, row):
        return False
    piece = covering(roster.role(row.role), work.now) if roster else None
    return (piece.staff_id if piece else None) == row.staff_id


def _on_another_call(work: Work, row: DutyConfirmation) -> bool:
    """Whether the telephone is busy with a call of another cause; the check waits for it."""
    phone = telephones.find(work.session, row.telephone_kind, row.telephone_id)
    ours = select(Errand.id).where(Errand.data["duty"].astext == str(row.id))
    held = select(Hold.holder_id).where(Hold.until > work.now, Hold.holder_id.not_in(ours))
    return phone is not None and work.session.scalar(held.where(Hold.number_hash == phone.number_hash)) is not None
