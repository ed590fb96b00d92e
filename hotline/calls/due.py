"""What is done when a timer is due. A new kind of timer: one function here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from uuid import UUID

from hotline.calls import errands
from hotline.calls.exchange import Exchange
from hotline.calls.kinds import call_back
from hotline.calls.kinds import feedback as ask_feedback
from hotline.calls.kinds.base import Work
from hotline.calls.orders import TIMER as ERRAND
from tickets import feedback, referrals, timers
from tickets.desk import CALL_BACK
from tickets.models import Timer

log = logging.getLogger(__name__)


def _ring_chain(work: Work, timer: Timer) -> None:
    call_back.start(work, timer.ticket_id)


def _ask_feedback(work: Work, timer: Timer) -> None:
    ask_feedback.start(work, timer.ticket_id, int(timer.data.get("tries", 0)))


def _take_back(work: Work, timer: Timer) -> None:
    if timer.ticket_id:
        referrals.deadline_passed(work.session, timer.ticket_id, work.now)


HANDLERS: Mapping[str, Callable[[Work, Timer], None]] = {
    CALL_BACK: _ring_chain,
    feedback.ASK: _ask_feedback,
    referrals.DEADLINE: _take_back,
}
"""Kind of timer -> what it does, within the transaction that marks the timer as done."""


def fire(x: Exchange, timer_id: UUID) -> None:
    """Do what a claimed timer is for, once: a second run finds it done. Raises what its handler raises."""
    with x.sessions.begin() as session:
        timer = timers.take(session, timer_id)
        if timer is None:
            return
        errand = timer.data.get("errand") if timer.kind == ERRAND else None
        if errand is None:
            if handler := HANDLERS.get(timer.kind):
                handler(Work(x, session, x.clock()), timer)
            timers.finish(timer, x.clock())
            return
    # Placing a call asks the carrier, so no transaction is held meanwhile; placing twice is found out by its row.
    errands.place(x, UUID(errand))
    with x.sessions.begin() as session:
        timer = timers.take(session, timer_id)
        if timer is not None and timer.due_at <= x.clock():
            timers.finish(timer, x.clock())


def fire_due(x: Exchange, limit: int = 100) -> int:
    """Claim and fire what is due in this process; return how many timers there were."""
    with x.sessions.begin() as session:
        claimed = timers.claim(session, x.clock(), limit)
    for timer_id in claimed:
        fire(x, timer_id)
    return len(claimed)
