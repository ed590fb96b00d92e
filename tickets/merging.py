"""Two tickets of one matter become one: the younger goes into the older, in one transaction, and stays so.

Its calls, its history and its files stay where they are and are shown with the older's; figures count the older alone.
There is no way back: the life cycle has no step out of a merged ticket, and what was done since would belong nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Uuid, column, exists, or_, select, table, update
from sqlalchemy.orm import Session

from hotline.reach import Reach
from tickets import asking, clocks, desk, referrals, timers
from tickets.models import Ticket
from tickets.states import FINAL, TRANSITIONS, Action, ImpossibleError, State

_call = table("call", column("ticket_id", Uuid), column("ended_at", DateTime(timezone=True)))
"""Calls are another room's; only whether one goes on is needed of them here."""
WRONG = "wrong_number"


def candidates(session: Session, reach: Reach, ticket: Ticket, limit: int = 10) -> Sequence[Ticket]:
    """Return the tickets within reach that one may be merged with, the newest first."""
    if State(ticket.state) not in TRANSITIONS[Action.MERGE]:
        return []
    same = []
    if ticket.survivor_id is not None:
        same.append(Ticket.survivor_id == ticket.survivor_id)
    if ticket.caller_hash is not None:
        same.append(Ticket.caller_hash == ticket.caller_hash)
    if not same:
        return []
    mine = select(Ticket).where(reach.covers(Ticket.tenant_id, Ticket.station_id), or_(*same))
    mine = mine.where(Ticket.tenant_id == ticket.tenant_id, Ticket.id != ticket.id)
    rows = session.scalars(mine.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(5 * limit))
    return [row for row in rows if not why_not(*in_order(ticket, row))][:limit]


def in_order(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Return the younger and the older of two tickets."""
    return (one, other) if (one.opened_at, one.id) > (other.opened_at, other.id) else (other, one)


def merge(session: Session, one: Ticket, other: Ticket, by: str, now: datetime) -> Ticket:
    """Merge the younger of two tickets into the older and return the older. Lock both first (see ``lock``).

    What was promised on the younger is owed on the older from now on. Raises ImpossibleError with the reason.
    """
    younger, older = in_order(one, other)
    if reason := why_not(younger, older):
        raise ImpossibleError(reason)
    if session.scalar(select(exists().where(_call.c.ticket_id == younger.id, _call.c.ended_at.is_(None)))):
        raise ImpossibleError(
            f"{younger.number} 号工单正在通话，请稍后再并 (ticket {younger.number} has a call going on)"
        )
    promise, urgent = younger.call_back_by, younger.priority == "urgent"
    younger.merged_into_id = older.id
    desk.move(session, younger, Action.MERGE, now, actor=by, into=older.number, into_id=str(older.id))
    younger.call_back_by, younger.wrapped_at = None, younger.wrapped_at or now
    for kind in (desk.CALL_BACK, asking.ASK):
        timers.cancel(session, f"{kind}:{younger.id}", now)
    referrals.overtaken(session, younger, now, by=by)
    session.flush()
    session.execute(update(Ticket).where(Ticket.merged_into_id == younger.id).values(merged_into_id=older.id))
    desk.note(session, older.id, "merged_in", now, actor=by, ticket=younger.number)
    older.version += 1
    if older.survivor_id is None:
        older.survivor_id = younger.survivor_id
    if State(older.state) not in FINAL:
        if urgent:
            desk.urgent(session, older, now)
        if promise is not None:
            desk.promise_call_back(session, older, (promise - now) / timedelta(minutes=1), now, "merged")
    clocks.follow(session, younger, now)
    clocks.follow(session, older, now)
    return older


def lock(session: Session, reach: Reach, ticket_ids: Sequence[UUID]) -> Sequence[Ticket]:
    """Return tickets within reach as they are now, locked in one order."""
    mine = select(Ticket).where(Ticket.id.in_(ticket_ids), reach.covers(Ticket.tenant_id, Ticket.station_id))
    fresh = mine.order_by(Ticket.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(fresh).all()


def merged_into(session: Session, ticket_id: UUID) -> Sequence[Ticket]:
    """Return the tickets that were merged into one, the oldest first."""
    return session.scalars(select(Ticket).where(Ticket.merged_into_id == ticket_id).order_by(Ticket.opened_at)).all()


def why_not(younger: Ticket, older: Ticket) -> str:
    """Return why two tickets cannot be one, in Chinese and English; empty where they can."""
    if younger.id == older.id or younger.tenant_id != older.tenant_id:
        return "不能这样并单 (these cannot be merged)"
    survivor = younger.survivor_id is not None and younger.survivor_id == older.survivor_id
    caller = younger.caller_hash is not None and younger.caller_hash == older.caller_hash
    if not survivor and not caller:
        return "不是同一位来电人的工单 (the tickets are not of one survivor)"
    if State(younger.state) not in TRANSITIONS[Action.MERGE]:
        return f"{younger.number} 号工单已经办结，不能并入 (ticket {younger.number} is finished and cannot be merged)"
    if State(older.state) in FINAL and not (State(older.state) is State.CLOSED and older.outcome == WRONG):
        return f"{older.number} 号工单已归档，请先重新办理 (ticket {older.number} is closed: reopen it first)"
    return ""
