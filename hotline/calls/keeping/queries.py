"""Reads of what is known of people on duty, for routing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping.models import DutyConfirmation


def unconfirmed(
    session: Session, now: datetime, station_ids: Collection[UUID] | None = None
) -> set[tuple[UUID, UUID | None]]:
    """Return stations with the person of their running first duty who was asked and is not known to be there.

    ``station_ids``: of these only; None: of all.
    """
    query = select(DutyConfirmation.station_id, DutyConfirmation.staff_id).where(
        DutyConfirmation.role == "first",
        DutyConfirmation.state.in_(("missed", "unable")),
        DutyConfirmation.starts <= now,
        DutyConfirmation.ends > now,
    )
    if station_ids is not None:
        query = query.where(DutyConfirmation.station_id.in_(station_ids))
    return {(row.station_id, row.staff_id) for row in session.execute(query)}
