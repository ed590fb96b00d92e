"""Call back at once: somebody at the console asks for it; their own handset is rung, then the survivor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls import orders
from hotline.calls.keeping import telephones
from hotline.calls.keeping.telephones import Telephone
from hotline.calls.kinds import call_back, cases
from hotline.calls.kinds.base import Work
from hotline.calls.kinds.call_back import CallBack
from hotline.calls.models import Call, Errand, Hold
from ivr_flows.engine.steps import Facts
from tickets import desk, timers
from tickets.models import Ticket
from tickets.states import FINAL, ImpossibleError, State

KIND = "ring_back"
KINDS = (KIND, "call_back")
"""Calls by which a survivor is rung back."""
SAFETY = timedelta(minutes=5)
"""A promised call back goes its own way after this, should the call asked for come to nothing in silence."""


class RingBack(CallBack):
    """As a call back, but to the telephone of whoever asked for it, whether or not one was promised."""

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Until the ticket is closed."""
        ticket = cases.ticket_of(work, errand)
        return ticket is not None and State(ticket.state) not in FINAL

    def facts(self, work: Work, errand: Errand) -> Facts:
        """The whisper; settled is only what was closed meanwhile, or whose survivor is on the line already."""
        facts, ticket = super().facts(work, errand), cases.ticket_of(work, errand)
        settled = ticket is None or State(ticket.state) in FINAL or _rings_us(work.session, ticket)
        return replace(facts, flags=facts.flags - {"settled"} | ({"settled"} if settled else set()))

    def not_reached(self, work: Work, errand: Errand) -> None:
        """A promised call back is tried again by the system; another one only when somebody asks again."""
        ticket = cases.ticket_of(work, errand)
        if ticket is not None and ticket.call_back_by is not None:
            super().not_reached(work, errand)
        elif ticket is not None:
            desk.call_back_in_vain(work.session, ticket, errand.label, work.now)

    def over(self, work: Work, errand: Errand) -> None:
        """Nobody accepted: what was promised is rung through the chain, from its beginning."""
        ticket = cases.ticket_of(work, errand)
        if errand.result or ticket is None or ticket.call_back_by is None:
            return
        timers.cancel(work.session, f"{desk.CALL_BACK}:{ticket.id}", work.now)
        call_back.ring_chain(work, ticket, place=0)


def order_now(work: Work, ticket: Ticket, phone: Telephone) -> Errand:
    """Ring ``phone`` at once and join it with the survivor of a locked ticket.

    A promised call back that waits is brought forward by it, and goes on through the chain if nobody accepts here.
    Raises ImpossibleError with what stands in the way.
    """
    session = work.session
    going = _check(work, ticket, phone)
    for waiting in going:
        orders.cancel(session, waiting, work.now, "brought_forward")
    if ticket.call_back_by is not None:
        due = work.now + SAFETY
        timers.set_timer(session, desk.CALL_BACK, f"{desk.CALL_BACK}:{ticket.id}", due, ticket_id=ticket.id)
    callee = telephones.callee(session, phone, orders.line_for(session, ticket))
    if callee is None:
        raise ImpossibleError("没有登记您的手机号 (your telephone has no number in the directory)")
    return orders.order(session, KIND, callee, work.now, ticket_id=ticket.id)


def _check(work: Work, ticket: Ticket, phone: Telephone) -> Sequence[Errand]:
    """Return the calls for the ticket that wait for their time."""
    session = work.session
    if State(ticket.state) in FINAL:
        raise ImpossibleError("工单已经归档，请先重新办理 (the ticket is closed: reopen it first)")
    if not cases.telephones_of(work, ticket):
        raise ImpossibleError("没有可以回拨的号码 (there is no number to call back)")
    if _rings_us(session, ticket):
        raise ImpossibleError("来电人正在线上 (the caller is on the line right now)")
    mine = select(Errand).where(Errand.ticket_id == ticket.id, Errand.kind.in_(KINDS), Errand.ended_at.is_(None))
    going = session.scalars(mine.with_for_update()).all()
    busy = next((errand for errand in going if errand.state != "waiting"), None)
    if busy is not None:
        raise ImpossibleError(f"系统正在为这张工单回电：{busy.label} (a call back is under way: {busy.label})")
    if any(errand.kind == KIND for errand in going):
        raise ImpossibleError("回电已经在排队，马上就响 (the call back is about to ring)")
    held = select(Hold.holder_id).where(Hold.number_hash == phone.number_hash, Hold.until > work.now)
    if session.scalar(held.limit(1)) is not None:
        raise ImpossibleError("您的手机正在通话，挂机后再回电 (your telephone is in use: hang up first)")
    return going


def _rings_us(session: Session, ticket: Ticket) -> bool:
    """Whether a call of the ticket is going on."""
    live = select(Call.id).where(Call.ticket_id == ticket.id, Call.ended_at.is_(None))
    return session.scalar(live.limit(1)) is not None
