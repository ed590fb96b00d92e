"""A caller's turn without the database: the same flows and the same rules on the snapshot, written to the journal.

The plan is made anew at each step, without the telephones that the memo says were rung.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from hotline.calls import document, routing
from hotline.calls.briefing import caller_words
from hotline.calls.chain import JOINED, SCREENING_SECONDS
from hotline.calls.document import Rung, Tone
from hotline.calls.exchange import Exchange
from hotline.calls.opening import FLOWS
from hotline.calls.routing import Tier
from hotline.calls.standby.directory import Directory, Live
from hotline.calls.standby.entry import Entry
from hotline.calls.standby.memo import Memo, prefixes
from hotline.db import new_id
from hotline.numbers import Number
from hotline.telephony import twiml
from hotline.telephony.events import CallEvent
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import (
    Begin,
    Dialled,
    Effect,
    Facts,
    Input,
    Keys,
    Position,
    Record,
    Recorded,
    Ring,
    Step,
    TierWords,
)

MOST_TURNS = 60


class NoSnapshotError(LookupError):
    """There is no snapshot, or it knows nothing of this line: nothing can be done without the database."""


@dataclass
class _Turn:
    """One webhook of a caller being answered."""

    x: Exchange
    directory: Directory
    memo: Memo
    event: CallEvent
    caller: Number | None
    now: datetime
    chosen: list[tuple[str, str]] = field(default_factory=list)
    tier: Tier | None = None
    legs: tuple[UUID, ...] = ()

    @property
    def hash(self) -> bytes | None:
        """The keyed hash of the caller's number."""
        return self.x.vault.fingerprint(self.caller.value) if self.caller else None


def directory_of(x: Exchange) -> Directory:
    """Return the snapshot's directory. Raises NoSnapshotError."""
    if x.standby.directory is None:
        raise NoSnapshotError("no snapshot was ever taken")
    return x.standby.directory


def begin(x: Exchange, event: CallEvent) -> str:
    """Answer a new call. Raises NoSnapshotError."""
    if (stored := x.standby.journal.reply(event.sid, "begin")) is not None:
        return stored
    turn = _Turn(x, directory_of(x), _opened(x, event, new_id()), event, event.caller, x.clock())
    line = turn.directory.lines[turn.memo.line_id]
    return _answer(turn, "begin", 0, Position(x.flows[FLOWS[line.flow]].start), Begin())


def step(x: Exchange, memo: Memo | None, call_id: UUID, number: int, position: Position, event: CallEvent) -> str:
    """Answer a later webhook of a call, begun here or in the database. Raises NoSnapshotError.

    Without a memo (an address of an older version) the call is taken up as if it had just come in.
    """
    if (stored := x.standby.journal.reply(str(call_id), str(number))) is not None:
        return stored
    event = event.as_caller()
    found = replace(memo or _opened(x, event, call_id), alone=True)
    turn = _Turn(x, directory_of(x), found, event, event.caller, x.clock())
    given = _read(turn)
    if event.over:
        return _keep(turn, "turn", number, str(given), twiml.empty(), ended=True)
    return _answer(turn, "turn", number, position, given)


def _opened(x: Exchange, event: CallEvent, call_id: UUID) -> Memo:
    directory = directory_of(x)
    line = directory.line_called(event.called)
    if line is None:
        raise NoSnapshotError("the snapshot knows no line")
    people = directory.people(line.tenant_id, x.vault.fingerprint(event.caller.value) if event.caller else None)
    home = people[0].station_id if people else line.station_id
    sole = people[0] if len(people) == 1 else None
    return Memo(
        call_id, line.id, home, directory.duty_station(home).id, x.clock(), sole.id if sole else None,
        sole.language if sole else line.language, alone=True,
    )  # fmt: skip


def _read(turn: _Turn) -> Input:
    """Return what the webhook means to the flow, and set down in the memo which telephones were rung."""
    event, memo, journal = turn.event, turn.memo, turn.x.standby.journal
    if event.dial_status:
        turn.memo = replace(memo, rung=(*memo.rung, *memo.ready), ready=())
        journal.release(str(memo.call_id))
        if not turn.x.capabilities.screening:
            return Dialled(event.dial_status in JOINED)
        return Dialled(event.dial_bridged is True or bool(journal.accepted(str(memo.call_id))))
    turn.memo = replace(memo, ready=())
    if event.recording_sid or event.recording_url:
        return Recorded(event.recording_seconds)
    if memo.ready:
        journal.release(str(memo.call_id))
    return Keys(event.digits) if event.digits else Begin()


def _answer(turn: _Turn, kind: str, number: int, at: Position, given: Input) -> str:
    asked, steps, busy = str(given), list[Step](), _busy(turn)
    flow = turn.x.flows[FLOWS[turn.directory.lines[turn.memo.line_id].flow]]
    unconfirmed = isinstance(given, Dialled) and given.taken and not turn.x.capabilities.screening
    for _ in range(MOST_TURNS):
        plan = routing.make_plan(
            turn.directory.facts(turn.memo, turn.now, turn.caller.value if turn.caller else None, Live(busy=busy))
        )
        tier = plan.tiers[0] if plan.tiers else None
        result = run(flow, at, given, _facts(turn, tier, unconfirmed=unconfirmed))
        if tier and any(isinstance(one, Ring) for one in result.steps):
            free = _hold(turn, tier)
            if free is None:
                busy = busy | {target.phone.number for target in tier.targets}
                continue
            turn.tier, turn.legs = free, tuple(new_id() for _ in free.targets)
        steps.extend(result.steps)
        for effect in result.effects:
            _choose(turn, effect)
        if result.resume is None:
            break
        at, given = result.resume, Begin()
    return _keep(turn, kind, number, asked, _render(turn, number, steps), promised=_records(steps))


