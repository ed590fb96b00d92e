"""Tickets over any period: what may be asked for, as conditions of one keyset query."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    LargeBinary,
    Select,
    Text,
    Uuid,
    any_,
    column,
    false,
    func,
    literal,
    or_,
    select,
    table,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from hotline.reach import Reach
from tickets.models import Ticket, TicketEvent
from tickets.pairs import holds
from tickets.queries import Cursor, Page, ordered, page_where
from tickets.states import FINAL, State

_survivor = table("survivor", column("id", Uuid), column("name", Text))
_phone = table("survivor_phone", column("survivor_id", Uuid), column("number_hash", LargeBinary))
"""The ledger is another room's; only who is called so, or rings from there, is needed of it here."""

UNFINISHED = "unfinished"
"""Asked for as a state: any in which somebody still has something to do."""
NEAR = 5000
"""Newest tickets in which a text is looked for first: a common word is met there, and no index is asked for it."""
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
    """Return up to ``limit`` tickets within reach and of a tenant (None: any) that are as ``wanted``, newest first.

    A text is looked for in the newest tickets first, then by its indexes; a single character, which no index knows,
    in names and in the newest tickets only.
    """
    found = conditions(reach, tenant_id, replace(wanted, text="", caller=None), now)
    if wanted.caller is not None:
        found.append(_one_of(_rung_from(session, wanted.caller, found, before, after, limit + 1)))
    said = wanted.text
    if not said:
        return page_where(session, found, before=before, after=after, limit=limit)
    within = NEAR, _said(session, said)
    near = page_where(session, found, before=before, after=after, limit=limit, within=within)
    if near.newer if after else near.older:
        return near  # a common word: the page is full, and there are more
    ways = _ways(said) if len(said) > 1 else [*_ways(said)[:1], _these(near.tickets)]
    return page_where(session, [*found, _one_of(union(*ways))], before=before, after=after, limit=limit)


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


def _rung_from(
    session: Session,
    caller: bytes,
    wanted: Sequence[ColumnElement[bool]],
    before: Cursor | None,
    after: Cursor | None,
    limit: int,
) -> CompoundSelect[UUID]:
    """Return the first ``limit`` tickets of a telephone, by id: its own and its owners', each by an index."""
    owners = session.scalars(select(_phone.c.survivor_id).where(_phone.c.number_hash == caller))
    whose = [Ticket.caller_hash == caller, *(Ticket.survivor_id == owner for owner in owners)]
    return union(*(ordered([*wanted, one], before, after, limit).with_only_columns(Ticket.id) for one in whose))


def _one_of(ids: CompoundSelect[UUID]) -> ColumnElement[bool]:
    """Return the condition that a ticket is one of these: found first, then looked up, whatever the planner expects."""
    return Ticket.id == any_(func.array(ids.scalar_subquery()))


def _said(session: Session, said: str) -> Callable[[type[Ticket]], ColumnElement[bool]]:
    """Return the condition that a text finds a ticket, for reading it row by row."""
    people = session.scalars(_called(said)).all()

    def condition(ticket: type[Ticket]) -> ColumnElement[bool]:
        comment = (TicketEvent.ticket_id == ticket.id) & (TicketEvent.kind == "comment")
        said_so = TicketEvent.data["said"].astext.icontains(said, autoescape=True)
        commented = select(true()).where(comment, said_so).limit(1)  # as EXISTS the planner would read all comments
        ways = [ticket.answer.icontains(said, autoescape=True), func.coalesce(commented.scalar_subquery(), false())]
        if people:
            ways.insert(0, ticket.survivor_id == any_(literal(list(people), ARRAY(Uuid))))
        if match := _NUMBER.match(said):
            ways.append(ticket.number == int(match[1]))
        return or_(*ways)

    return condition


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


def _these(tickets: Sequence[Ticket]) -> Select[UUID]:
    return select(Ticket.id).where(Ticket.id == any_(literal([ticket.id for ticket in tickets], ARRAY(Uuid))))
