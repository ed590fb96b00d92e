"""How a call ends: what it is remembered as, and the promise to ring back whoever reached no human."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import chain, holds, transfer
from hotline.calls.kinds import wrap_up
from hotline.calls.lookup import policy_for
from hotline.calls.models import Call, Leg, Recording, Reply
from hotline.calls.states import LIVE, LegState
from hotline.db import new_id
from hotline.directory.policy import RoutingPolicy
from hotline.telephony.events import CallEvent
from tickets import desk, merging
from tickets.models import Ticket

HEARD = timedelta(seconds=5)
"""Who hangs up sooner may not have heard how the case stands, and is rung back."""
NOTHING_ELSE = "stay"
"""The node of ivr_flows.shared.PROGRESS that says: if there is nothing else, please hang up."""


def finish(session: Session, call: Call, now: datetime, how: str = "hung_up") -> None:
    """The caller is gone: close legs, free telephones, and owe a call back if no human was reached."""
    if call.ended_at is not None:
        return
    live = [leg for leg in call.legs if leg.state in LIVE]
    if not call.outcome:
        call.outcome = "answered" if call.accepted_leg_id else "told" if _was_told(session, call, now) else "abandoned"
    call.ended_at = now
    for leg in live:
        chain.end(session, leg, LegState.ENDED if leg.state == LegState.ACCEPTED else LegState.STOPPED, now)
    holds.release_call(session, call.id)
    ticket = session.get_one(Ticket, call.ticket_id, with_for_update=True)
    if call.outcome == "answered":
        if call.accepted_leg_id and not _asked_while_staying(session, call):
            wrap_up.order_after(session, call, session.get_one(Leg, call.accepted_leg_id), now)
    elif call.outcome != "told":
        promise(session, call, ticket, policy_for(session, call.tenant_id, call.station_id), now, call.outcome)
    seconds = int((now - call.started_at).total_seconds())
    talked = int((now - call.accepted_at).total_seconds()) if call.accepted_at and call.accepted_leg_id else 0
    desk.note(session, ticket.id, "call_ended", now, outcome=call.outcome, how=how, seconds=seconds, talked=talked)
    if call.outcome == "told":
        _join_the_case(session, call, now)


def _was_told(session: Session, call: Call, now: datetime) -> bool:
    """Return whether the caller asked how the case stands, heard it, and hung up when bidden to."""
    last = session.get(Reply, (call.id, call.step)) if call.step else None  # nobody asks at the very beginning
    if last is None:
        return False
    asked = re.search(rf"/calls/{call.id}/{call.step + 1}/{NOTHING_ELSE}[.?]", last.reply)
    return asked is not None and last.at + HEARD <= now


def _join_the_case(session: Session, call: Call, now: datetime) -> None:
    """Who only asked after a case has no other: the ticket that this call opened goes into the one asked after."""
    asked_after = desk.find_open_for(session, call.survivor_id, besides=call.ticket_id) if call.survivor_id else None
    if asked_after is None:
        return
    pair = select(Ticket).where(Ticket.id.in_((call.ticket_id, asked_after.id))).order_by(Ticket.id)
    locked = {row.id: row for row in session.scalars(pair.with_for_update().execution_options(populate_existing=True))}
    own, older = locked[call.ticket_id], locked[asked_after.id]
    opened_by_it = own.opened_at >= call.started_at and own.call_back_by is None
    if opened_by_it and not merging.why_not(own, older) and merging.in_order(own, older) == (own, older):
        merging.merge(session, own, older, "system", now)


def wrap_up_while_staying(session: Session, call: Call, now: datetime) -> bool:
    """The duty person has hung up and the survivor has not: ring the handset at once; False for a branch's."""
    leg = session.get_one(Leg, call.accepted_leg_id)
    return not _asked_while_staying(session, call) and wrap_up.order_after(session, call, leg, now, staying=True)


def _asked_while_staying(session: Session, call: Call) -> bool:
    return transfer.wrap_up_of(session, call) is not None


def promise(session: Session, call: Call, ticket: Ticket, policy: RoutingPolicy, now: datetime, why: str) -> None:
    """Owe a call back; a caller who withheld the number cannot be rung, so the ticket alone stays open."""
    if call.from_hash is None:
        desk.note(session, ticket.id, "no_number_to_ring", now, why=why)
        return
    if _reached_since(call, ticket, now):
        return
    minutes = policy.urgent_callback_minutes if call.urgent else policy.callback_minutes
    desk.promise_call_back(session, ticket, minutes, now, why)


def _reached_since(call: Call, ticket: Ticket, now: datetime) -> bool:
    """Return whether the report of this is late: a human has talked with them since, and not in this call."""
    if ticket.answered_at is None or ticket.answered_at < call.started_at:
        return False
    return ticket.answered_at > now or not any(leg.accepted_at for leg in call.legs)


def keep_message(session: Session, call: Call, event: CallEvent, now: datetime) -> None:
    """Store a message once, whichever of the carrier's two reports of it comes first."""
    if not event.recording_sid or event.recording_seconds <= 0:
        return
    row = {
        "id": new_id(),
        "sid": event.recording_sid,
        "call_id": call.id,
        "ticket_id": call.ticket_id,
        "kind": "message",
        "url": event.recording_url,
        "seconds": event.recording_seconds,
        "at": now,
    }
    new = session.scalar(insert(Recording).values(row).on_conflict_do_nothing().returning(Recording.id))
    if new is None:
        return
    call.outcome = "message"
    ticket = session.get_one(Ticket, call.ticket_id, with_for_update=True)
    ticket.message_at = ticket.message_at or now
    desk.note(session, ticket.id, "message_left", now, seconds=event.recording_seconds, recording=str(new))
