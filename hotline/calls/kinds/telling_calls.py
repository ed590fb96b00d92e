"""From what is to be told about a ticket to the calls that tell it by telephone."""

from __future__ import annotations

from collections.abc import Iterable

from hotline.calls import orders
from hotline.calls.keeping import telephones
from hotline.calls.kinds.base import Work
from hotline.notifications import tell
from hotline.notifications.rules import Event, Recipient, TelephoneRequest
from tickets.models import Ticket


def tell_all(work: Work, event: Event, to: Iterable[Recipient], ticket: Ticket) -> None:
    """Tell an event about a ticket on consoles, channels and by telephone, once however often this is called."""
    for request in tell.tell(work.session, event, to, work.now):
        order(work, request, ticket)


def order(work: Work, request: TelephoneRequest, ticket: Ticket) -> None:
    """Order the call that carries a request of the notifications out; who has no telephone is told otherwise."""
    row = telephones.find(work.session, request.telephone.kind, request.telephone.id)
    callee = telephones.callee(work.session, row, orders.line_for(work.session, ticket)) if row else None
    if callee is None:
        return
    data = tell.errand_data(request)
    orders.order(work.session, request.errand, callee, work.now, due_at=request.not_before, ticket_id=ticket.id, **data)
