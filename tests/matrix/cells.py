"""The fault matrix: a case without faults names its webhooks; each of them is then lost, late, repeated, … in turn."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from hotline.calls.models import Errand, Leg, Recording
from hotline.simulator.courier import Sent
from hotline.simulator.party import Party
from tests.matrix.cases import CASES, sweeping
from tests.stories.town import Town
from tests.stories.waiting import passes
from tickets.models import Feedback, Ticket, Timer

EFFECTS = ("lost", "late", "duplicate_at_once", "reordered", "slow", "error", "error_after")
SECONDS = {"late": 8.0, "slow": 10.0}
"""How late: after the next webhook of the call."""
LONGEST_SILENCE = 16.0
"""Seconds a caller may hear nothing: the carrier's own patience with an answer that does not come, and a breath."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Webhook:
    """The ``nth`` webhook of its kind and address in a case, and the phase of the call's life it belongs to."""

    kind: str
    pattern: str
    nth: int
    phase: str


@dataclass(frozen=True)
class Ending:
    """What a case comes to: who took it, what was noted, what the survivor said."""

    state: str
    outcome: str
    need: str
    answered: bool
    messages: int
    rating: str


@dataclass(frozen=True)
class Reference:
    """A case without faults."""

    webhooks: Sequence[Webhook]
    ending: Ending


def play(town: Town, case: str) -> Party:
    """Live through a case, with everything that the worker does beside it."""

    async def whole() -> Party:
        sweeps = asyncio.create_task(sweeping(town))
        try:
            call = await CASES[case](town)
            await passes(town, minutes=20)
        finally:
            sweeps.cancel()
        return call

    return town.play(whole(), working=False)


def reference(town: Town, case: str) -> Reference:
    """Live through a case without faults. Raises AssertionError when that alone goes wrong."""
    call = play(town, case)
    assert not (found := complaints(town, call)), found
    return Reference(tuple(_webhooks(town)), ending(town))


def outcome(town: Town, case: str, webhook: Webhook, effect: str, known: Reference) -> tuple[list[str], bool]:
    """Live through a case in which one webhook goes wrong.

    Returns what must not be, and whether it came to the same ending as without a fault.
    """
    town.world.faults.add(
        effect,
        webhook.kind,
        webhook.pattern,
        nth=webhook.nth,
        seconds=SECONDS.get(effect, 5.0),  # type: ignore[arg-type]
    )
    try:
        call = play(town, case)
        return complaints(town, call), ending(town) == known.ending
    except Exception as error:  # noqa: BLE001  (a cell that breaks is a finding, the others go on)
        return [f"{type(error).__name__}: {str(error)[:300]}"], False


def ending(town: Town) -> Ending:
    """Return what the case came to."""
    with town.reading() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.number)).first()
        rating = session.scalars(select(Feedback.rating).order_by(Feedback.at.desc())).first()
    assert ticket, "there is no ticket at all"
    return Ending(
        ticket.state, ticket.outcome, ticket.need, ticket.answered_at is not None,
        town.events(ticket).count("message_left"), rating or "",
    )  # fmt: skip


def complaints(town: Town, call: Party) -> list[str]:
    """Return what must not be, whatever went wrong."""
    found = [why for rule in RULES if (why := rule(town))]
    if call.longest_silence() > LONGEST_SILENCE:
        found.append(f"{call.longest_silence():.0f} s of silence")
    return found


def _reached(town: Town) -> str:
    """The caller reached a human or left a message with a clock; or a call back is owed."""
    tickets, calls = town.tickets(), town.calls()
    if not tickets or not calls:
        return "no ticket or no call"
    if any(call.ended_at is None for call in calls):
        return "a call never ends"
    reached = tickets[0].answered_at is not None or tickets[0].call_back_by is not None
    return "" if reached else f"neither a human nor a promise: {calls[0].outcome}"


def _one_ticket(town: Town) -> str:
    tickets, calls = len(town.tickets()), len(town.calls())
    return "" if (tickets, calls) == (1, 1) else f"{tickets} tickets, {calls} calls"


