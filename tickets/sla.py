"""The clocks of a ticket: what is promised, by when, and whether it was kept. Pure: facts and ``now`` in, clocks out.

Answer, call back, first feedback and resolution (mission.md, service levels). A clock stands still while the
survivor is awaited. What was kept stays kept, what was missed stays missed: raising a ticket's urgency or changing
its category moves only a clock that still runs, and never to a moment that is past already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.levels import Category, ServiceLevels, Span
from tickets.working_time import Pause, advance, elapsed, unpublished


class Kind(StrEnum):
    """What a clock promises."""

    ANSWER = "answer"
    CALL_BACK = "call_back"
    FIRST_FEEDBACK = "first_feedback"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    """How a clock stands: ``void`` means that what it promised is no longer owed."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    VOID = "void"


KIND_WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.ANSWER: ("接听", "answer"),
    Kind.CALL_BACK: ("回拨", "call back"),
    Kind.FIRST_FEEDBACK: ("首次反馈", "first feedback"),
    Kind.RESOLUTION: ("办结", "resolution"),
}
"""Clock -> (Chinese, English)."""

_SHORTEST_STEP = timedelta(minutes=1)

STATE_WORDS: Mapping[ClockState, tuple[str, str]] = {
    ClockState.RUNNING: ("计时中", "running"),
    ClockState.PAUSED: ("暂停（等待当事人）", "paused (the survivor is awaited)"),
    ClockState.MET: ("按时", "kept"),
    ClockState.MISSED: ("超时", "missed"),
    ClockState.VOID: ("无需", "no longer owed"),
}
"""State of a clock -> (Chinese, English)."""

ESCALATED = frozenset({Kind.CALL_BACK, Kind.FIRST_FEEDBACK, Kind.RESOLUTION})
"""Clocks that remind people. Not the answer: while it runs, the call itself rings one tier after the other."""


@dataclass(frozen=True)
class Grading:
    """From ``at`` on a ticket was of this category and urgency."""

    at: datetime
    category: Category = "general"
    urgent: bool = False


