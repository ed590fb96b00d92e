"""Finishes calls whose callbacks never came: asks the carrier for their true state and believes that."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hotline.calls import endings
from hotline.calls.exchange import Exchange
from hotline.calls.models import Call
from hotline.telephony.events import OVER
from hotline.telephony.rest import CarrierError

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(minutes=2)
"""A call that nobody has accepted is asked after when the carrier has said nothing for this long."""
TALKING_SILENT_AFTER = timedelta(minutes=10)
"""The same while two people talk, when silence is to be expected."""
GIVEN_UP_AFTER = timedelta(hours=6)
"""A call that the carrier cannot tell about is over after this: no call may last longer than two hours."""


def silent_calls(session: Session, now: datetime, limit: int = 100) -> Sequence[UUID]:
    """Return calls that should have been heard of by now."""
    quiet = or_(
        and_(Call.accepted_leg_id.is_(None), Call.seen_at < now - SILENT_AFTER),
        Call.seen_at < now - TALKING_SILENT_AFTER,
    )
    return session.scalars(
        select(Call.id).where(Call.ended_at.is_(None), quiet).order_by(Call.seen_at).limit(limit)
    ).all()


def ask_after(x: Exchange, call_id: UUID) -> None:
    """Ask the carrier about one call and finish it here if it is over there. Safe to repeat."""
    with x.sessions.begin() as session:
        call = session.get_one(Call, call_id)
        sid, seen = call.sid, call.seen_at
    try:
        state = x.carrier.state(sid)
    except CarrierError as error:
        log.warning("the carrier does not tell about call %s: %s", call_id, error)
        if x.clock() - seen < GIVEN_UP_AFTER:
            return
        state = None
    with x.sessions.begin() as session:
        call = session.get_one(Call, call_id, with_for_update=True)
        now = x.clock()
        if state is None or state in OVER:
            endings.finish(session, call, now, how="found_over")
        elif call.ended_at is None:
            call.seen_at = now
