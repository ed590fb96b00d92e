"""How a call begins: whose line, which survivor, which station, which ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls import orders
from hotline.calls.exchange import Exchange
from hotline.calls.lookup import duty_station, policy_for
from hotline.calls.models import Call
from hotline.db import new_id
from hotline.directory.models import Line
from hotline.directory.queries import find_callers, find_line
from hotline.numbers import Number
from hotline.telephony.events import CallEvent
from tickets import desk
from tickets.models import Ticket

FLOWS = {"main": "main_line", "volunteer": "volunteer_line", "partner": "partner_line"}
"""Kind of a published line -> the flow a call on it runs through."""
SAME_MISSED = timedelta(hours=24)
"""Missed calls of one caller within this are one ticket until a human has answered."""


class NoLineError(LookupError):
    """Nothing is set up yet: there is no line on which a call could be taken."""


def open_call(x: Exchange, session: Session, event: CallEvent, now: datetime, id_: UUID | None = None) -> Call | None:
    """Store a new call with its ticket; None when the same call was stored at the same instant elsewhere.

    ``id_`` is given for a call that began while the database was away. Raises NoLineError when the directory is empty.
    """
    line = _line(x, session, event.called)
    hash_ = x.vault.fingerprint(event.caller.value) if event.caller else None
    people = find_callers(session, x.vault, line.tenant_id, event.caller) if event.caller else []
    survivor = people[0] if len(people) == 1 else None
    home = people[0].station_id if people else line.station_id
    station = duty_station(session, home)
    sealed = x.vault.seal(event.caller.value) if event.caller else None
    contact = desk.Contact(line.tenant_id, station, line.id, survivor.id if survivor else None, hash_, sealed)
    ticket = _ticket(session, contact, now)
    language = survivor.language if survivor else line.language
    values = row(contact, id_ or new_id(), event.sid, ticket.id, home, line.flow, language, now)
    made = session.scalar(insert(Call).values(values).on_conflict_do_nothing().returning(Call.id))
    if made is None:
        session.rollback()
        return None
    desk.note(session, ticket.id, "called", now, call=str(made), line=line.name)
    return session.get_one(Call, made)


def row(
    contact: desk.Contact, id_: UUID, sid: str, ticket_id: UUID, home: UUID, kind: str, language: str, now: datetime
) -> dict[str, Any]:
    """Return a call as a row as it begins; ``kind``: the line's."""
    return {
        "id": id_,
        "sid": sid,
        "tenant_id": contact.tenant_id,
        "line_id": contact.line_id,
        "station_id": contact.station_id,
        "home_id": home,
        "ticket_id": ticket_id,
        "survivor_id": contact.survivor_id,
        "from_hash": contact.caller_hash,
        "from_sealed": contact.caller_sealed,
        "flow": FLOWS[kind],
        "language": language,
        "started_at": now,
        "seen_at": now,
    }


def _line(x: Exchange, session: Session, called: Number | None) -> Line:
    """Return the published line that was called; an unknown number is taken as the first trunk line."""
    if called and (found := find_line(session, x.vault, called)):
        return found
    first = orders.trunk_line(session)
    trunk = session.get(Line, first) if first else None
    if trunk is None:
        raise NoLineError("没有开通任何线路，请先导入通讯录 (no line is set up, import a directory first)")
    return trunk


def _ticket(session: Session, contact: desk.Contact, now: datetime) -> Ticket:
    """Return the ticket this contact belongs to: a missed or just cut-off one, else a new one."""
    if contact.caller_hash:
        missed = desk.find_unanswered(session, contact.tenant_id, contact.caller_hash, now - SAME_MISSED)
        if missed:
            return missed
        policy = policy_for(session, contact.tenant_id, contact.station_id)
        since = now - timedelta(minutes=policy.cut_off_minutes)
        last = session.scalars(
            select(Call)
            .where(Call.from_hash == contact.caller_hash, Call.tenant_id == contact.tenant_id, Call.ended_at >= since)
            .order_by(Call.ended_at.desc())
            .limit(1)
        ).first()
        if last:
            return session.get_one(Ticket, last.ticket_id)
    return desk.open_ticket(session, contact, now)