@dataclass(frozen=True)
class Promise:
    """A missed caller was promised a call back."""

    at: datetime
    by: datetime
    kept_at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a ticket. ``over_at``: closed, or merged into another. ``resolved_at``: since the reopening."""

    opened_at: datetime
    gradings: Sequence[Grading] = ()
    answered_at: datetime | None = None
    promise: Promise | None = None
    first_feedback_at: datetime | None = None
    resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    over_at: datetime | None = None
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True)
class Clock:
    """One promise. ``live``: still owed, in time or late. ``waiting``: the survivor is awaited at this moment."""

    kind: Kind
    starts: datetime
    half: datetime
    due: datetime
    state: ClockState
    met_at: datetime | None
    live: bool
    waiting: bool
    working: bool
    """True when only working days count."""
    first_step: timedelta
    pauses: tuple[Pause, ...] = field(default=(), repr=False)

    @property
    def assumed_years(self) -> tuple[int, ...]:
        """Years whose official calendar is not published: the due time rests on ordinary weekdays."""
        return unpublished(self.starts, self.due) if self.working else ()

    def escalates_at(self, level: int) -> datetime:
        """Return when level ``level`` is told: 0 when it is due, then after one, three, seven ... first steps."""
        if level == 0:  # the end of a last working day, not the beginning of the next one
            return self.due
        return advance(self.due, self.first_step * (2**level - 1), self.pauses, working=self.working)


@dataclass(frozen=True)
class _Promised:
    """What a clock is made of before it is looked at."""

    kind: Kind
    starts: datetime
    due: datetime
    met_at: datetime | None
    over_at: datetime | None
    working: bool = False
    pauses: tuple[Pause, ...] = ()


def clocks(facts: Facts, levels: ServiceLevels, now: datetime) -> tuple[Clock, ...]:
    """Return the clocks of a ticket as they stand at ``now``."""
    waiting = any(pause.end is None and pause.start <= now for pause in facts.pauses)
    pauses = tuple(Pause(pause.start, pause.end or max(pause.start, now)) for pause in facts.pauses)
    answer = _Promised(
        Kind.ANSWER, facts.opened_at, facts.opened_at + levels.answer.amount, facts.answered_at, facts.over_at
    )
    found = [_clock(answer, levels, now, waiting=False)]
    if facts.promise:
        found.append(_clock(_call_back(facts, facts.promise, pauses), levels, now, waiting=waiting))
    found.append(_clock(_first_feedback(facts, levels, pauses), levels, now, waiting=waiting))
    found.append(_clock(_resolution(facts, levels, pauses), levels, now, waiting=waiting))
    return tuple(found)


def find(found: Sequence[Clock], kind: str) -> Clock | None:
    """Return the clock of a kind, or None where the ticket has none."""
    return next((clock for clock in found if clock.kind == kind), None)


def _call_back(facts: Facts, promise: Promise, pauses: tuple[Pause, ...]) -> _Promised:
    due = advance(promise.at, max(promise.by - promise.at, timedelta()), pauses)
    over = _earlier(facts.resolved_at, facts.over_at)
    return _Promised(Kind.CALL_BACK, promise.at, due, promise.kept_at, over, False, pauses)


def _first_feedback(facts: Facts, levels: ServiceLevels, pauses: tuple[Pause, ...]) -> _Promised:
    def span(grading: Grading) -> Span:
        level = levels.categories[grading.category]
        return level.urgent_first_feedback if grading.urgent else level.first_feedback

    met = _earlier(facts.first_feedback_at, facts.resolved_at)
    due, working = _graded(facts.opened_at, facts.gradings, span, pauses, _earlier(met, facts.over_at))
    return _Promised(Kind.FIRST_FEEDBACK, facts.opened_at, due, met, facts.over_at, working, pauses)


def _resolution(facts: Facts, levels: ServiceLevels, pauses: tuple[Pause, ...]) -> _Promised:
    def span(grading: Grading) -> Span:
        level = levels.categories[grading.category]
        return level.urgent_resolution if grading.urgent else level.resolution

    starts = facts.reopened_at or facts.opened_at
    ended = _earlier(facts.resolved_at, facts.over_at)
    due, working = _graded(starts, facts.gradings, span, pauses, ended)
    return _Promised(Kind.RESOLUTION, starts, due, facts.resolved_at, facts.over_at, working, pauses)


def _graded(
    starts: datetime,
    gradings: Sequence[Grading],
    span: Callable[[Grading], Span],
    pauses: tuple[Pause, ...],
    ended: datetime | None,
) -> tuple[datetime, bool]:
    """Return when a graded clock is due and whether it counts working days.

    A stricter grading counts from the moment it was made, a milder one from the start; neither moves a clock that
    has ended or run out.
    """
    before = [g for g in gradings if g.at <= starts]
    first = span(max(before, key=lambda g: g.at) if before else Grading(starts))
    due, working = advance(starts, first.amount, pauses, working=first.working), first.working
    for grading in sorted((g for g in gradings if g.at > starts), key=lambda g: g.at):
        if grading.at > due or (ended is not None and grading.at > ended):
            break
        new = span(grading)
        whole = advance(starts, new.amount, pauses, working=new.working)
        due = max(whole, min(due, advance(grading.at, new.amount, pauses, working=new.working)))
        working = new.working
    return due, working


def _clock(promised: _Promised, levels: ServiceLevels, now: datetime, *, waiting: bool) -> Clock:
    starts, due, pauses, working = promised.starts, promised.due, promised.pauses, promised.working
    allowed = elapsed(starts, due, pauses, working=working)
    state = _state(promised, now, waiting=waiting)
    return Clock(
        kind=promised.kind,
        starts=starts,
        half=min(due, advance(starts, allowed / 2, pauses, working=working)),
        due=due,
        state=state,
        met_at=promised.met_at,
        live=promised.met_at is None and promised.over_at is None,
        waiting=waiting,
        working=working,
        first_step=max(_SHORTEST_STEP, min(allowed / 2, levels.longest_first_step.amount)),
        pauses=pauses,
    )


def _state(promised: _Promised, now: datetime, *, waiting: bool) -> ClockState:
    due = promised.due
    if promised.met_at is not None:
        return ClockState.MET if promised.met_at <= due else ClockState.MISSED
    if promised.over_at is not None:
        return ClockState.VOID if promised.over_at <= due else ClockState.MISSED
    if now > due:
        return ClockState.MISSED
    return ClockState.PAUSED if waiting else ClockState.RUNNING


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
