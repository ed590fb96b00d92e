"""A one-time link to the wrap-up form for a phone's browser: sent by text message where the carrier can (issue 3)."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.calls.errands import shown_number
from hotline.calls.exchange import Exchange
from hotline.calls.finishing import Filled, finish
from hotline.calls.kinds.base import Work
from hotline.calls.link_models import WrapUpLink
from hotline.calls.models import Errand
from hotline.numbers import from_stored
from hotline.telephony.rest import RefusedError
from tickets import desk
from tickets.models import Ticket

log = logging.getLogger(__name__)

VALID = timedelta(hours=24)
TEXT = {
    "zh-CN": "【关爱帮扶热线】刚才的来电请登记（24小时内有效，只能提交一次）：{url}",
    "en": "Care line: please note what came of the last call (valid for 24 hours, once): {url}",
}
"""The message; some networks let no links through, so nothing depends on it."""


class LinkError(Exception):
    """The link cannot be used: unknown, expired, used, or the ticket was finished otherwise."""


def send(x: Exchange, errand_id: UUID) -> bool:
    """Make a link for the ticket of a wrap-up call and send it to its telephone. Safe to repeat: the newest counts.

    Raises CarrierError when nobody knows whether the message went out.
    """
    token = secrets.token_urlsafe(16)
    with x.sessions.begin() as session:
        now, errand = x.clock(), session.get_one(Errand, errand_id)
        ticket = session.get(Ticket, errand.ticket_id, with_for_update=True)
        if ticket is None or ticket.wrapped_at is not None or not x.capabilities.messages:
            return True
        _expire_others(session, ticket.id, now)
        link = WrapUpLink(
            token_hash=_hash(token), ticket_id=ticket.id, errand_id=errand.id, label=errand.label,
            made_at=now, expires_at=now + VALID,
        )  # fmt: skip
        session.add(link)
        to, shown = from_stored(x.vault.open(errand.number_sealed)).value, shown_number(x, session, errand)
        text, ticket_id, label = TEXT[errand.language], ticket.id, errand.label
    address = f"{x.settings.console_url.rstrip('/') or x.settings.base_url}/w/{token}"
    try:
        x.carrier.send_message(to=to, shown=shown, text=text.format(url=address))
    except RefusedError as error:
        log.warning("the carrier refuses the link of errand %s: %s", errand_id, error)
        return True
    with x.sessions.begin() as session:
        desk.note(session, ticket_id, "link_sent", x.clock(), actor=label)
    return True


def find(session: Session, token: str, now: datetime) -> WrapUpLink:
    """Return the link with this token. Raises LinkError when it cannot be used."""
    link = session.scalars(select(WrapUpLink).where(WrapUpLink.token_hash == _hash(token))).first()
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkError
    if session.get_one(Ticket, link.ticket_id).wrapped_at is not None:
        raise LinkError
    return link


def use(work: Work, token: str, filled: Filled) -> Ticket:
    """Wrap the ticket up as the form says and use the link up, in the caller's transaction.

    Raises LinkError when the link cannot be used, ImpossibleError when the ticket's state forbids it, ValueError for
    an outcome that there is not.
    """
    link = find(work.session, token, work.now)
    used = update(WrapUpLink).where(WrapUpLink.id == link.id, WrapUpLink.used_at.is_(None)).values(used_at=work.now)
    if work.session.execute(used.returning(WrapUpLink.id)).first() is None:
        raise LinkError
    ticket = work.session.get_one(Ticket, link.ticket_id, with_for_update=True, populate_existing=True)
    finish(work, ticket, filled, link.label)
    return ticket


def _expire_others(session: Session, ticket_id: UUID, now: datetime) -> None:
    session.execute(
        update(WrapUpLink)
        .where(WrapUpLink.ticket_id == ticket_id, WrapUpLink.used_at.is_(None), WrapUpLink.expires_at > now)
        .values(expires_at=now)
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
