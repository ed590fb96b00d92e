"""The handset's side of a call: it is picked up, told who calls, and a key accepts or passes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hotline.calls import chain, holds, transfer
from hotline.calls.briefing import Whisper
from hotline.calls.exchange import Exchange
from hotline.calls.kinds import branch_calls
from hotline.calls.kinds.base import Work
from hotline.calls.models import Call, Leg
from hotline.calls.standby.memo import PARAMETER
from hotline.calls.states import LegState, may_follow
from hotline.directory import health
from hotline.telephony import twiml
from hotline.telephony.events import CallEvent
from hotline.telephony.twiml import Style
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Begin, Effect, Facts, Input, Keys, Leave, Position, Step
from tickets import desk
from tickets.models import Ticket


def screen(x: Exchange, session: Session, leg_id: UUID, event: CallEvent, memo: str = "") -> str:
    """Answer a handset that was picked up: whisper who calls and ask for a key. A machine is hung up on.

    ``memo`` is the query of our address; it goes into the next one.
    """
    now = x.clock()
    call, leg = _load(session, leg_id)
    if leg.sid is None:
        leg.sid = event.sid or None
    if may_follow(LegState(leg.state), LegState.PICKED_UP):
        leg.state, leg.picked_up_at = LegState.PICKED_UP.value, now
    if event.machine:
        return _speak(x, leg, (Leave(),), memo)
    flow = x.flows["accept_call"]
    return _turn(x, session, call, leg, Position(flow.start), Begin(), now, memo=memo)


def key(x: Exchange, session: Session, leg_id: UUID, position: Position, event: CallEvent, memo: str = "") -> str:
    """Apply the key pressed on a handset; the first call to accept wins, a second handset is thanked."""
    now = x.clock()
    call, leg = _load(session, leg_id)
    return _turn(x, session, call, leg, position, Keys(event.digits), now, event.digits, memo)


_LOCKED = (
    select(Call, Leg)
    .join(Leg, Leg.call_id == Call.id)
    .where(Leg.id == bindparam("leg"))
    .with_for_update(of=[Call, Leg])
    .execution_options(populate_existing=True)
)
"""Both rows as they are once they are locked, the call's first: all webhooks of one call go one after the other."""


def _load(session: Session, leg_id: UUID) -> tuple[Call, Leg]:
    call, leg = session.execute(_LOCKED, {"leg": leg_id}).one()
    return call, leg


def _turn(
    x: Exchange,
    session: Session,
    call: Call,
    leg: Leg,
    position: Position,
    given: Input,
    now: datetime,
    pressed: str = "",
    memo: str = "",
) -> str:
    flow, steps = x.flows["accept_call"], list[Step]()
    whisper = Whisper(session, call, leg, x.settings.default_language)
    for _ in range(5):
        turn = run(flow, position, given, _facts(whisper, leg))
        steps.extend(turn.steps)
        for effect in turn.effects:
            _apply(x, session, call, leg, effect, pressed, now)
        if turn.resume is None:
            break
        position, given = turn.resume, Begin()
    return _speak(x, leg, tuple(steps), memo)


def _facts(whisper: Whisper, leg: Leg) -> Facts:
    """What the handset is told; a leg whose ringing was given up meanwhile is as good as a caller gone."""
    facts = whisper.facts()
    if LegState(leg.state) in (LegState.PICKED_UP, LegState.ACCEPTED, LegState.ENDED):
        return facts
    if facts.flags & {"caller_gone", "colleague"}:
        return facts
    return replace(facts, flags=facts.flags | {"caller_gone"})


def _apply(x: Exchange, session: Session, call: Call, leg: Leg, effect: Effect, pressed: str, now: datetime) -> None:
    before = LegState(leg.state)
    leg.key = pressed or leg.key
    if effect.kind == "accept":
        if call.ended_at is not None or not may_follow(before, LegState.ACCEPTED):
            return
        if leg.reason == transfer.REASON:
            accept(session, leg, now)
            branch_calls.taken_over(Work(x, session, now), call, leg)
        elif call.accepted_leg_id is None:
            accept(session, leg, now)
            answered(session, call, leg, now)
        return
    after = LegState.DECLINED if effect.kind == "decline" else LegState.SILENT
    if may_follow(before, after):
        chain.settle(session, leg, after, now)
        if leg.reason == transfer.REASON and after is LegState.DECLINED:
            branch_calls.turned_down(Work(x, session, now), call)


def accept(session: Session, leg: Leg, now: datetime) -> None:
    """A human took the call on this telephone: it is held, and known to work."""
    leg.state, leg.accepted_at = LegState.ACCEPTED.value, now
    leg.picked_up_at = leg.picked_up_at or now
    holds.keep(session, leg.id, now)
    health.note_attempt(session, leg.target_kind, leg.target_id, leg.state, now)


def answered(session: Session, call: Call, leg: Leg, now: datetime) -> None:
    """The caller has reached the first human: what is counted as the answer, whoever the call is handed to later."""
    call.accepted_leg_id, call.accepted_at = leg.id, now
    ticket = session.get_one(Ticket, call.ticket_id, with_for_update=True)
    desk.answered(session, ticket, leg.label, int((now - call.started_at).total_seconds()), now)


def _speak(x: Exchange, leg: Leg, steps: tuple[Step, ...], memo: str) -> str:
    base = f"{x.settings.base_url}/carrier/legs/{leg.id}"
    style = Style(
        book=x.book,
        language=x.settings.default_language,
        carrier=x.capabilities,
        url=lambda at: x.capabilities.document(f"{base}/key/{at}" + (f"?{PARAMETER}={memo}" if memo else "")),
        audio_url=lambda name: f"{x.settings.base_url}/carrier/audio/{name}",
    )
    return twiml.render(steps, style)
