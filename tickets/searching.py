"""Tickets over any period: what may be asked for, as conditions of one keyset query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Text, Uuid, any_, column, literal, or_, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from hotline.reach import Reach
from tickets.models import Ticket
from tickets.queries import Cursor, Page, page_where
from tickets.states import FINAL, State

_survivor = table("survivor", column("id", Uuid), column("name", Text))
_phone = table("survivor_phone", column("survivor_id", Uuid), column("number_hash", LargeBinary))
"""The ledger is another room's; only who is called so, or rings from there, is needed of it here."""

UNFINISHED = "unfinished"
"""Asked for as a state: any in which somebody still has something to do."""
_NUMBER = re.compile(r"^(?:no\.?|#)?\s*(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What is asked for; whatever is left empty does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    """The first moment after the period."""
    stations: Sequence[UUID] | None = None
    state: str = ""
    """A state, or ``UNFINISHED``."""
    need: str = ""
    """A need or a domain of the vocabulary."""
    urgent: bool = False
    late: bool = False
    """Its promised call back is overdue."""
    unwrapped: bool = False
    """A human took it, nobody has finished it with an outcome."""
    text: str = ""
    """A ticket's number, part of a survivor's name, or part of what was asked and answered."""
    caller: bytes | None = None
    """The keyed hash of a telephone number."""


def search(
    session: Session,
    reach: Reach,
    tenant_id: UUID | None,
    wanted: Wanted,
    now: datetime,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """Return up to ``limit`` tickets within reach and of a tenant (None: any) that are as ``wanted``, newest first."""
    return page_where(session, conditions(reach, tenant_id, wanted, now), before=before, after=after, limit=limit)


def conditions(reach: Reach, tenant_id: UUID | None, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    """Return what the tickets of a search fulfil; for those who page or count themselves."""
    found = [reach.covers(Ticket.tenant_id, Ticket.station_id), *_plain(wanted, now), *_found_by(wanted)]
    if tenant_id is not None:
        found.append(Ticket.tenant_id == tenant_id)
    return found


def _plain(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    unfinished = Ticket.state.not_in([state.value for state in FINAL])
    said: list[ColumnElement[bool]] = []
    if wanted.since:
        said.append(Ticket.opened_at >= wanted.since)
    if wanted.until:
        said.append(Ticket.opened_at < wanted.until)
    if wanted.stations is not None:
        said.append(Ticket.station_id == any_(literal(sorted(wanted.stations), ARRAY(Uuid))))
    if wanted.state:
        said.append(unfinished if wanted.state == UNFINISHED else Ticket.state == State(wanted.state).value)
    if wanted.need:
        said.append(or_(Ticket.need == wanted.need, Ticket.domain == wanted.need))
    if wanted.urgent:
        said.append(Ticket.priority == "urgent")
    if wanted.late:
        said.append(Ticket.call_back_by < now)
    if wanted.unwrapped:
        said += [Ticket.answered_at.is_not(None), Ticket.wrapped_at.is_(None), unfinished]
    return said


def _found_by(wanted: Wanted) -> list[ColumnElement[bool]]:
    said: list[ColumnElement[bool]] = []
    if wanted.caller is not None:
        owners = select(_phone.c.survivor_id).where(_phone.c.number_hash == wanted.caller)
        said.append(or_(Ticket.caller_hash == wanted.caller, Ticket.survivor_id.in_(owners)))
    if wanted.text:
        called = select(_survivor.c.id).where(_survivor.c.name.icontains(wanted.text, autoescape=True))
        ways = [Ticket.survivor_id.in_(called), Ticket.answer.icontains(wanted.text, autoescape=True)]
        if match := _NUMBER.match(wanted.text):
            ways.append(Ticket.number == int(match[1]))
        said.append(or_(*ways))
    return said