def _rung_once(town: Town) -> str:
    """Each attempt of ours is one call at the carrier, and no telephone is rung twice in one search."""
    attempts: dict[str, set[str]] = {}
    for sent in town.world.sent():
        path = re.search(rf"/(?:legs|errands)/{_ID.pattern}(?=/(?:status|0/))", sent.url)
        if path:
            attempts.setdefault(path[0], set()).add(sent.call_sid)
    twice = [path for path, sids in attempts.items() if len(sids) > 1]
    rung = Counter(leg.number_hash for leg in town.legs() if leg.rung_at and leg.reason != "again")
    if twice:
        return f"rung twice: {twice[0].split('/')[1]}"
    return "a telephone rung twice in one call" if any(count > 1 for count in rung.values()) else ""


def _placed_once(town: Town) -> str:
    """Every call that the carrier placed for us is one of ours, and each of ours is one of the carrier's."""
    carrier = town.world.carrier
    everything = {**carrier.records, **carrier.lost}
    placed = sorted(sid for sid, record in everything.items() if record.direction == "outbound-api")
    known = sorted(errand.sid for errand in town.errands() if errand.sid)
    return "" if placed == known else f"{len(placed)} calls placed by the carrier, {len(known)} known"


def _keys_once(town: Town) -> str:
    """What was pressed took effect once."""
    if not town.tickets():
        return ""
    events = Counter(town.events(town.tickets()[0]))
    once = ("wrapped_up", "feedback", "resolve", "call_back_promised", "urgent")
    twice = [kind for kind in once if events[kind] > 1]
    with town.reading() as session:
        spoken = session.scalars(select(Recording.id).where(Recording.kind == "message")).all()
    if events["message_left"] > len(spoken):  # whoever was asked again has left two
        twice.append("message_left")
    return f"noted twice: {', '.join(twice)}" if twice else ""


def _timers(town: Town) -> str:
    """Every timer was fired or cancelled; none failed, none waits beyond its time."""
    with town.reading() as session:
        failed = session.scalars(select(Timer).where(Timer.state == "failed")).all()
        late = select(Timer).where(Timer.state == "pending", Timer.due_at < town.world.now() - timedelta(minutes=2))
        waiting = session.scalars(late).all()
    if failed:
        return f"timer failed: {failed[0].kind}: {failed[0].last_error}"
    return f"timer not fired: {waiting[0].kind}" if waiting else ""


def _history(town: Town) -> str:
    """It tells the beginning and the end, once each, and in their order."""
    if not town.tickets():
        return ""
    events = town.events(town.tickets()[0])
    wrong = [kind for kind in ("opened", "called", "call_ended") if events.count(kind) != 1]
    if wrong:
        return f"{wrong[0]} stands {events.count(wrong[0])} times in the history"
    return "" if events[0] == "opened" else f"the history begins with {events[0]}"


RULES: Sequence[Callable[[Town], str]] = (
    _reached, _one_ticket, _rung_once, _placed_once, _keys_once, _timers, _history,
)  # fmt: skip


def _webhooks(town: Town) -> Iterator[Webhook]:
    with town.reading() as session:
        phases = {str(leg.id): leg.tier_kind for leg in session.scalars(select(Leg))}
        phases |= {str(errand.id): errand.kind for errand in session.scalars(select(Errand))}
    seen: Counter[tuple[str, str]] = Counter()
    for sent in town.world.sent():
        path = re.escape(urlsplit(sent.url).path).replace(r"\-", "-")
        pattern = _ID.sub(_ID.pattern, path) + r"(\?|$)"
        seen[sent.kind, pattern] += 1
        yield Webhook(sent.kind, pattern, seen[sent.kind, pattern], _phase(sent, phases))


def _phase(sent: Sent, of: dict[str, str]) -> str:
    path = urlsplit(sent.url).path
    found = _ID.search(path)
    owner = of.get(found[0], "") if found else ""
    position = path.rsplit("/", 1)[-1].split(".")[0]
    if "/errands/" in path:
        return owner.replace("_", " ")
    if "/legs/" in path:
        if sent.form.get("CallStatus") == "completed":
            return "talking"
        return "screening" if sent.form.get("CallStatus") == "in-progress" else f"ringing: {owner}"
    if position in ("message", "recording"):
        return "message"
    if position == "connect":
        return "end of a tier"
    if path.endswith("/carrier/status"):
        return "end of the call"
    return "greeting" if position == "voice" else "menu"
