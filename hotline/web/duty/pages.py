"""The duty page (值班台): what whoever holds the handset keeps open on a telephone's browser, live."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts import browsers
from hotline.accounts.access import What
from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Permission
from hotline.directory.models import Tenant
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.web.duty import board, me
from hotline.web.duty.board import Desk
from hotline.web.duty.me import Me
from hotline.web.pages import live_page
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("duty", __name__, url_prefix="/duty")


@views.get("")
@needs(Permission.DUTY_DESK)
def show() -> Response:
    """My duty, who rings now, what is open."""
    return page()


def page(problem: str = "", typed: str = "") -> Response:
    """Return the page; ``problem`` and ``typed``: a note for the next shift that was refused."""
    x = exchange()
    now = x.clock()
    with x.sessions.begin() as session:
        reader = me.read(session, current.current().account, now)
        desk = board.read(session, x.vault, current.reach(), reader, now)
        _note_cards(session, desk)
        _keep_open(session, reader, now)
        tenant = session.get(Tenant, reader.station.tenant_id) if reader.station else None
        words = {"desk": desk, "me": reader, "tenant": tenant, "now": now, "needs": {**NEEDS, **DOMAINS}}
        words |= {"problem": problem, "typed": typed}
        answer = live_page("duty.html", "_duty.html", words, polled=True)
    if problem:
        answer.status_code = 422
    return answer


def _keep_open(session: Session, reader: Me, now: datetime) -> None:
    """The page must be there when the telephone rings at three: nobody is signed out in the middle of a turn."""
    browser = current.current().browser
    if reader.turn and browser.on_duty_until != reader.turn.end:
        browsers.on_duty(session, browser.id, reader.turn.end, now)


def _note_cards(session: Session, desk: Desk) -> None:
    """Write down whose file was shown, once a call: the page asks again every two seconds."""
    account = current.current().account
    for card in desk.cards:
        seen = select(AccessLog.id).where(
            AccessLog.ticket_id == card.ticket.id,
            AccessLog.account_id == account.id,
            AccessLog.what == What.TICKET_SEEN.value,
            AccessLog.at >= card.started_at,
        )
        if session.scalar(seen.limit(1)) is None:
            current.note(session, What.TICKET_SEEN, station_id=card.ticket.station_id, ticket_id=card.ticket.id)