def _facts(turn: _Turn, tier: Tier | None, *, unconfirmed: bool) -> Facts:
    memo, directory = turn.memo, turn.directory
    line, station = directory.lines[memo.line_id], directory.stations[memo.station]
    owner = line.owner_en if memo.language == "en" and line.owner_en else line.owner
    raised = {
        "no_number": turn.caller is None,
        "several": memo.survivor is None and len(directory.people(line.tenant_id, turn.hash)) > 1,
        "unconfirmed": unconfirmed,
    }
    lists = ("stations", "needs", "domains", "survivors")
    return Facts(
        language=memo.language,
        words={
            "station": directory.spoken(station, memo.language),
            "team": owner,
            "partner": owner,
            **caller_words(directory.policy(memo.home), memo.language, memo.need, memo.domain, urgent=memo.urgent),
        },
        choices={what: directory.choices(what, memo, turn.hash) for what in lists},
        next_tier=TierWords(tier.kind, tier.name) if tier else None,
        first_tier=not memo.rung,
        flags=frozenset(flag for flag, up in raised.items() if up),
    )


def _choose(turn: _Turn, effect: Effect) -> None:
    """Apply a decision of the caller to the memo: the next plan follows it."""
    memo, directory = turn.memo, turn.directory
    match effect.kind:
        case "language":
            memo = replace(memo, language=effect.value)
        case "station":
            memo = replace(memo, home=UUID(effect.value), station=UUID(effect.value), chosen_station=True)
        case "need":
            memo = replace(memo, need=effect.value)
        case "domain":
            memo = replace(memo, domain=effect.value)
        case "urgent":
            memo = replace(memo, urgent=True)
        case "survivor":
            memo = replace(memo, survivor=UUID(effect.value))
            if not memo.chosen_station:
                person = directory.person(memo.survivor)
                home = person.station_id if person else memo.home
                memo = replace(memo, home=home, station=directory.duty_station(home).id)
        case _:
            return
    turn.memo = memo
    turn.chosen.append((effect.kind, effect.value))


def _busy(turn: _Turn) -> frozenset[str]:
    """The numbers that other calls without a database hold."""
    held = turn.x.standby.journal.held(turn.now, str(turn.memo.call_id)) or ()
    return turn.directory.numbers(bytes.fromhex(number)[:4] for number in held)


def _hold(turn: _Turn, tier: Tier) -> Tier | None:
    """Hold a tier's telephones; return the tier with those that were free, None when none was."""
    x, until = turn.x, turn.now + timedelta(seconds=tier.ring_seconds + SCREENING_SECONDS)
    hashes = {target: x.vault.fingerprint(target.phone.number).hex() for target in tier.targets}
    ours = [hash_ for target, hash_ in hashes.items() if not target.phone.own_queue]
    held = x.standby.journal.hold(ours, str(turn.memo.call_id), turn.now, until)
    free = tuple(t for t in tier.targets if held is None or t.phone.own_queue or hashes[t] in held)
    return replace(tier, targets=free) if free else None


def _render(turn: _Turn, number: int, steps: Sequence[Step]) -> str:
    x, memo, tier = turn.x, turn.memo, turn.tier
    line, rung = turn.directory.lines[memo.line_id], list[Rung]()
    if tier:
        hashes = [x.vault.fingerprint(target.phone.number) for target in tier.targets]
        turn.memo = memo = replace(memo, ready=prefixes(hashes))
        phones = zip(turn.legs, (target.phone for target in tier.targets), strict=True)
        rung = [Rung(leg, phone.number, phone.extension) for leg, phone in phones]
    person = turn.directory.person(memo.survivor)
    tone = Tone(line.code, person.dialect if person else "", line.number)
    return document.write(x, memo, number, steps, tone, rung, tier.ring_seconds if tier else 0)


def _records(steps: Sequence[Step]) -> bool:
    return any(isinstance(one, Record) for one in steps)


def _keep(
    turn: _Turn, kind: str, number: int, asked: str, reply: str, *, promised: bool = False, ended: bool = False
) -> str:
    facts = {
        "number": number,
        "asked": asked,
        "memo": turn.x.standby.memos.write(turn.memo),
        "event": as_json(CallEvent, turn.event),
        "chosen": turn.chosen,
        "rang": as_json(Tier, turn.tier) if turn.tier else None,
        "legs": [str(leg) for leg in turn.legs],
        "promised": promised,
        "ended": ended,
    }
    owner, name = (turn.event.sid, "begin") if kind == "begin" else (str(turn.memo.call_id), str(number))
    return record(turn.x, Entry(owner, name, str(turn.memo.call_id), kind, turn.now, facts, reply))


def record(x: Exchange, entry: Entry) -> str:
    """Write an entry to the journal and return the answer that stands."""
    x.standby.dirty = True
    return x.standby.journal.write(entry)


def as_json(kind: type, value: object) -> Any:
    """Return a value of a dataclass as JSON holds it."""
    return codec(kind).dump_python(value, mode="json")


@lru_cache
def codec(kind: type) -> TypeAdapter[Any]:
    """Return what reads a dataclass from JSON and writes it."""
    return TypeAdapter(kind)
