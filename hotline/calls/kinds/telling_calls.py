"""From what is to be told about a ticket to the calls that tell it by telephone."""

from __future__ import annotations

from collections.abc import Iterable

from hotline.calls import orders
from hotline.calls.kinds.base import Work
from hotline.directory.models import Handset, Staff, Station
from hotline.directory.words import short_name
from hotline.notifications import tell
from hotline.notifications.rules import Event, Recipient, TelephoneRequest
from tickets.models import Ticket


def tell_all(work: Work, event: Event, to: Iterable[Recipient], ticket: Ticket) -> None:
    """Tell an event about a ticket on consoles, channels and by telephone, once however often this is called."""
    for request in tell.tell(work.session, event, to, work.now):
        order(work, request, ticket)


def order(work: Work, request: TelephoneRequest, ticket: Ticket) -> None:
    """Order the call that carries a request of the notifications out; who has no telephone is told otherwise."""
    phone = request.telephone
    row: Handset | Staff | None = (
        work.session.get(Handset, phone.id) if phone.kind == "handset" else work.session.get(Staff, phone.id)
    )
    if row is None or row.number_hash is None or row.number_sealed is None:
        return
    station = work.session.get_one(Station, row.station_id)
    callee = orders.Callee(
        kind=phone.kind,
        id=row.id,
        label=f"{short_name(station, 'zh-CN')}值班手机" if isinstance(row, Handset) else row.name,
        number_hash=row.number_hash,
        number_sealed=row.number_sealed,
        tenant_id=ticket.tenant_id,
        line_id=orders.line_for(work.session, ticket),
        station_id=row.station_id,
    )
    data = tell.errand_data(request)
    orders.order(work.session, request.errand, callee, work.now, due_at=request.not_before, ticket_id=ticket.id, **data)
