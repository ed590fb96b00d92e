"""What is done when a timer is due. A new kind of timer: one function here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from hotline.calls import errand_watch, errands, links
from hotline.calls.exchange import Exchange
from hotline.calls.kinds import branch_calls, call_back, telling_calls, wrap_up
from hotline.calls.kinds import feedback as ask_feedback
from hotline.calls.kinds.base import Work
from hotline.calls.orders import TIMER as ERRAND
from hotline.notifications import tell
from tickets import clocks, referrals, timers
from tickets.asking import ASK
from tickets.desk import CALL_BACK
from tickets.models import Ticket, Timer

log = logging.getLogger(__name__)


def _ring_chain(work: Work, timer: Timer) -> None:
    call_back.start(work, timer.ticket_id)


def _ask_feedback(work: Work, timer: Timer) -> None:
    ask_feedback.start(work, timer.ticket_id, int(timer.data.get("tries", 0)))


def _take_back(work: Work, timer: Timer) -> None:
    if timer.ticket_id and (late := referrals.deadline_passed(work.session, timer.ticket_id, work.now)):
        branch_calls.returned(work, work.session.get_one(Ticket, timer.ticket_id), late)


def _clock(work: Work, timer: Timer) -> None:
    for escalation in clocks.fire(work.session, timer, work.now):
        for request in tell.escalated(work.session, escalation, work.now):
            telling_calls.order(work, request, escalation.ticket)


HANDLERS: Mapping[str, Callable[[Work, Timer], None]] = {
    CALL_BACK: _ring_chain,
    ASK: _ask_feedback,
    referrals.DEADLINE: _take_back,
    **dict.fromkeys(clocks.TIMERS, _clock),
}
"""Kind of timer -> what it does, within the transaction that marks the timer as done."""


def _place(x: Exchange, data: Mapping[str, Any]) -> bool:
    return errands.place(x, UUID(data["errand"]))


def _ask_after(x: Exchange, data: Mapping[str, Any]) -> bool:
    errand_watch.ask_after(x, UUID(data["errand"]))
    return True


def _send_link(x: Exchange, data: Mapping[str, Any]) -> bool:
    return links.send(x, UUID(data["errand"]))


OUTSIDE: Mapping[str, Callable[[Exchange, Mapping[str, Any]], bool]] = {
    ERRAND: _place,
    errands.WATCH: _ask_after,
    wrap_up.LINK: _send_link,
}
"""Kinds that ask the carrier, so no transaction is held meanwhile: each is safe to repeat; True: it is done."""


def fire(x: Exchange, timer_id: UUID) -> None:
    """Do what a claimed timer is for, once: a second run finds it done. A failure is kept and tried again later."""
    try:
        _fire(x, timer_id)
    except Exception as error:  # whatever it is, the timer must not be lost
        log.exception("timer %s failed", timer_id)
        with x.sessions.begin() as session:
            _failed(Work(x, session, x.clock()), timer_id, f"{type(error).__name__}: {error}")


def _fire(x: Exchange, timer_id: UUID) -> None:
    with x.sessions.begin() as session:
        timer = timers.take(session, timer_id)
        if timer is None:
            return
        outside = OUTSIDE.get(timer.kind)
        if outside is None:
            timers.finish(timer, x.clock())
            if handler := HANDLERS.get(timer.kind):
                handler(Work(x, session, x.clock()), timer)
            return
        data = dict(timer.data)
    if not outside(x, data):
        return
    with x.sessions.begin() as session:
        timer = timers.take(session, timer_id)
        if timer is not None:
            timers.finish(timer, x.clock())


def _failed(work: Work, timer_id: UUID, error: str) -> None:
    """Keep the failure; once it is given up for good, the coordinators are told."""
    timers.fail(work.session, timer_id, error, work.now)
    timer = work.session.get(Timer, timer_id)
    if timer is not None and timer.state == "failed" and timer.ticket_id is not None:
        ticket = work.session.get_one(Ticket, timer.ticket_id)
        tell.work_failed(work.session, ticket.tenant_id, f"{timer.id}:{timer.done_at}", timer.kind, error, work.now)


def fire_due(x: Exchange, limit: int = 100) -> int:
    """Claim and fire what is due in this process; return how many timers there were."""
    with x.sessions.begin() as session:
        claimed = timers.claim(session, x.clock(), limit)
    for timer_id in claimed:
        fire(x, timer_id)
    return len(claimed)
