"""Tickets over any period: what may be asked for, as conditions of one keyset query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Text,
    Uuid,
    any_,
    column,
    exists,
    literal,
    or_,
    select,
    table,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from hotline.reach import Reach
from tickets.models import Ticket, TicketEvent
from tickets.pairs import holds
from tickets.queries import Cursor, Page, page_where
from tickets.states import FINAL, State

_survivor = table("survivor", column("id", Uuid), column("name", Text))
_phone = table("survivor_phone", column("survivor_id", Uuid), column("number_hash", LargeBinary))
"""The ledger is another room's; only who is called so, or rings from there, is needed of it here."""

UNFINISHED = "unfinished"
"""Asked for as a state: any in which somebody still has something to do."""
RARE = 1000
"""Tickets that a text may find and be looked up by them; the list of a common word is walked from the newest."""
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
    """A ticket's number, part of a survivor's name, part of what was asked and answered, or of a comment."""
    ids: Sequence[UUID] | None = None
    """These and no others."""
    staff: UUID | None = None
    """Who works on it."""
    caller: bytes | None = None
    """The keyed hash of a telephone number."""


def is_number(said: str) -> bool:
    """Return whether a text is a ticket's number as people say and write it."""
    return _NUMBER.match(said) is not None


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
    found = conditions(reach, tenant_id, replace(wanted, text=""), now)
    if wanted.text:
        found.append(_by_text(session, wanted.text))
    return page_where(session, found, before=before, after=after, limit=limit)


def conditions(reach: Reach, tenant_id: UUID | None, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    """Return what the tickets of a search fulfil; for those who page or count themselves."""
    found = [reach.covers(Ticket.tenant_id, Ticket.station_id), *_plain(wanted, now), *_found_by(wanted)]
    if wanted.text:
        found.append(Ticket.id.in_(union(*_ways(wanted.text))))
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
    if wanted.ids is not None:
        said.append(Ticket.id == any_(literal(list(wanted.ids), ARRAY(Uuid))))
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
    if wanted.staff is not None:
        said.append(Ticket.staff_id == wanted.staff)
    return said


def _by_text(session: Session, said: str) -> ColumnElement[bool]:
    """Return the condition that a text finds a ticket.

    What is rare is looked up first, by its indexes; of what is common the newest are soon met by going backwards.
    """
    named = select(union_all(*_ways(said)).subquery().c[0]).limit(RARE + 1)
    found = set(session.scalars(named))
    if len(found) <= RARE:
        return Ticket.id == any_(literal(sorted(found), ARRAY(Uuid)))
    comment = (TicketEvent.ticket_id == Ticket.id) & (TicketEvent.kind == "comment")
    said_so = TicketEvent.data["said"].astext.icontains(said, autoescape=True)
    ways = [Ticket.survivor_id.in_(_called(said)), Ticket.answer.icontains(said, autoescape=True)]
    ways.append(exists().where(comment, said_so))
    if match := _NUMBER.match(said):
        ways.append(Ticket.number == int(match[1]))
    return or_(*ways)


def _called(said: str) -> Select[UUID]:
    return select(_survivor.c.id).where(_survivor.c.name.icontains(said, autoescape=True))


def _ways(said: str) -> list[Select[UUID]]:
    """Return the ways in which a text finds tickets, each with an index of its own; together they would have none."""
    commented = holds(TicketEvent.data["said"].astext, said) & (TicketEvent.kind == "comment")
    ways = [
        select(Ticket.id).where(Ticket.survivor_id.in_(_called(said))),
        select(Ticket.id).where(holds(Ticket.answer, said), Ticket.answer != ""),
        select(TicketEvent.ticket_id).where(commented),
    ]
    if match := _NUMBER.match(said):
        ways.append(select(Ticket.id).where(Ticket.number == int(match[1])))
    return ways
