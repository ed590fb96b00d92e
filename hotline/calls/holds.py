"""Who is being rung or talked with: a telephone is held by one call at a time (see models.Hold).

Plain SQL: every webhook of a call touches them, and none waits for what the session has not written yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hotline import rows
from hotline.calls.models import Hold, Leg
from hotline.rows import Rows

LONGEST_CALL = timedelta(hours=2)
"""The carrier ends a call after this; a held telephone is free again at the latest then."""
TAKE_OVER = (
    "ON CONFLICT (number_hash) DO UPDATE SET holder_id = excluded.holder_id, call_id = excluded.call_id, "
    "until = excluded.until WHERE hold.until <= %(now)s"
)
"""A telephone's hold that has run out may be taken over by another call."""


def take(session: Session, legs: Sequence[Leg], until: datetime, now: datetime) -> set[UUID]:
    """Hold the telephones of these legs for their call, in one statement; return the legs that got theirs."""
    wanted = sorted((leg for leg in legs if not leg.own_queue), key=lambda leg: leg.number_hash)
    given = [
        {"number_hash": leg.number_hash, "holder_id": leg.id, "call_id": leg.call_id, "until": until} for leg in wanted
    ]
    free = {leg.id for leg in legs if leg.own_queue}
    if not given:
        return free
    return free | set(rows.write(session.connection(), Rows(Hold, given, TAKE_OVER, "holder_id"), now=now))


def keep(session: Session, holder_id: UUID, now: datetime) -> None:
    """The telephone is talked on: hold it for as long as a call may last."""
    given = {"holder": holder_id, "until": now + LONGEST_CALL}
    session.connection().exec_driver_sql("UPDATE hold SET until = %(until)s WHERE holder_id = %(holder)s", given)


def release(session: Session, holder_id: UUID) -> None:
    """The telephone of a leg or an errand is free for other calls."""
    session.connection().exec_driver_sql("DELETE FROM hold WHERE holder_id = %(holder)s", {"holder": holder_id})


def release_call(session: Session, call_id: UUID) -> None:
    """All telephones of a call are free for other calls."""
    session.connection().exec_driver_sql("DELETE FROM hold WHERE call_id = %(call)s", {"call": call_id})
