"""How a ticket is changed by other systems: locked, as it was read, once for each key, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.accounts.token_models import ApiReference
from hotline.web.api.access import reach, token
from hotline.web.api.problems import halves, refuse
from hotline.web.api.schema_writes import Added, Fresh
from hotline.web.api.tickets import story, told
from hotline.web.ticket.working import Held
from hotline.web.webhooks import exchange
from tickets import queries
from tickets.feedback import OwnAnswerError
from tickets.guidance import GuidanceError
from tickets.models import Ticket
from tickets.states import ImpossibleError

KEY = "#"
"""Begins an Idempotency-Key among a token's references; no reference of theirs begins so."""
REFUSED = (400, 404, 409, 412)
"""What every change may answer besides; 428 where If-Match is needed."""


def change(ticket_id: UUID, sent: BaseModel, headers: Fresh | Added, step: Callable[[Held], object]) -> Response:
    """Take a step on a ticket within reach and answer with the ticket as it is then.

    Problems: 404 out of reach, 412 changed since it was read, 428 without If-Match where it is needed, 409 where its
    state forbids the step or the key was used for something else.
    """
    x = exchange()
    try:
        with x.sessions.begin() as session:
            ticket = _locked(session, ticket_id)
            if not _repeated(session, ticket, sent, headers.key):
                _check(session, ticket, needed=isinstance(headers, Fresh))
                step(Held(x, session, ticket, token().name, x.clock()))
                session.flush()
                session.refresh(ticket)
            return told(story(session, ticket))
    except (ImpossibleError, GuidanceError, OwnAnswerError) as error:
        refuse(409, halves(str(error)))
    except IntegrityError as error:
        if "pk_api_reference" not in str(error.orig):
            raise
        refuse(409, ("同一个 Idempotency-Key 正用于另一张工单", "This Idempotency-Key is in use for another ticket"))


def _locked(session: Session, ticket_id: UUID) -> Ticket:
    ticket = queries.find(session, reach(), ticket_id) or refuse(404)
    session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    session.refresh(ticket)
    return ticket


def _repeated(session: Session, ticket: Ticket, sent: BaseModel, key: str | None) -> bool:
    """Return whether this very change was made before; the first time it is written down."""
    if key is None:
        return False
    x = exchange()
    digest = x.vault.fingerprint(f"{request.method} {request.path} {sent.model_dump_json()}")
    row = session.get(ApiReference, (token().id, KEY + key))
    if row is not None:
        if row.digest != digest:
            refuse(409, ("这个 Idempotency-Key 已用于另一件事", "This Idempotency-Key was used for something else"))
        return True
    session.add(
        ApiReference(token_id=token().id, reference=KEY + key, ticket_id=ticket.id, digest=digest, at=x.clock())
    )
    session.flush()
    return False


def _check(session: Session, ticket: Ticket, *, needed: bool) -> None:
    if not request.if_match:
        if needed:
            refuse(428)
        return
    if not request.if_match.contains(told(story(session, ticket)).get_etag()[0] or ""):
        refuse(412)
