"""Wrap-up: the handset that took a call is rung within a minute after it, then after 3 and 10 minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls import orders, transfer
from hotline.calls.kinds import cases, referral
from hotline.calls.kinds.base import Kind, Work
from hotline.calls.models import Call, Errand, Leg
from hotline.numbers import from_stored
from ivr_flows.engine.steps import Effect, Facts
from tickets import desk, referrals, timers
from tickets.models import Ticket
from tickets.states import ImpossibleError

LINK = "wrap_up_link"
"""Kind of the timer that sends a one-time link to the form."""
FIRST_AFTER = timedelta(seconds=30)
"""The survivor hung up; the duty person gets a breath."""
AT_ONCE = timedelta(seconds=1)
"""The survivor waits on the line."""
TRANSFER_FIRST = timedelta(minutes=3)
"""Whom a waiting survivor is joined with is not asked by another call meanwhile."""
REFER = Effect("outcome", "refer")


class WrapUp(Kind):
    """Asks for the outcome by a key and a sentence for the ticket."""

    flow = "wrap_up"
    again_minutes = (3, 10)

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Until the ticket is wrapped up, by whichever way."""
        ticket = cases.ticket_of(work, errand)
        return ticket is not None and ticket.wrapped_at is None

    def facts(self, work: Work, errand: Errand) -> Facts:
        """The survivor's name, and whether the outcome is known already (resumed)."""
        ticket = cases.ticket_of(work, errand)
        words = {"name": cases.name_of(work, ticket, errand.language)} if ticket else {}
        flags = {"outcome"} if ticket and ticket.outcome else set[str]()
        if transfer.is_live(work.session, errand):
            flags.add("staying")
        elif may_send_link(work, errand):
            flags.add("link")
        return Facts(errand.language, words, {"branches": cases.branches(work, errand)}, flags=frozenset(flags))

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Apply the outcome key, or send the form to the telephone's browser instead."""
        if effect.kind == "link":
            errand.result = "link"
            offer_link(work, errand)
        else:
            apply_outcome(work, errand, effect)
        if effect != REFER:  # decided: a survivor who stayed on the line waits no longer, or for whom was chosen
            errand.data = {**errand.data, "settled": True}

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """The sentence: what was asked and what was advised."""
        keep_memo(work, errand, kind, recording, seconds)

    def over(self, work: Work, errand: Errand) -> None:
        """Nobody pressed a key: once more after 3 and after 10 minutes; the form is sent meanwhile, where it can be."""
        if errand.result or errand.attempt > len(self.again_minutes):
            return
        if errand.attempt == 1 and may_send_link(work, errand):
            offer_link(work, errand)
        due = work.now + timedelta(minutes=self.again_minutes[errand.attempt - 1])
        callee = orders.same_callee(errand)
        orders.order(
            work.session, "wrap_up", callee, work.now,
            due_at=due, ticket_id=errand.ticket_id, attempt=errand.attempt + 1,
        )  # fmt: skip


def may_send_link(work: Work, errand: Errand) -> bool:
    """Return whether the carrier sends messages and the telephone takes them."""
    number = from_stored(work.x.vault.open(errand.number_sealed)).value
    return work.x.capabilities.messages and (number.startswith("+861") or not number.startswith("+86"))


def offer_link(work: Work, errand: Errand) -> None:
    """Let a one-time link to the form be sent to the errand's telephone, once this transaction is committed."""
    timers.set_timer(
        work.session, LINK, f"{LINK}:{errand.id}", work.now, ticket_id=errand.ticket_id, errand=str(errand.id)
    )  # fmt: skip


def apply_outcome(work: Work, errand: Errand, effect: Effect) -> None:
    """Apply what a duty person decided about a ticket; what the ticket's state forbids raises the flag refused."""
    ticket = cases.ticket_of(work, errand)
    if ticket is None:
        return
    if effect.kind == "outcome":
        errand.result = effect.value
        try:
            desk.wrap_up(work.session, ticket, effect.value, errand.label, work.now)
            referrals.overtaken(work.session, ticket, work.now, by=errand.label)
        except ImpossibleError as error:
            desk.note(work.session, ticket.id, "refused", work.now, actor=errand.label, why=str(error))
    elif effect.kind == "referral":
        staying = transfer.is_live(work.session, errand)
        handed = referral.hand_over(
            work, ticket, UUID(effect.value), errand.label, offer_after=TRANSFER_FIRST if staying else None
        )
        if staying and handed and (line := referral.open_line(work, handed)):
            errand.data = {**errand.data, "transfer": str(line.id)}
    elif effect.kind == "skip":
        errand.result = "skipped"
        desk.note(work.session, ticket.id, "wrap_up_skipped", work.now, actor=errand.label)


def keep_memo(work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
    """Note on the ticket that something was spoken to it."""
    errand.result = errand.result or kind
    if errand.ticket_id:
        desk.note(
            work.session, errand.ticket_id, kind, work.now, actor=errand.label, recording=recording, seconds=seconds
        )


def order_after(session: Session, call: Call, leg: Leg, now: datetime, *, staying: bool = False) -> bool:
    """Order the wrap-up of a call that a handset or a staff member's telephone took; False when there is none to do.

    ``staying``: the survivor has not hung up, so it is asked at once whom to join them with.
    """
    ticket = session.get_one(Ticket, call.ticket_id)
    if ticket.wrapped_at is not None or leg.target_kind == "branch":
        return False
    callee = orders.callee_of(call, leg)
    data: dict[str, Any] = {"staying": str(call.id)} if staying else {}
    due = now + (AT_ONCE if staying else FIRST_AFTER)
    orders.order(session, "wrap_up", callee, now, due_at=due, ticket_id=ticket.id, **data)
    return True
