"""What a survivor hears of their case without a code: what is being done, by whom, until when (issue 3, "Progress")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hotline.calls.spoken import by_when
from hotline.directory.models import Station
from hotline.directory.words import short_name
from tickets import clocks, referrals
from tickets.models import Ticket
from tickets.sla import ESCALATED, Clock
from tickets.states import State

DOING: dict[str, tuple[str, str]] = {
    "missed": ("刚才没接上，我们正要给您回电话", "we missed your call and are ringing you back"),
    State.OPEN: ("已经记下了，正在安排人办", "it is noted, and somebody is being found"),
    State.ANSWERED: ("您说的已经记下了，正在办", "it is noted and being seen to"),
    State.FOLLOWING_UP: ("正在办，还没有办完", "we are working on it"),
    "visit": ("正在安排人上门看您", "somebody is going to visit you"),
    "urgent": ("正在加紧办", "it is being hurried"),
    State.WAITING: ("已经请人来帮您", "we have asked somebody to help you"),
    State.RESOLVED: ("已经办好了", "it is done"),
    State.FEEDBACK_ASKED: ("已经办好了", "it is done"),
    State.REOPENED: ("正在重新办", "we have started again"),
}
"""State or outcome of a ticket -> how one tells the survivor, in Chinese and English."""
_CARRIED = re.compile(r"(.+)值班手机(?:（(.+)）)?")
_DONE = frozenset({State.RESOLVED, State.FEEDBACK_ASKED})
WORDS = ("doing", "holder", "until")
"""What is being done, by whom, and until when, as the flows name it."""


@dataclass(frozen=True)
class Progress:
    """The WORDS of a case (left out when unknown), and whether something promised is overdue."""

    words: dict[str, str]
    late: bool


def read(session: Session, ticket: Ticket, now: datetime, language: str) -> Progress:
    """Return how a ticket stands, in the words of the survivor's language."""
    referral = referrals.open_referral(session, ticket.id, lock=False)
    station = short_name(session.get_one(Station, ticket.station_id), language)
    owed = _owed(session, ticket, now)
    words = {
        "doing": DOING[_what(ticket)][language == "en"],
        "holder": referral.label if referral else _person(ticket.answered_by, language) or station,
    }
    due = referral.deadline if referral else min((clock.due for clock in owed), default=None)
    if due is not None and due > now and State(ticket.state) not in _DONE:
        words["until"] = by_when(due, now, language)
    return Progress(words, any(clock.due < now for clock in owed))


def _what(ticket: Ticket) -> str:
    state = State(ticket.state)
    if ticket.call_back_by is not None and state is State.OPEN:
        return "missed"
    if state is State.FOLLOWING_UP and ticket.outcome in ("visit", "urgent"):
        return ticket.outcome
    return state


def _owed(session: Session, ticket: Ticket, now: datetime) -> list[Clock]:
    """Promises that are still owed and do not wait for the survivor."""
    found = clocks.clocks_of(session, ticket, now)
    return [clock for clock in found if clock.live and not clock.waiting and clock.kind in ESCALATED]


def _person(label: str, language: str) -> str:
    """Return who stands behind a telephone's label, as one says it."""
    match = _CARRIED.fullmatch(label)
    if not match:
        return label
    if language == "en":
        return match[2] or match[1]
    return f"{match[1]}的{match[2]}" if match[2] else f"{match[1]}值班员"
