"""Tickets for other systems: the list and one with its history."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, request
from sqlalchemy.orm import Session

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.vault import Vault
from hotline.web import people
from hotline.web.api.access import api, noted, reach, scope
from hotline.web.api.document import answers, spec
from hotline.web.api.places import cursor_of
from hotline.web.api.problems import refuse
from hotline.web.api.schema import EventOut, Place, TicketOut, TicketPage, TicketsAsked, TicketStory
from hotline.web.webhooks import exchange
from tickets import queries
from tickets.models import Ticket
from tickets.searching import Wanted, search


@api.get("/tickets")
@scope(Permission.TICKETS_SEE)
@spec.validate(resp=answers(TicketPage), tags=["tickets"])
def tickets(query: TicketsAsked) -> TicketPage:
    """Tickets of the token's subtree, newest first."""
    x, before = exchange(), cursor_of(query.cursor)
    with x.sessions() as session:
        wanted = Wanted(since=query.since, until=query.until, state=query.state.value if query.state else "")
        page = search(session, reach(), None, wanted, x.clock(), before=before, limit=query.limit)
        names = people.read(session, page.tickets)
        shown = [TicketOut(**_fields(row, names, x.vault)) for row in page.tickets]
    return TicketPage(tickets=shown, next=str(page.older) if page.older else None)


@api.get("/tickets/<uuid:ticket_id>")
@scope(Permission.TICKETS_SEE)
@spec.validate(resp=answers(TicketStory, 404), tags=["tickets"])
def ticket(ticket_id: UUID) -> Response:
    """One ticket with its history; an ETag spares those who ask again, and If-Match those who change it."""
    x = exchange()
    with x.sessions.begin() as session:
        found = queries.find(session, reach(), ticket_id) or refuse(404)
        shown = story(session, found)
        noted(session, What.TICKET_SEEN, station_id=found.station_id, ticket_id=found.id)
    answer = told(shown)
    answer.make_conditional(request)
    return answer


def story(session: Session, ticket: Ticket) -> TicketStory:
    """Return a ticket with its history."""
    names = people.read(session, [ticket])
    events = [EventOut(at=e.at, kind=e.kind, actor=e.actor) for e in queries.history(session, ticket.id)]
    return TicketStory(**_fields(ticket, names, exchange().vault), events=events)


def told(shown: TicketStory) -> Response:
    """Return the answer with its ETag: whatever changes, also a line of the history, changes it."""
    answer = make_response(shown.model_dump_json(), 200, {"Content-Type": "application/json"})
    answer.add_etag()
    return answer


def _fields(row: Ticket, names: people.Names, vault: Vault) -> dict[str, object]:
    same = set(TicketOut.model_fields) - {"station", "caller"}
    station = names.stations[row.station_id]
    return {name: getattr(row, name) for name in same} | {
        "station": Place(code=station.code, name=station.name),
        "caller": people.masked(vault, row.caller_sealed),
    }
