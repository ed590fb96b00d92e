"""The handset's side of a call without the database: who calls is whispered from the snapshot, a key accepts."""

from __future__ import annotations

from uuid import UUID

from hotline.calls.briefing import NAMELESS
from hotline.calls.exchange import Exchange
from hotline.calls.standby.directory import Directory
from hotline.calls.standby.entry import Entry
from hotline.calls.standby.memo import Memo
from hotline.calls.standby.turns import as_json, directory_of, record
from hotline.directory.words import surname_in
from hotline.telephony import twiml
from hotline.telephony.events import CallEvent
from hotline.telephony.twiml import Style
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Begin, Facts, Input, Keys, Leave, Position, Step

MOST_TURNS = 5


def screen(x: Exchange, memo: Memo | None, leg_id: UUID, event: CallEvent) -> str:
    """Answer a handset that was picked up: whisper who calls and ask for a key. Raises NoSnapshotError."""
    if (stored := x.standby.journal.reply(str(leg_id), "screen")) is not None:
        return stored
    steps: tuple[Step, ...] = (Leave(),)
    if not event.machine:
        steps, _ = _run(x, memo, event, Position(x.flows["accept_call"].start), Begin())
    return _keep(x, memo, leg_id, "screen", "screen", event, "", steps)


def key(x: Exchange, memo: Memo | None, leg_id: UUID, position: Position, event: CallEvent) -> str:
    """Apply the key pressed on a handset. Raises NoSnapshotError."""
    name = f"key/{position}/{event.digits}"
    if (stored := x.standby.journal.reply(str(leg_id), name)) is not None:
        return stored
    steps, effects = _run(x, memo, event, position, Keys(event.digits))
    return _keep(x, memo, leg_id, name, "accept" if "accept" in effects else "key", event, str(position), steps)


def report(x: Exchange, kind: str, owner: str, event: CallEvent) -> None:
    """Keep a carrier's report on a leg (``leg_status``), a caller (``status``) or a message (``recording``)."""
    name = f"{kind}:{event.recording_sid or event.status}"
    record(x, Entry(owner, name, "", kind, x.clock(), {"event": as_json(CallEvent, event)}))


def _run(
    x: Exchange, memo: Memo | None, event: CallEvent, at: Position, given: Input
) -> tuple[tuple[Step, ...], frozenset[str]]:
    flow, steps, effects = x.flows["accept_call"], list[Step](), set[str]()
    facts = _facts(x, directory_of(x), memo, event)
    for _ in range(MOST_TURNS):
        turn = run(flow, at, given, facts)
        steps.extend(turn.steps)
        effects.update(effect.kind for effect in turn.effects)
        if turn.resume is None:
            break
        at, given = turn.resume, Begin()
    return tuple(steps), frozenset(effects)


def _facts(x: Exchange, directory: Directory, memo: Memo | None, event: CallEvent) -> Facts:
    """What the handset is told; a volunteer or partner the surname only, as in hotline.calls.briefing."""
    language = x.settings.default_language
    person = directory.person(memo.survivor) if memo else None
    words: dict[str, str] = {}
    if person:
        english, outsider = language == "en", event.called is not None and directory.is_branch(event.called)
        surname = surname_in(person.name or NAMELESS[english])
        name = (f"family {surname}" if english else f"姓{surname}") if outsider else person.name
        words = {"village": person.village, "name": name, "dialect": person.dialect}
        if person.hearing != "normal":
            words["hearing"] = "hard of hearing" if english else "听力不好"
    raised = {"unknown": person is None, "urgent": bool(memo and memo.urgent)}
    return Facts(language=language, words=words, flags=frozenset(name for name, up in raised.items() if up))


def _keep(
    x: Exchange,
    memo: Memo | None,
    leg_id: UUID,
    name: str,
    kind: str,
    event: CallEvent,
    position: str,
    steps: tuple[Step, ...],
) -> str:
    base = f"{x.settings.base_url}/carrier"
    style = Style(
        book=x.book,
        language=x.settings.default_language,
        carrier=x.capabilities,
        url=lambda at: x.capabilities.document(
            x.standby.address(f"{base}/legs/{leg_id}/key/{at}", memo) if memo else f"{base}/legs/{leg_id}/key/{at}"
        ),
        audio_url=lambda audio: f"{base}/audio/{audio}",
    )
    facts = {"leg": str(leg_id), "position": position, "event": as_json(CallEvent, event)}
    call = str(memo.call_id) if memo else ""
    return record(x, Entry(str(leg_id), name, call, kind, x.clock(), facts, twiml.render(steps, style)))
