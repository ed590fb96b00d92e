"""Brings the journal into the database, each entry exactly once, as of the moment at which it happened."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import chain, choices, endings, handsets, opening, reports, switchboard
from hotline.calls.exchange import Exchange
from hotline.calls.lookup import policy_for
from hotline.calls.models import Call, Hold, Leg, Reply
from hotline.calls.routing import Tier
from hotline.calls.standby.entry import Entry
from hotline.calls.standby.gate import LONGEST_SECONDS, is_gone, is_slow
from hotline.calls.standby.journal import AT_ONCE, KEPT_SECONDS
from hotline.calls.standby.models import BroughtIn
from hotline.calls.standby.turns import codec
from hotline.calls.states import LegState
from hotline.db import is_clash
from hotline.telephony.events import CallEvent
from ivr_flows.engine.steps import Effect, Position
from tickets import desk
from tickets.models import Ticket

log = logging.getLogger(__name__)


def bring_in(x: Exchange, most: int | None = None) -> int:
    """Take in all pending entries; return how many there were. Raises what says that the database is away again.

    ``most``: only so many, and none while somebody else is at it: a caller waits. An entry that cannot be taken in is
    logged and left in the journal for the next start; those after it go on.
    """
    standby = x.standby
    if not standby.lock.acquire(blocking=most is None):
        return 0
    try:
        standby.dirty, count = False, 0
        at_once = AT_ONCE if most is None else most + len(standby.refused)
        while pending := [e for e in standby.journal.pending(at_once) if e.seq not in standby.refused]:
            for entry in pending[: most and most - count]:
                _one(x, standby.journal.name(entry.seq), entry)
                count += 1
            if most is not None and count >= most:
                standby.dirty = True  # whether there are more is the keeper's to find out
                return count
        standby.dirty |= standby.journal.unread
        standby.journal.forget(x.clock() - timedelta(seconds=KEPT_SECONDS))
        return count
    except BaseException:
        standby.dirty = True
        raise
    finally:
        standby.lock.release()


def _one(x: Exchange, journal: UUID, entry: Entry) -> None:
    try:
        # Its time-outs are short: a webhook may be waiting for it.
        with x.call_sessions() as session, x.standby.gate.watched(session.connection(), LONGEST_SECONDS):
            row = {"journal_id": journal, "seq": entry.seq, "happened_at": entry.at, "at": x.clock()}
            added = insert(BroughtIn).values(row).on_conflict_do_nothing().returning(BroughtIn.seq)
            if session.scalar(added) is not None:
                _Arrival(replace(x, clock=lambda: entry.at), session, entry, journal).take_in()
            session.commit()
    except Exception as error:
        if is_gone(error) or is_slow(error) or is_clash(error):
            raise
        log.exception("entry %d of journal %s cannot be brought in", entry.seq, journal)
        x.standby.refused.add(entry.seq)
        return
    x.standby.journal.is_in(entry.seq)


@dataclass
class _Arrival:
    """One entry on its way into the database; ``x`` has the clock of the moment at which it happened."""

    x: Exchange
    session: Session
    entry: Entry
    journal: UUID

    @property
    def event(self) -> CallEvent:
        """What the carrier said."""
        event: CallEvent = codec(CallEvent).validate_python(self.entry.facts["event"])
        return event

    def take_in(self) -> None:
        """Do what the webhook would have done in the database."""
        call_id = _KINDS[self.entry.kind](self)
        if call_id is not None:
            row = self.session.get_one(BroughtIn, (self.journal, self.entry.seq))
            row.call_id = call_id

    def turn(self) -> UUID:
        """A caller's turn: what was over, what was chosen, who was rung, what was promised and said."""
        session, facts, now = self.session, self.entry.facts, self.entry.at
        call = self._call()
        if call.step >= facts["number"] > 0:
            chain.forget_unrung(session, call, now)  # the database had answered this, too, and nobody heard it
        elif self.entry.kind == "turn":
            self._over_before(call)
        for kind, value in facts["chosen"]:
            choices.choose(session, call, Effect(kind, value), now)
        if facts["rang"]:
            self._rang(call)
        if facts["promised"]:
            policy = policy_for(session, call.tenant_id, call.station_id)
            ticket = session.get_one(Ticket, call.ticket_id, with_for_update=True)
            endings.promise(session, call, ticket, policy, now, "nobody_answered")
        self._answered(call)
        call.seen_at = max(call.seen_at, now)
        if facts["ended"]:
            endings.finish(session, call, now)
        return call.id

    def handset(self) -> UUID | None:
        """A handset was picked up, or a key was pressed on it."""
        facts, leg = self.entry.facts, self._leg()
        if leg is not None:
            if self.entry.kind == "screen":
                handsets.screen(self.x, self.session, leg.id, self.event)
            else:
                handsets.key(self.x, self.session, leg.id, Position.parse(facts["position"]), self.event)
        return leg.call_id if leg else None

    def leg_status(self) -> UUID | None:
        """The carrier reported on a handset."""
        leg = self._leg()
        if leg is not None:
            reports.on_handset(self.session.connection(), leg.id, self.event, self.entry.at)
        return leg.call_id if leg else None

    def status(self) -> None:
        """The carrier reported on a caller."""
        switchboard.status(self.x, self.session, self.event)

    def recording(self) -> None:
        """A message was ready."""
        call = chain.locked(self.session, sid=self.event.sid)
        if call is not None:
            endings.keep_message(self.session, call, self.event, self.entry.at)

    def _call(self) -> Call:
        """Return the call, locked; one that began without the database is stored now, with its ticket."""
        call = chain.locked(self.session, sid=self.event.sid)
        if call is None:
            opening.open_call(self.x, self.session, self.event, self.entry.at, UUID(self.entry.call))
            call = chain.locked(self.session, sid=self.event.sid)  # another's, where that one was faster
        if call is None:
            raise LookupError(f"call {self.event.sid} was stored and is not there")
        if not self.session.scalar(select(exists().where(BroughtIn.call_id == call.id))):
            desk.note(self.session, call.ticket_id, "from_snapshot", self.entry.at)
        return call

    def _over_before(self, call: Call) -> None:
        """Close the tier that was rung before this turn, keep the message."""
        event, now = self.event, self.entry.at
        if event.dial_status:
            screened = self.x.capabilities.screening
            chain.close_tier(self.session, call, event.dial_status, now, screened=screened)
            if not screened and event.dial_status in chain.JOINED:
                call.outcome = "unconfirmed"
        elif event.recording_sid or event.recording_url:
            endings.keep_message(self.session, call, event, now)

    def _rang(self, call: Call) -> None:
        """Write down the telephones that were rung; what the database had planned is not rung any more."""
        session, now, facts = self.session, self.entry.at, self.entry.facts
        tier: Tier = codec(Tier).validate_python(facts["rang"])
        chain.forget_unrung(session, call, now)
        call.plan, call.tier = max(call.plan, 1), call.tier + 1
        rows = chain.rows(chain.sealing(self.x.vault), (call.id, call.plan, call.tier), [replace(tier, passed=())])
        for row, id_ in zip(rows, facts["legs"], strict=True):
            row |= {"id": UUID(id_), "state": LegState.DIALLING.value, "rung_at": now}
            until = now + timedelta(seconds=tier.ring_seconds + chain.SCREENING_SECONDS)
            hold = {"number_hash": row["number_hash"], "holder_id": row["id"], "call_id": call.id, "until": until}
            session.execute(insert(Hold).values(hold).on_conflict_do_nothing())
        session.execute(insert(Leg), rows)
        session.expire(call, ["legs"])

    def _answered(self, call: Call) -> None:
        """Keep the answer: should the same webhook come again, it is given again."""
        facts, entry = self.entry.facts, self.entry
        row = {"owner_id": call.id, "step": facts["number"], "at": entry.at, "asked": facts["asked"]}
        kept = insert(Reply).values(**row, reply=entry.reply)
        self.session.execute(
            kept.on_conflict_do_update(index_elements=["owner_id", "step"], set_={"reply": kept.excluded.reply})
        )
        call.step = max(call.step, facts["number"])

    def _leg(self) -> Leg | None:
        return self.session.get(Leg, UUID(self.entry.owner))


_KINDS: Mapping[str, Callable[[_Arrival], Any]] = {
    "begin": _Arrival.turn,
    "turn": _Arrival.turn,
    "screen": _Arrival.handset,
    "key": _Arrival.handset,
    "accept": _Arrival.handset,
    "leg_status": _Arrival.leg_status,
    "status": _Arrival.status,
    "recording": _Arrival.recording,
}
