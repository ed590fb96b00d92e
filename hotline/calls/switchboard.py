"""The use case: a carrier's webhook comes in, the call moves on by one step, an answer goes out.

Every answer is stored with the number of its step; a webhook that comes again gets the stored answer again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls import chain, document, endings, errands, opening, routing, transfer
from hotline.calls.briefing import Briefing
from hotline.calls.choices import choose
from hotline.calls.document import Rung, Tone
from hotline.calls.exchange import Exchange
from hotline.calls.lookup import facts_for, inquiry_of, policy_for
from hotline.calls.models import Call, Leg, Reply
from hotline.calls.standby.memo import Memo, prefixes
from hotline.calls.states import TRIED
from hotline.numbers import from_stored
from hotline.telephony import twiml
from hotline.telephony.events import CallEvent
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import (
    Begin,
    Dialled,
    Input,
    Keys,
    Position,
    Record,
    Recorded,
    Ring,
    Step,
)
from tickets import desk
from tickets.models import Ticket

log = logging.getLogger(__name__)

SHORTEST_TALK_SECONDS = 4
"""A call cut off sooner than this while the caller is still there goes on through the chain."""
MOST_TURNS = 60
"""Decisions and tiers that one webhook may pass through."""


def incoming(x: Exchange, session: Session, event: CallEvent) -> str:
    """Answer a new call: greet, open its ticket, and ring the first tier in the very same document."""
    now = x.clock()
    call = session.scalars(select(Call).where(Call.sid == event.sid).with_for_update()).first()
    if call is not None:
        return _stored(session, call, 0) or _empty(call)
    call = opening.open_call(x, session, event, now)
    if call is None:
        return _stored_by_other(session, event)
    _plan(x, session, call, now)
    return _answer(x, session, call, 0, Position(x.flows[call.flow].start), Begin(), now)


def step(x: Exchange, session: Session, call_id: UUID, number: int, position: Position, event: CallEvent) -> str:
    """Answer a later webhook of a call: keys, the end of a tier's ringing, a recording."""
    now = x.clock()
    call = chain.locked(session, id_=call_id)
    if call is None:
        raise LookupError(f"no call {call_id}")
    late = number <= call.step or call.ended_at is not None  # only then may it have been answered before
    if late and (stored := _stored(session, call, number)) is not None:
        return stored
    given = _read(x, session, call, event, now)
    call.seen_at = now
    if event.over or call.ended_at is not None:
        if _unconfirmed(x, given):  # they talked, and the caller has hung up since
            call.outcome = call.outcome or "unconfirmed"
        endings.finish(session, call, now)
        return _keep(session, call, number, str(given), twiml.empty(), now)
    return _answer(x, session, call, number, position, given, now)


def status(x: Exchange, session: Session, event: CallEvent) -> None:
    """Take in a report on the caller's own leg; only its end matters, and only once."""
    call, now = chain.locked(session, sid=event.sid), x.clock()
    errands.ended_by_sid(x, session, event)
    if call is None or call.ended_at is not None:
        return
    call.seen_at = now
    if event.over:
        endings.finish(session, call, now)


def recorded(x: Exchange, session: Session, call_id: UUID, event: CallEvent) -> None:
    """Take in the carrier's report that a message is ready."""
    call = session.get_one(Call, call_id, with_for_update=True)
    endings.keep_message(session, call, event, x.clock())


def _read(x: Exchange, session: Session, call: Call, event: CallEvent, now: datetime) -> Input:
    """Return what the webhook means to the flow; note what it says about the tier or the message."""
    if event.dial_status:
        return Dialled(_taken(x, session, call, event, now))
    if event.recording_sid or event.recording_url:
        endings.keep_message(session, call, event, now)
        return Recorded(event.recording_seconds)
    if not event.digits:
        return Begin()
    chain.take_back(session, call)
    return Keys(event.digits)


def _taken(x: Exchange, session: Session, call: Call, event: CallEvent, now: datetime) -> bool:
    """Did a human take the call? Only our own accept key says so; without screening the caller is asked."""
    screened = x.capabilities.screening
    chain.close_tier(session, call, event.dial_status, now, screened=screened)
    if not screened:
        return event.dial_status in chain.JOINED
    leg = transfer.leg_that_took(call)
    if leg is None:
        return False
    talked = (now - (leg.accepted_at or now)).total_seconds()
    if talked >= SHORTEST_TALK_SECONDS or event.over:
        if not event.over and endings.wrap_up_while_staying(session, call, now):
            transfer.wait_for(session, call, now)
        return True
    desk.note(session, call.ticket_id, "cut_off", now, talked=int(talked))
    if leg.id == call.accepted_leg_id:
        call.accepted_leg_id = call.accepted_at = None
    return False


