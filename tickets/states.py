"""The life cycle of a ticket: states, the one table of transitions, and what is refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    ANSWERED = "answered"
    FOLLOWING_UP = "following_up"
    WAITING = "waiting"
    RESOLVED = "resolved"
    FEEDBACK_ASKED = "feedback_asked"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What may be done to a ticket."""

    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    REFER = "refer"
    TAKE_BACK = "take_back"
    RESOLVE = "resolve"
    ASK_FEEDBACK = "ask_feedback"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"


STATE_WORDS: Mapping[State, tuple[str, str]] = {
    State.OPEN: ("待接听", "open"),
    State.ANSWERED: ("已接听", "answered"),
    State.FOLLOWING_UP: ("跟进中", "following up"),
    State.WAITING: ("等待协作方", "waiting for a partner or volunteers"),
    State.RESOLVED: ("已办结", "resolved"),
    State.FEEDBACK_ASKED: ("回访中", "feedback asked"),
    State.CLOSED: ("已归档", "closed"),
    State.REOPENED: ("重新办理", "reopened"),
    State.CANCELLED: ("已并入他单", "merged into another"),
}

ACTION_WORDS: Mapping[Action, tuple[str, str]] = {
    Action.ANSWER: ("接听", "answer"),
    Action.FOLLOW_UP: ("跟进", "follow up"),
    Action.REFER: ("转办", "hand over"),
    Action.TAKE_BACK: ("收回", "take back"),
    Action.RESOLVE: ("办结", "resolve"),
    Action.ASK_FEEDBACK: ("回访", "ask for feedback"),
    Action.CLOSE: ("归档", "close"),
    Action.REOPEN: ("重新办理", "reopen"),
    Action.MERGE: ("并单", "merge"),
}

_WORKING = (State.OPEN, State.ANSWERED, State.FOLLOWING_UP, State.REOPENED)

TRANSITIONS: Mapping[Action, Mapping[State, State]] = {
    Action.ANSWER: {
        State.OPEN: State.ANSWERED,
        State.ANSWERED: State.ANSWERED,
        State.FOLLOWING_UP: State.FOLLOWING_UP,
        State.WAITING: State.WAITING,
        State.RESOLVED: State.RESOLVED,
        State.FEEDBACK_ASKED: State.FEEDBACK_ASKED,
        State.REOPENED: State.FOLLOWING_UP,
    },
    Action.FOLLOW_UP: {**dict.fromkeys(_WORKING, State.FOLLOWING_UP), State.WAITING: State.FOLLOWING_UP},
    Action.REFER: {**dict.fromkeys(_WORKING, State.WAITING), State.WAITING: State.WAITING},
    Action.TAKE_BACK: {State.WAITING: State.FOLLOWING_UP},
    Action.RESOLVE: {**dict.fromkeys(_WORKING, State.RESOLVED), State.WAITING: State.RESOLVED},
    Action.ASK_FEEDBACK: {State.RESOLVED: State.FEEDBACK_ASKED, State.FEEDBACK_ASKED: State.FEEDBACK_ASKED},
    Action.CLOSE: {State.RESOLVED: State.CLOSED, State.FEEDBACK_ASKED: State.CLOSED},
    Action.REOPEN: dict.fromkeys((State.RESOLVED, State.FEEDBACK_ASKED, State.CLOSED), State.REOPENED),
    Action.MERGE: {**dict.fromkeys(_WORKING, State.CANCELLED), State.WAITING: State.CANCELLED},
}
"""Action -> {state it may be done in: state it leads to}; the life cycle in one place."""

FINAL = frozenset({State.CLOSED, State.CANCELLED})
"""States in which nobody has anything left to do."""


class ImpossibleError(Exception):
    """An action is not possible in the ticket's state; the message says in Chinese and English what is."""


def possible(state: State) -> tuple[Action, ...]:
    """Return what may be done to a ticket in ``state``, in the table's order."""
    return tuple(action for action, table in TRANSITIONS.items() if state in table)


def after(state: State, action: Action) -> State:
    """Return the state that ``action`` leads to. Raises ImpossibleError with what is possible instead."""
    try:
        return TRANSITIONS[action][state]
    except KeyError:
        choices = possible(state)
        zh = "、".join(ACTION_WORDS[a][0] for a in choices) or "无"
        en = ", ".join(ACTION_WORDS[a][1] for a in choices) or "nothing"
        raise ImpossibleError(
            f"工单“{STATE_WORDS[state][0]}”时不能{ACTION_WORDS[action][0]}，可以：{zh}。"
            f" (A ticket that is {STATE_WORDS[state][1]} cannot do “{ACTION_WORDS[action][1]}”; possible: {en}.)"
        ) from None
