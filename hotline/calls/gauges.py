"""How the hotline is doing right now and was in the last day, in a few cheap reads: what monitoring asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg
from hotline.directory.models import Handset
from hotline.outgoing import outbox
from tickets import timers
from tickets.models import Ticket

PERIOD = timedelta(hours=24)
"""The calls that are counted began within this time."""
ANSWER_BUCKETS = (5, 10, 15, 20, 30, 60, 120)
"""Seconds to a human; 15 is the norm (see hotline.calls.statistics.measures)."""


@dataclass(frozen=True)
class Gauges:
    """``calls``: of the last day, by the kind of tier that took them (or empty) and outcome.

    ``answered``: how many were answered within each of ANSWER_BUCKETS, then all; ``answered_seconds``: their sum.
    ``timer_lag``: seconds the longest due timer waits. ``handsets``: by health.
    ``webhooks_due`` and ``webhooks_failed``: what other systems are owed, and what was given up in the last day.
    """

    calls: Mapping[tuple[str, str], int]
    answered: Sequence[int]
    answered_seconds: float
    live: int
    talking: int
    call_backs_owed: int
    call_backs_late: int
    timers_due: int
    timer_lag: float
    timers_failed: int
    webhooks_due: int
    webhooks_failed: int
    handsets: Mapping[str, int]


def read(session: Session, now: datetime) -> Gauges:
    """Return the gauges of the whole installation."""
    recent = (Call.direction == "in", Call.started_at >= now - PERIOD)
    tier = func.coalesce(Leg.tier_kind, "")
    how = case((Call.ended_at.is_(None), "live"), else_=Call.outcome)
    by_tier = (
        select(tier, how, func.count())
        .select_from(Call)
        .outerjoin(Leg, Leg.id == Call.accepted_leg_id)
        .where(*recent)
        .group_by(tier, how)
    )
    waited = func.extract("epoch", Call.accepted_at - Call.started_at)
    within = [func.count().filter(waited <= seconds) for seconds in ANSWER_BUCKETS]
    answered = select(*within, func.count(), func.coalesce(func.sum(waited), 0)).where(
        *recent, Call.accepted_leg_id.is_not(None)
    )
    *counts, seconds = session.execute(answered).one()
    live = select(func.count(), func.count(Call.accepted_leg_id)).where(Call.ended_at.is_(None))
    owed = select(func.count(), func.count().filter(Ticket.call_back_by < now)).where(Ticket.call_back_by.is_not(None))
    ringing_and_talking, back = session.execute(live).one(), session.execute(owed).one()
    health = session.execute(select(Handset.state, func.count()).where(Handset.active).group_by(Handset.state))
    told = outbox.counts(session, now, now - PERIOD)
    return Gauges(
        calls={(row[0], row[1]): row[2] for row in session.execute(by_tier)},
        answered=[int(count) for count in counts],
        answered_seconds=float(seconds),
        live=ringing_and_talking[0],
        talking=ringing_and_talking[1],
        call_backs_owed=back[0],
        call_backs_late=back[1],
        timers_due=timers.due_count(session, now),
        timer_lag=timers.late(session, now).total_seconds(),
        timers_failed=timers.failed_count(session),
        webhooks_due=told[0],
        webhooks_failed=told[1],
        handsets={row[0]: row[1] for row in health},
    )
