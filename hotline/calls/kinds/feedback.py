"""Feedback: the survivor of a resolved ticket is rung at a decent hour and asked how it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from hotline.calls import orders
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.kinds.survivors import survivor_callee
from hotline.calls.kinds.telling_calls import tell_all
from hotline.calls.lookup import policy_for
from hotline.calls.models import Errand
from hotline.clock import local
from hotline.directory.models import Station
from hotline.directory.words import short_name
from hotline.notifications import recipients, tell
from ivr_flows.engine.steps import Effect, Facts
from tickets import asking, desk, feedback
from tickets.models import Feedback, Ticket
from tickets.states import Action, State

ASKED_BY = "系统回访"
"""Who asked, as the history shows it: the machine, never the person who answered."""


class AskFeedback(Kind):
    """Asks for satisfaction, for solved or not, and for a spoken word."""

    flow = "feedback"
    ring_seconds = 30

    def wanted(self, work: Work, errand: Errand) -> bool:
        """While the ticket is resolved and nobody has told us yet."""
        ticket = cases.ticket_of(work, errand)
        return ticket is not None and feedback.may_ask(ticket)

    def postponed(self, work: Work, errand: Errand) -> datetime | None:
        """Only at a decent hour."""
        moment = asking.decent(work.now)
        return None if moment == work.now else moment

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Who is asked about which day's call."""
        ticket = cases.ticket_of(work, errand)
        if ticket is None:
            return Facts(errand.language)
        station = work.session.get_one(Station, ticket.station_id)
        words = cases.words_of(work, ticket, errand.language)
        opened = local(ticket.opened_at)
        words |= {"station": short_name(station, errand.language)}
        words["about"] = f"{opened:%d %B}" if errand.language == "en" else f"{opened.month}月{opened.day}日"
        reopened = errand.data.get("rating") == "not" or errand.data.get("solved") == "no"
        return Facts(errand.language, words, flags=frozenset({"reopened"} if reopened else ()))

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Remember each answer; they are recorded together when the call is over."""
        if effect.kind in ("rating", "solved"):
            errand.data = {**errand.data, effect.kind: effect.value}
            errand.result = "told"

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """The spoken word; the carrier may tell of it after the end of the call."""
        errand.data = {**errand.data, "word": recording}
        before, errand.result = errand.result, "told"
        if errand.ended_at is None or errand.ticket_id is None:
            return
        given = feedback.latest(work.session, errand.ticket_id) if before == "told" else None
        if given is not None and given.asked_by == ASKED_BY:
            given.words = given.words or recording
        else:
            self.over(work, errand)

    def over(self, work: Work, errand: Errand) -> None:
        """Record what was told; who was not reached is tried once more on another day."""
        ticket = cases.ticket_of(work, errand)
        if ticket is None or not feedback.may_ask(ticket):
            return
        if errand.result != "told":
            asking.schedule(work.session, ticket, work.now, tries=errand.attempt)
            return
        said = errand.data
        solved = {"yes": True, "no": False}.get(str(said.get("solved")))
        take(work, ticket, Said(str(said.get("rating", "")), solved, str(said.get("word", ""))), ASKED_BY, "call")


@dataclass(frozen=True)
class Said:
    """What a survivor says of the help: a rating of tickets.feedback.RATINGS or none, solved or not, words."""

    rating: str
    solved: bool | None
    words: str = ""


def take(work: Work, ticket: Ticket, said: Said, asked_by: str, how: Literal["call", "in_person"]) -> Feedback:
    """Record feedback; where it is bad the level above is told, and its duty desk rings the survivor.

    Raises OwnAnswerError when ``asked_by`` is who answered, ImpossibleError when the ticket is not that far.
    """
    given = feedback.record(
        work.session, ticket, said.rating, said.solved, work.now, asked_by=asked_by, how=how, words=said.words
    )
    if State(ticket.state) is State.REOPENED:
        _reopened(work, ticket)
    return given


def _reopened(work: Work, ticket: Ticket) -> None:
    policy = policy_for(work.session, ticket.tenant_id, ticket.station_id)
    minutes = policy.urgent_callback_minutes if ticket.priority == "urgent" else policy.callback_minutes
    if ticket.caller_hash or ticket.survivor_id:
        desk.promise_call_back(work.session, ticket, minutes, work.now, "feedback")
    event = tell.about_ticket(work.session, ticket, "ticket_reopened", f"reopened:{ticket.id}:{ticket.raised}")
    head = recipients.head(work.session, ticket.station_id, work.now, ticket.raised)
    tell_all(work, event, [head], ticket)


def start(work: Work, ticket_id: UUID | None, tries: int) -> None:
    """The feedback timer is due: order the call to the survivor, or leave it when the ticket has moved on."""
    ticket = work.session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None or not feedback.may_ask(ticket):
        return
    desk.move(work.session, ticket, Action.ASK_FEEDBACK, work.now, tries=tries + 1)
    callee = survivor_callee(work, ticket)
    if callee is not None:
        orders.order(work.session, "feedback", callee, work.now, ticket_id=ticket.id, attempt=tries + 1)
