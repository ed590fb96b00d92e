"""A ticket's history read as the facts of its clocks: what began, paused, kept or ended a promise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from tickets.sla import Facts, Grading, Promise
from tickets.states import Action
from tickets.working_time import Pause


class Happened(StrEnum):
    """Events of the history, besides the actions of the life cycle, that move a clock."""

    PROMISED = "call_back_promised"
    URGENT = "urgent"
    CLASSIFIED = "classified"
    """The ticket was put into a category."""
    AWAITED = "survivor_awaited"
    """From here on the survivor is awaited and the clocks stand still."""
    BACK = "survivor_back"
    TOLD = "survivor_told"
    """The survivor was told what is being done (首次反馈)."""
    STEP = "clock"
    """A clock reminded somebody."""


_SPEAKS = frozenset({Happened.BACK, Action.ANSWER, Action.RESOLVE, Action.REOPEN, "answered_late"})
"""After these nobody waits for the survivor any longer."""


@dataclass(frozen=True)
class Entry:
    """One event of the history: when, what, and what was noted with it."""

    at: datetime
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A step a clock has taken; ``starts`` (ISO) tells the rounds of a reopened ticket apart."""

    clock: str
    starts: str
    step: str
    level: int


@dataclass(frozen=True)
class Timeline:
    """What the clocks need to know of a ticket."""

    facts: Facts
    steps: frozenset[Step]


def read(opened_at: datetime, history: Iterable[Entry], *, urgent: bool = False) -> Timeline:
    """Return the facts of a ticket and the steps its clocks have taken; ``history`` in the order it was written.

    ``urgent``: the ticket is urgent now; it was so from the start where the history does not say since when.
    """
    entries = list(history)
    from_start = urgent and not any(entry.kind == Happened.URGENT for entry in entries)
    facts = Facts(opened_at, gradings=(Grading(opened_at, urgent=from_start),))
    steps = set()
    for entry in entries:
        facts = _after(facts, entry)
        if entry.kind == Happened.STEP:
            data = entry.data
            steps.add(Step(data["clock"], data["starts"], data["step"], data["level"]))
    return Timeline(facts, frozenset(steps))


def _after(facts: Facts, entry: Entry) -> Facts:
    at, last = entry.at, facts.gradings[-1]
    if entry.kind in _SPEAKS:
        facts = _back(facts, at)
    match entry.kind:
        case Happened.PROMISED:
            return replace(facts, promise=_promise(facts.promise, at, datetime.fromisoformat(entry.data["by"])))
        case Action.ANSWER:
            promise = facts.promise and replace(facts.promise, kept_at=facts.promise.kept_at or at)
            return replace(facts, answered_at=facts.answered_at or at, promise=promise)
        case Happened.URGENT:
            return replace(facts, gradings=(*facts.gradings, replace(last, at=at, urgent=True)))
        case Happened.CLASSIFIED:
            return replace(facts, gradings=(*facts.gradings, replace(last, at=at, category=entry.data["category"])))
        case Happened.AWAITED if not _waiting(facts):
            return replace(facts, pauses=(*facts.pauses, Pause(at)))
        case Happened.TOLD:
            return replace(facts, first_feedback_at=facts.first_feedback_at or at)
        case _:
            return _moved(facts, entry)


def _moved(facts: Facts, entry: Entry) -> Facts:
    at = entry.at
    match entry.kind:
        case Action.RESOLVE:
            told = facts.first_feedback_at or at
            return replace(facts, resolved_at=facts.resolved_at or at, first_feedback_at=told)
        case Action.CLOSE | Action.MERGE:
            return replace(facts, over_at=facts.over_at or at)
        case Action.REOPEN:
            return replace(facts, reopened_at=at, resolved_at=None, over_at=None)
        case _:
            return facts


def _promise(promise: Promise | None, at: datetime, by: datetime) -> Promise:
    """Return the promise that stands: an open one keeps its start, and the earlier of two ends."""
    if promise is None or promise.kept_at is not None:
        return Promise(at, by)
    return replace(promise, by=min(promise.by, by))


def _back(facts: Facts, at: datetime) -> Facts:
    if not _waiting(facts):
        return facts
    return replace(facts, pauses=(*facts.pauses[:-1], Pause(facts.pauses[-1].start, at)))


def _waiting(facts: Facts) -> bool:
    return bool(facts.pauses) and facts.pauses[-1].end is None
