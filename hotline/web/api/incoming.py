"""Matters that other systems hand over: each opens one ticket, and the duty chain rings for it as for a missed call."""

from __future__ import annotations

from flask import Response, jsonify
from spectree import Response as Answers
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import numbers
from hotline.accounts.roles import Permission
from hotline.accounts.token_models import ApiReference
from hotline.calls.lookup import policy_for
from hotline.directory.models import Station, Survivor
from hotline.directory.queries import find_callers
from hotline.numbers import Number, NumberError
from hotline.web.api.access import api, reach, scope, token, top
from hotline.web.api.document import spec
from hotline.web.api.problems import refuse
from hotline.web.api.schema import Problem, TicketOpened, TicketSent
from hotline.web.webhooks import exchange
from tickets import desk
from tickets.models import Ticket


@api.post("/tickets")
@scope(Permission.TICKETS_SEND, Permission.TICKETS_WORK)
@spec.validate(
    resp=Answers(
        HTTP_200=TicketOpened, HTTP_201=TicketOpened, HTTP_401=Problem, HTTP_403=Problem, HTTP_404=Problem,
        HTTP_409=Problem, HTTP_429=Problem,
    ),
    tags=["tickets"],
)  # fmt: skip
def send(json: TicketSent) -> Response:
    """Hand a matter over. 201: a ticket was opened; 200: it had been, under the same reference."""
    number = _number(json.number)
    x = exchange()
    digest = x.vault.fingerprint(json.model_dump_json())
    try:
        with x.sessions.begin() as session:
            row = session.get(ApiReference, (token().id, json.reference))
            fresh = row is None
            ticket = _open(session, json, number, digest) if row is None else _known(session, row, digest)
            answer = TicketOpened(id=ticket.id, number=ticket.number, reference=json.reference)
    except IntegrityError:  # the same reference was sent twice at the same moment, and the other came first
        with x.sessions() as session:
            row = session.get(ApiReference, (token().id, json.reference)) or refuse(409)
            ticket, fresh = _known(session, row, digest), False
            answer = TicketOpened(id=ticket.id, number=ticket.number, reference=json.reference)
    response = jsonify(answer.model_dump(mode="json"))
    response.status_code = 201 if fresh else 200
    return response


def _open(session: Session, sent: TicketSent, number: Number, digest: bytes) -> Ticket:
    """The ticket, its history and a promised call back, all or nothing."""
    x, now = exchange(), exchange().clock()
    station = _station(session, sent)
    survivor = _survivor(session, station, number)
    if sent.station is None and survivor is not None and reach().includes(survivor.tenant_id, survivor.station_id):
        station = session.get_one(Station, survivor.station_id)
    contact = desk.Contact(
        station.tenant_id, station.id, None, survivor.id if survivor else None,
        x.vault.fingerprint(number.value), x.vault.seal(str(number)),
    )  # fmt: skip
    ticket = desk.open_ticket(session, contact, now)
    session.add(ApiReference(token_id=token().id, reference=sent.reference, ticket_id=ticket.id, digest=digest, at=now))
    session.flush()
    desk.note(session, ticket.id, "from_outside", now, actor=token().name, reference=sent.reference, words=sent.words)
    if sent.urgent:
        desk.urgent(session, ticket, now)
    policy = policy_for(session, station.tenant_id, station.id)
    minutes = policy.urgent_callback_minutes if sent.urgent else policy.callback_minutes
    desk.promise_call_back(session, ticket, minutes, now, "from_outside")
    return ticket


def _known(session: Session, row: ApiReference, digest: bytes) -> Ticket:
    if row.digest != digest:
        refuse(409, ("这个编号已用于另一件事", "This reference was used for another matter"))
    return session.get_one(Ticket, row.ticket_id)


def _station(session: Session, sent: TicketSent) -> Station:
    if sent.station is None:
        return top() or refuse(404, ("请写明服务站的编号", "Name the station by its code"))
    mine = select(Station).where(
        Station.code == sent.station, Station.active, reach().covers(Station.tenant_id, Station.id)
    )
    found = session.scalars(mine.limit(2)).all()
    if len(found) != 1:  # none; or several tenants have one
        refuse(404, ("令牌范围内没有这个编号的服务站", "There is no such station within the token's reach"))
    return found[0]


def _survivor(session: Session, station: Station, number: Number) -> Survivor | None:
    """Whose number it is, where it is only one person's."""
    found = find_callers(session, exchange().vault, station.tenant_id, number)
    return found[0] if len(found) == 1 else None


def _number(text: str) -> Number:
    try:
        return numbers.parse(text)
    except NumberError as error:
        refuse(422, errors=[{"field": "number", "reason": str(error)}])
