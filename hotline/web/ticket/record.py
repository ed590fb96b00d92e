"""What was done on a ticket, as its page shows it: answer, guidance, referrals, feedback, and who owes what by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hotline.calls.kinds.feedback import ASKED_BY
from hotline.directory.models import Staff
from hotline.web.language import _, words
from tickets import asking, attachments, clocks, feedback, guidance, referrals, timers
from tickets.attachment_models import Attachment
from tickets.guidance_models import GuidanceGiven
from tickets.levels import Category
from tickets.models import Feedback, Referral, Ticket, TicketEvent
from tickets.sla import KIND_WORDS, STATE_WORDS, Clock, ClockState
from tickets.states import State

_TONES = {ClockState.MET: "good", ClockState.MISSED: "bad", ClockState.PAUSED: "quiet", ClockState.VOID: "quiet"}
HOW = {"call": ("电话回访", "by telephone"), "in_person": ("当面回访", "in person")}
"""How feedback was asked -> (Chinese, English)."""


@dataclass(frozen=True)
class Owed:
    """One promise: what, by whom, by when. ``open``: still to be kept."""

    what: str
    who: str
    due: datetime
    state: str
    tone: str
    open: bool
    late: bool


@dataclass(frozen=True)
class Record:
    """The three records of a ticket (Q21 s.12), whom it was handed to, and its clocks."""

    staff: str
    """Who works on it; empty: whoever is on duty."""
    category: Category
    guidance: Sequence[GuidanceGiven]
    referrals: Sequence[Referral]
    feedback: Sequence[Feedback]
    files: Sequence[Attachment]
    owed: Sequence[Owed]

    def said(self, given: Feedback) -> str:
        """Return the survivor's words where somebody wrote them down; spoken ones are among the recordings."""
        return "" if given.asked_by == ASKED_BY else given.words

    @property
    def referral(self) -> Referral | None:
        """The referral that the ticket waits for."""
        return next((row for row in self.referrals if row.state in ("offered", "accepted")), None)


def read(
    session: Session, ticket: Ticket, history: Sequence[TicketEvent], merged: Sequence[Ticket], station: str,
    now: datetime,
) -> Record:  # fmt: skip
    """Return the record of a ticket and those ``merged`` into it; ``station`` is the name of the one that answers."""
    category, running = clocks.standing(session, ticket, history, now)
    ids = [ticket.id, *(row.id for row in merged)]
    handed = referrals.of_ticket(session, ticket.id)
    return Record(
        staff=session.get_one(Staff, ticket.staff_id).name if ticket.staff_id else "",
        category=category,
        guidance=guidance.given(session, *ids),
        referrals=handed,
        feedback=feedback.of_ticket(session, *ids),
        files=attachments.of_ticket(session, *ids),
        owed=[*_clocks(running, ticket, station, now), *_deadlines(handed, now), *_question(session, ticket)],
    )


def _clocks(running: Sequence[Clock], ticket: Ticket, station: str, now: datetime) -> Sequence[Owed]:
    who = _("%(station)s（已上转 %(levels)s 级）", station=station, levels=ticket.raised) if ticket.raised else station
    return [
        Owed(
            words(KIND_WORDS[clock.kind]), who, clock.due, words(STATE_WORDS[clock.state]),
            _TONES.get(clock.state, "ring"), clock.live, clock.live and clock.due < now,
        )
        for clock in running
    ]  # fmt: skip


def _deadlines(handed: Sequence[Referral], now: datetime) -> Sequence[Owed]:
    return [
        Owed(
            _("转办事项"), row.label, row.deadline, words(referrals.WORDS[row.state]), "ring", True, row.deadline < now
        )
        for row in handed
        if row.state in ("offered", "accepted")
    ]


def _question(session: Session, ticket: Ticket) -> Sequence[Owed]:
    """The call that asks how it was, while it is still to come."""
    if State(ticket.state) not in (State.RESOLVED, State.FEEDBACK_ASKED):
        return []
    due = timers.due_of(session, f"{asking.ASK}:{ticket.id}")
    return [Owed(_("效果回访"), _("系统（电话）"), due, _("已安排"), "quiet", True, False)] if due else []
