"""A new call taken in two round trips: one question, the same rules and flows in memory, one statement that writes all.

Done only where memory is known to be right (see hotline.calls.standby.changes) and nothing is unusual; everything else
goes the longer way, which asks the database for each thing it needs (docs/adr/0029-two-round-trips.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline import rows
from hotline.calls import chain, document, opening, routing
from hotline.calls.arrival import known
from hotline.calls.arrival.known import Known
from hotline.calls.briefing import caller_words
from hotline.calls.document import Rung, Tone
from hotline.calls.exchange import Exchange
from hotline.calls.holds import TAKE_OVER
from hotline.calls.models import Call, Hold, Leg, Reply
from hotline.calls.routing import Plan, Tier
from hotline.calls.standby.directory import Directory, Live
from hotline.calls.standby.gate import is_gone, is_slow
from hotline.calls.standby.memo import Memo, prefixes
from hotline.calls.standby.snapshot import LineRow, Person
from hotline.calls.states import LegState
from hotline.db import new_id
from hotline.rows import NotWholeError, Rows
from hotline.telephony.events import CallEvent
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Begin, Facts, Position, Ring, Step, TierWords
from tickets import desk
from tickets.models import TicketEvent

log = logging.getLogger(__name__)

TRIES = 3
"""Another call may be faster at a telephone; asked anew, it is in use. The longer way costs eight times as much."""


class _UnusualError(Exception):
    """This call goes the longer way."""


def answer(x: Exchange, connection: Connection, event: CallEvent) -> str | None:
    """Take a new call and return its first document; None: nothing is written, the call goes the longer way.

    Its two statements need no transaction around them: the second writes all or nothing.

    Raises what says that the database is away or has no time.
    """
    directory = x.standby.directory
    line = directory.line_called(event.called) if directory else None
    if directory is None or line is None or not event.sid:
        return None
    for _ in range(TRIES):
        try:
            return _Arrival(x, connection, event, directory, line, x.clock()).answered()
        except NotWholeError:
            log.info("a telephone of call %s was taken by another call at the same instant", event.sid)
        except _UnusualError:
            return None
        except IntegrityError:
            log.info("call %s came twice at the same instant", event.sid)
            return None
        except Exception as error:
            if is_gone(error) or is_slow(error):
                raise
            log.exception("call %s could not be taken in two round trips", event.sid)
            return None
    return None


@dataclass
class _Arrival:
    """One new call on its way in."""

    x: Exchange
    connection: Connection
    event: CallEvent
    directory: Directory
    line: LineRow
    now: datetime

    def answered(self) -> str:
        """Return the first document of the call, with everything written that it says."""
        told = known.ask(self.connection, self.x.vault, self.event, self.line.tenant_id, self.now)
        if told.begun or told.ours or told.prompts != self.x.prompts.newest:
            raise _UnusualError
        if told.routing != self.directory.snapshot.routing:
            self.x.standby.stale = True
            raise _UnusualError
        memo, person = self._memo(told), told.people[0] if len(told.people) == 1 else None
        plan = self._plan(told, memo, person)
        tier, steps = self._said(memo, told, plan)
        legs = chain.plan_rows(self.directory.seal, memo.call_id, 1, plan)
        rung = [leg for leg in legs if tier and leg["tier"] == 1 and leg["state"] == LegState.PLANNED.value]
        for leg in legs:
            leg["rung_at"] = None
        for leg in rung:
            leg["state"], leg["rung_at"] = LegState.DIALLING.value, self.now
        memo = replace(memo, ready=prefixes(leg["number_hash"] for leg in rung))
        tone = Tone(self.line.code, person.dialect if person else "", self.line.number)
        heard = [
            Rung(leg["id"], target.phone.number, target.phone.extension)
            for leg, target in zip(rung, tier.targets if tier else (), strict=True)
        ]
        reply = document.write(self.x, memo, 0, steps, tone, heard, tier.ring_seconds if tier else 0)
        self._write(told, memo, legs, rung, reply)
        return reply

    def _memo(self, told: Known) -> Memo:
        home = told.people[0].station_id if told.people else self.line.station_id
        sole = told.people[0] if len(told.people) == 1 else None
        if home not in self.directory.stations:
            raise _UnusualError
        return Memo(
            new_id(), self.line.id, home, self.directory.duty_station(home).id, self.now, sole.id if sole else None,
            sole.language if sole else self.line.language,
        )  # fmt: skip

    def _plan(self, told: Known, memo: Memo, person: Person | None) -> Plan:
        within = timedelta(minutes=self.directory.policy(memo.home).cut_off_minutes)
        live = Live(self.directory.hashed(told.busy), told.states, told.missing, person, told.cut_off(within, self.now))
        if live.cut_off:
            live = replace(live, cut_off=live.now(live.cut_off))
        caller = self.event.caller.value if self.event.caller else None
        return routing.make_plan(self.directory.facts(memo, self.now, caller, live))

    def _said(self, memo: Memo, told: Known, plan: Plan) -> tuple[Tier | None, Sequence[Step]]:
        """Return the tier that rings at once and what the caller is told; nobody when all are on other calls."""
        tier = plan.tiers[0] if plan.tiers else None
        if tier is None and not any(target.reason == "busy" for skipped in plan.skipped for target in skipped.passed):
            raise _UnusualError
        words = TierWords(tier.kind, tier.name) if tier else TierWords("again")
        flow = self.x.flows[opening.FLOWS[self.line.flow]]
        turn = run(flow, Position(flow.start), Begin(), self._facts(memo, told, words))
        if turn.effects or turn.resume or not any(isinstance(step, Ring) for step in turn.steps):
            raise _UnusualError
        steps = turn.steps if tier else document.hold_the_line(turn.steps, chain.PAUSE_SECONDS)
        return tier, steps

    def _facts(self, memo: Memo, told: Known, tier: TierWords) -> Facts:
        """What the beginning of a flow may know: nothing of the caller's tickets, before a key was pressed."""
        station = self.directory.stations[memo.station]
        owner = self.line.owner_en if memo.language == "en" and self.line.owner_en else self.line.owner
        policy = self.directory.policy(memo.station)
        words = {
            "station": self.directory.spoken(station, memo.language),
            **caller_words(policy, memo.language, "", "", urgent=False),
            **({"team": owner, "partner": owner} if owner else {}),
        }
        raised = {"no_number": told.caller is None, "several": len(told.people) > 1}
        return Facts(
            language=memo.language,
            words=words,
            next_tier=tier,
            first_tier=True,
            flags=frozenset(flag for flag, up in raised.items() if up),
        )

    def _write(
        self, told: Known, memo: Memo, legs: list[dict[str, Any]], rung: Sequence[dict[str, Any]], reply: str
    ) -> None:
        """Write ticket, call, plan, holds and answer in one statement. Raises NotWholeError: somebody was faster."""
        now, line = self.now, self.line
        policy = self.directory.policy(memo.station)
        ticket_id = told.ticket(timedelta(minutes=policy.cut_off_minutes), now)
        sealed = self.x.vault.seal(self.event.caller.value) if self.event.caller else None
        contact = desk.Contact(line.tenant_id, memo.station, line.id, memo.survivor, told.caller, sealed)
        called = {"call": str(memo.call_id), "line": line.name}
        if ticket_id is None:
            ticket_id = new_id()
            parts = desk.opening(ticket_id, contact, now, told.levels, called=called)
        else:
            parts = [Rows(TicketEvent, [desk.event_row(ticket_id, "called", now, **called)])]
        call = opening.row(contact, memo.call_id, self.event.sid, ticket_id, memo.home, line.flow, memo.language, now)
        kept = {"owner_id": memo.call_id, "step": 0, "at": now, "asked": str(Begin()), "reply": reply}
        holds = [
            {"number_hash": leg["number_hash"], "holder_id": leg["id"], "call_id": memo.call_id,
             "until": now + timedelta(seconds=leg["ring_seconds"] + chain.SCREENING_SECONDS)}
            for leg in sorted(rung, key=lambda leg: leg["number_hash"]) if not leg["own_queue"]
        ]  # fmt: skip
        rows.write(
            self.connection,
            *parts,
            Rows(Call, [{**call, "plan": 1, "tier": 1}]),
            Rows(Leg, legs),
            Rows(Reply, [kept]),
            Rows(Hold, holds, TAKE_OVER, "holder_id", whole=True),
            now=now,
        )