def _unconfirmed(x: Exchange, given: Input) -> bool:
    """Return whether somebody or something was joined without our having asked for a key."""
    return isinstance(given, Dialled) and given.taken and not x.capabilities.screening


def _answer(x: Exchange, session: Session, call: Call, number: int, at: Position, given: Input, now: datetime) -> str:
    """Run the flow until it waits for somebody; decisions change the plan on the way. Store and return the answer."""
    asked = str(given)
    call.step = number
    policy = policy_for(session, call.tenant_id, call.station_id)
    steps: list[Step] = []
    legs: Sequence[Leg] = ()
    unconfirmed = _unconfirmed(x, given)
    if unconfirmed:
        call.outcome = "unconfirmed"
    transfer.plan_chosen(session, x.vault, call)
    for _ in range(MOST_TURNS):
        tier = chain.next_tier(call, now, policy.limit_seconds)
        flags = transfer.flags(session, call, now)
        facts = Briefing(session, call, policy, now).facts(
            tier or (transfer.WAITS if "staying" in flags else None),
            first_tier=call.tier == 0 and call.outcome != "answered",
            flags=(*flags, "unconfirmed") if unconfirmed else flags,
        )
        turn = run(x.flows[call.flow], at, given, facts)
        if any(isinstance(s, Ring) for s in turn.steps):
            taken = chain.take_tier(session, call, now, policy.limit_seconds) if tier else chain.EverybodyBusy()
            if taken is None:
                continue
            legs = () if isinstance(taken, chain.EverybodyBusy) else taken
        steps.extend(turn.steps)
        for effect in turn.effects:
            if choose(session, call, effect, now):
                _plan(x, session, call, now)
        if turn.resume is None:
            break
        at, given = turn.resume, Begin()
    if any(isinstance(s, Record) for s in steps):
        ticket = session.get_one(Ticket, call.ticket_id, with_for_update=True)
        endings.promise(session, call, ticket, policy, now, "nobody_answered")
    return _keep(session, call, number, asked, _render(x, call, steps, legs), now)


def _plan(x: Exchange, session: Session, call: Call, now: datetime) -> None:
    inquiry = inquiry_of(x.vault, call, call.line)
    chain.forget_unrung(session, call, now)
    chain.write_plan(session, x.vault, call, routing.make_plan(facts_for(session, x.vault, inquiry, now)))


def _render(x: Exchange, call: Call, steps: Sequence[Step], legs: Sequence[Leg]) -> str:
    if not legs:
        pause = transfer.PAUSE_SECONDS if call.outcome == "answered" else chain.PAUSE_SECONDS
        steps = document.hold_the_line(steps, pause)
    shown = from_stored(x.vault.open(call.line.number_sealed)).value
    tone = Tone(call.line.code, call.survivor.dialect if call.survivor else "", shown)
    numbers = [from_stored(x.vault.open(leg.number_sealed)) for leg in legs]
    rung = [Rung(leg.id, to.value, to.extension or "") for leg, to in zip(legs, numbers, strict=True)]
    memo = _memo(call, legs)
    return document.write(x, memo, call.step, steps, tone, rung, legs[0].ring_seconds if legs else 0)


def _memo(call: Call, ringing: Sequence[Leg]) -> Memo:
    """Return what the next webhooks say of the call, should the database be away by then (docs/adr/0024)."""
    rung = (leg.number_hash for leg in call.legs if leg.state in TRIED and leg not in ringing)
    return Memo(
        call_id=call.id,
        line_id=call.line_id,
        home=call.home_id,
        station=call.station_id,
        started=call.started_at,
        survivor=call.survivor_id,
        language=call.language,
        need=call.need,
        domain=call.domain,
        urgent=call.urgent,
        chosen_station=call.station_chosen,
        rung=prefixes(rung) if call.step else (),
        ready=prefixes(leg.number_hash for leg in ringing),
    )


def _keep(session: Session, call: Call, number: int, asked: str, reply: str, now: datetime) -> str:
    session.add(Reply(owner_id=call.id, step=number, at=now, asked=asked, reply=reply))
    return reply


def _stored(session: Session, call: Call, number: int) -> str | None:
    return session.scalar(select(Reply.reply).where(Reply.owner_id == call.id, Reply.step == number))


def _stored_by_other(session: Session, event: CallEvent) -> str:
    """The same first webhook came twice at the same instant and the other one won."""
    call = session.scalars(select(Call).where(Call.sid == event.sid)).one()
    return _stored(session, call, 0) or _empty(call)


def _empty(call: Call) -> str:
    log.warning("call %s has no stored answer", call.id)
    return twiml.empty()
