"""Errands that tell somebody something and want a key in return: notices and reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.calls import orders
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Kind, Survivor, Work
from hotline.calls.kinds.wrap_up import apply_outcome, keep_memo
from hotline.calls.models import Errand
from hotline.calls.spoken import by_when
from ivr_flows.engine.steps import Effect, Facts
from tickets import clocks, desk

AGAIN = timedelta(minutes=10)
"""A telling nobody acknowledged is repeated once after this."""


class Notice(Kind):
    """A sentence that must arrive, such as a change of somebody's shift."""

    flow = "notice"

    def facts(self, work: Work, errand: Errand) -> Facts:
        """The sentence itself, in the listener's language."""
        return Facts(errand.language, {"notice": str(errand.data.get(errand.language, ""))})

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Heard and understood."""
        errand.result = effect.kind

    def over(self, work: Work, errand: Errand) -> None:
        """Once more if nobody pressed a key."""
        if not errand.result and errand.attempt == 1:
            orders.order(
                work.session, errand.kind, orders.same_callee(errand), work.now,
                due_at=work.now + AGAIN, ticket_id=errand.ticket_id, attempt=2, **orders.same_data(errand),
            )  # fmt: skip


class Reminder(Notice):
    """A clock is at half time or over: its holder, then each level up, is told (跟踪督办)."""

    flow = "reminder"

    def wanted(self, work: Work, errand: Errand) -> bool:
        """While the clock's cause is there."""
        clock = str(errand.data.get("clock", ""))
        return errand.ticket_id is not None and clocks.is_owed(work.session, errand.ticket_id, clock, work.now)

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Which ticket, whose, until when, and whether it is late."""
        ticket = cases.ticket_of(work, errand)
        if ticket is None:
            return Facts(errand.language, flags=frozenset({"settled"}))
        words = {"ticket": str(ticket.number), "name": cases.name_of(work, ticket, errand.language)}
        words["holder"] = str(errand.data.get("holder", ""))
        if due := errand.data.get("due"):
            words["until"] = by_when(datetime.fromisoformat(str(due)), work.now, errand.language)
        flags = {name for name in ("late",) if errand.data.get(name)}
        if not self.wanted(work, errand):
            flags.add("settled")
        if ticket.outcome:
            flags.add("outcome")
        return Facts(errand.language, words, {"branches": cases.branches(work, errand)}, flags=frozenset(flags))

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Acknowledged, or wrapped up after ringing the survivor."""
        if effect.kind == "acknowledge":
            errand.result = "acknowledged"
            if errand.ticket_id:
                desk.note(work.session, errand.ticket_id, "reminder_acknowledged", work.now, actor=errand.label)
        else:
            apply_outcome(work, errand, effect)

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """The survivor of the ticket."""
        return cases.telephones_of(work, cases.ticket_of(work, errand))

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The survivor was rung from the reminder."""
        errand.result = "called_back"
        if ticket := cases.ticket_of(work, errand):
            desk.called_back(work.session, ticket, errand.label, talked_seconds, work.now)

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """The wrap-up's sentence."""
        keep_memo(work, errand, kind, recording, seconds)
