"""The states of a leg and their order: reports come twice, late, reordered; they only ever move it on. Pure."""

from __future__ import annotations

from enum import StrEnum


class LegState(StrEnum):
    """Where the attempt to reach one telephone stands."""

    PLANNED = "planned"
    PASSED_OVER = "passed_over"
    SUPERSEDED = "superseded"
    DIALLING = "dialling"
    RINGING = "ringing"
    PICKED_UP = "picked_up"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    STOPPED = "stopped"
    ENDED = "ended"


LEG_WORDS: dict[LegState, tuple[str, str]] = {
    LegState.PLANNED: ("待呼叫", "planned"),
    LegState.PASSED_OVER: ("跳过", "passed over"),
    LegState.SUPERSEDED: ("已改计划", "superseded"),
    LegState.DIALLING: ("呼叫中", "dialling"),
    LegState.RINGING: ("振铃", "ringing"),
    LegState.PICKED_UP: ("已接起，未确认", "picked up, not accepted yet"),
    LegState.ACCEPTED: ("已接听", "accepted"),
    LegState.DECLINED: ("按键拒接", "declined"),
    LegState.SILENT: ("接起后无人按键", "picked up, no key pressed"),
    LegState.NO_ANSWER: ("无人接听", "no answer"),
    LegState.BUSY: ("占线", "busy"),
    LegState.FAILED: ("无法接通", "could not be reached"),
    LegState.STOPPED: ("已停止振铃", "ringing stopped"),
    LegState.ENDED: ("通话结束", "call ended"),
}

LIVE = frozenset({LegState.DIALLING, LegState.RINGING, LegState.PICKED_UP, LegState.ACCEPTED})
"""States in which the telephone is in use for the call."""

TRIED = LIVE | {
    LegState.DECLINED, LegState.SILENT, LegState.NO_ANSWER, LegState.BUSY,
    LegState.FAILED, LegState.STOPPED, LegState.ENDED,
}  # fmt: skip
"""States of a telephone that was really rung."""

_RANK = {LegState.PLANNED: 0, LegState.DIALLING: 1, LegState.RINGING: 2, LegState.PICKED_UP: 3, LegState.ACCEPTED: 4}


def may_follow(before: LegState, after: LegState) -> bool:
    """Return whether a report may move a leg: forward only, and an end is final."""
    if before not in _RANK:
        return False
    if after is LegState.ENDED:
        return before is LegState.ACCEPTED
    if before is LegState.ACCEPTED:
        return False
    return _RANK.get(after, 9) > _RANK[before]


CARRIER_STATES: dict[str, LegState] = {
    "queued": LegState.DIALLING,
    "initiated": LegState.DIALLING,
    "ringing": LegState.RINGING,
    "in-progress": LegState.PICKED_UP,
    "answered": LegState.PICKED_UP,
    "busy": LegState.BUSY,
    "failed": LegState.FAILED,
    "no-answer": LegState.NO_ANSWER,
    "canceled": LegState.STOPPED,
}
"""A carrier's word for a leg -> ours; 'completed' depends on whether a key was pressed."""

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Carrier words after which a call is over."""


def reported(before: LegState, word: str) -> LegState | None:
    """Return the state a carrier's report moves a leg to, or None when it changes nothing."""
    if word == "completed":
        after = LegState.ENDED if before is LegState.ACCEPTED else LegState.SILENT
    elif word in CARRIER_STATES:
        after = CARRIER_STATES[word]
    else:
        return None
    if before is LegState.ACCEPTED and word in OVER:
        return LegState.ENDED
    return after if may_follow(before, after) else None
