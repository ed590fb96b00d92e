"""What is said on an errand's call: its flow runs step by step, each answered once and for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import our_callers
from hotline.calls.errands import locked, shown_number
from hotline.calls.exchange import Exchange
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.kinds.registry import KINDS
from hotline.calls.models import Errand, Recording, Reply
from hotline.db import new_id
from hotline.directory.models import Station
from hotline.directory.words import short_name
from hotline.telephony import twiml
from hotline.telephony.events import CallEvent
from hotline.telephony.twiml import Ringing, Style, Target
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import (
    Begin,
    Continue,
    Dialled,
    Effect,
    Input,
    Keys,
    Leave,
    Position,
    Recorded,
    Ring,
    Step,
    TierWords,
)
from tickets.models import Ticket

SURVIVOR_RINGS_SECONDS = 30
"""How long a survivor's telephone rings: old people need time to get up."""
MOST_TURNS = 12
"""Decisions that one webhook may pass through."""
AS_CALLER = Position("as_caller")
"""Not a node: whoever comes here goes on as a caller of the hotline."""
RECORDINGS = frozenset({"memo", "word", "handover_note", "message"})
"""Effects of a flow that say something was recorded."""


def turn(x: Exchange, session: Session, errand_id: UUID, number: int, position: Position, event: CallEvent) -> str:
    """Answer a webhook of an errand: the pick-up, keys, the end of the survivor's ringing, a recording."""
    work = Work(x, session, x.clock())
    errand = locked(session, errand_id)
    stored = session.scalar(select(Reply.reply).where(Reply.owner_id == errand.id, Reply.step == number))
    if stored is not None:
        return stored
    errand.sid = errand.sid or event.sid
    errand.picked_up_at = errand.picked_up_at or work.now
    if errand.ended_at is None:
        errand.state = "talking"
    given = _read(work, errand, event)
    if event.digits or event.machine:
        errand.data = {**errand.data, "key" if event.digits else "machine": True}
    gone = event.machine or event.over
    said = isinstance(given, Recorded) and not event.machine  # who hangs up after the last word has said it
    steps = _run(work, errand, position, given) if said or not gone else ()
    if gone:
        steps = (Leave(),)
    errand.step = number
    reply = twiml.render(steps, _style(work, errand, steps))
    session.add(Reply(owner_id=errand.id, step=number, at=work.now, asked=str(given), reply=reply))
    return reply


def _run(work: Work, errand: Errand, at: Position, given: Input) -> Sequence[Step]:
    kind = KINDS[errand.kind]
    flow, steps = work.x.flows[kind.flow], list[Step]()
    for _ in range(MOST_TURNS):
        facts = replace(kind.facts(work, errand), next_tier=_next_tier(work, errand, kind))
        result = run(flow, at, given, facts)
        steps.extend(_as_caller(step) for step in result.steps)
        for effect in result.effects:
            _apply(work, errand, kind, effect)
        if result.resume is None:
            break
        at, given = result.resume, Begin()
    return steps


def _next_tier(work: Work, errand: Errand, kind: Kind) -> TierWords | None:
    """What a Connect node rings: the survivor's telephones in turn, or the chain for whoever wants a human."""
    if errand.data.get("calling"):
        left = len(kind.survivors(work, errand)) > int(errand.data.get("rung", 0))
        return TierWords("survivor") if left else None
    return TierWords("duty")


def _as_caller(step: Step) -> Step:
    """Whoever reaches the chain from an errand goes on as a caller of the hotline."""
    return Continue(AS_CALLER) if isinstance(step, Ring) and step.at.node == "connect" else step


def _read(work: Work, errand: Errand, event: CallEvent) -> Input:
    if event.dial_status:
        kind = KINDS[errand.kind]
        if event.dial_status in ("completed", "answered") and event.dial_bridged is not False:
            errand.data = {**errand.data, "joined": event.dial_seconds}
            kind.joined(work, errand, event.dial_seconds)
            return Dialled(True)
        if int(errand.data.get("rung", 0)) >= len(kind.survivors(work, errand)):
            kind.not_reached(work, errand)
        return Dialled(False)
    if event.recording_sid:
        _keep_recording(work, errand, event)
        return Recorded(event.recording_seconds)
    return Keys(event.digits) if event.digits else Begin()


def _apply(work: Work, errand: Errand, kind: Kind, effect: Effect) -> None:
    if effect.kind in RECORDINGS:
        kind.recorded(work, errand, effect.kind, str(errand.data.get("recording", "")), int(effect.value or 0))
    elif effect.kind == "call_survivor":
        errand.data = {**errand.data, "calling": True, "rung": 0}
    elif effect.kind != "silence":
        kind.apply(work, errand, effect)


def _keep_recording(work: Work, errand: Errand, event: CallEvent) -> None:
    """Store what was said; the kind learns of it by the flow's effect."""
    row = {
        "id": new_id(),
        "sid": event.recording_sid,
        "ticket_id": errand.ticket_id,
        "errand_id": errand.id,
        "kind": "feedback" if errand.kind == "feedback" else "memo",
        "url": event.recording_url,
        "seconds": event.recording_seconds,
        "at": work.now,
    }
    work.session.execute(insert(Recording).values(row).on_conflict_do_nothing())
    errand.data = {**errand.data, "recording": event.recording_sid}


def _style(work: Work, errand: Errand, steps: Sequence[Step]) -> Style:
    x = work.x
    base = f"{x.settings.base_url}/carrier"
    ringing = None
    if any(isinstance(step, Ring) for step in steps):
        rung = int(errand.data.get("rung", 0))
        survivor = KINDS[errand.kind].survivors(work, errand)[rung]
        errand.data = {**errand.data, "rung": rung + 1}
        greet = Target(survivor.number, f"{base}/errands/{errand.id}/greet", "", survivor.extension)
        ringing = Ringing((greet,), SURVIVOR_RINGS_SECONDS, shown_number(x, work.session, errand))
    return Style(
        book=x.book,
        language=errand.language,
        carrier=x.capabilities,
        url=lambda at: x.capabilities.document(
            f"{base}/voice?as=caller" if at == AS_CALLER else f"{base}/errands/{errand.id}/{errand.step + 1}/{at}"
        ),
        audio_url=lambda name: f"{base}/audio/{name}",
        ringing=ringing,
    )


def greet(x: Exchange, session: Session, errand_id: UUID) -> str:
    """Tell a survivor who was rung back who it is, before the two are joined."""
    work, flow = Work(x, session, x.clock()), x.flows["callback_survivor"]
    errand = session.get_one(Errand, errand_id)
    facts = KINDS[errand.kind].facts(work, errand)
    if errand.ticket_id:
        station = session.get_one(Station, session.get_one(Ticket, errand.ticket_id).station_id)
        facts = replace(facts, words={**facts.words, "station": short_name(station, errand.language)})
    steps = run(flow, Position(flow.start), Begin(), facts).steps
    return twiml.render(steps, _style(work, errand, ()))


def staff_call(x: Exchange, session: Session, event: CallEvent) -> str | None:
    """Answer somebody of ours who rings the hotline from a handset; None: the caller is none of ours."""
    known = session.scalars(select(Errand).where(Errand.sid == event.sid)).first()
    errand = known or our_callers.begin(Work(x, session, x.clock()), event)
    if errand is None:
        return None
    return turn(x, session, errand.id, 0, Position(x.flows[KINDS[errand.kind].flow].start), event)
