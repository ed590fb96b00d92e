"""Reads of tickets for pages: the tickets of a day, who is still to be rung back, one ticket's history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from hotline.reach import Reach
from tickets.models import Ticket, TicketEvent

Show = Literal["all", "human", "owed", "late", "message"]
"""Which tickets of a day are asked for: all, those a human took, those owed a call back, the late ones, messages."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorError(ValueError):
    """The text is no place in a list of tickets."""


@dataclass(frozen=True)
class Cursor:
    """A place in the list, between two tickets; its text goes into an address (keyset, never an offset)."""

    opened_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.opened_at - _EPOCH) // timedelta(microseconds=1)}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Return the cursor that ``str(cursor)`` wrote. Raises CursorError."""
        micros, _, id_ = text.partition("-")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(micros)), UUID(hex=id_))
        except (ValueError, OverflowError) as error:
            raise CursorError(text) from error


@dataclass(frozen=True)
class Page:
    """Some tickets, newest first, and where to go on in both directions (None: nothing there)."""

    tickets: Sequence[Ticket]
    newer: Cursor | None
    older: Cursor | None


@dataclass(frozen=True)
class Owed:
    """How many tickets wait for a call back, and how many of them past the promised time."""

    waiting: int
    late: int


def page_of_day(
    session: Session,
    reach: Reach,
    tenant_id: UUID,
    span: tuple[datetime, datetime],
    now: datetime,
    *,
    show: Show = "all",
    before: Cursor | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """Return up to ``limit`` tickets opened within ``span`` (start included, end not), newest first.

    ``before`` goes on with older tickets, ``after`` with newer ones.
    """
    span_ = (Ticket.opened_at >= span[0], Ticket.opened_at < span[1])
    wanted = (*_mine(reach, tenant_id), *span_, *shown_as(show, now))
    return page_where(session, wanted, before=before, after=after, limit=limit)


def page_where(
    session: Session,
    wanted: Iterable[ColumnElement[bool]],
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    limit: int = 50,
    within: tuple[int, Callable[[type[Ticket]], ColumnElement[bool]]] | None = None,
) -> Page:
    """Return up to ``limit`` tickets that fulfil all conditions, newest first; whoever calls puts reach into them.

    ``within``: only so many tickets from there on are looked through, for a last condition on each of them.
    """
    if within:
        most, condition = within
        near = aliased(Ticket, ordered(wanted, before, after, most).subquery())
        query = in_order(select(near).where(condition(near)), near, after).limit(limit + 1)
    else:
        query = ordered(wanted, before, after, limit + 1)
    found = session.scalars(query).all()
    more, rows = len(found) > limit, list(found[:limit])
    if after:
        rows.reverse()
    newer, older = (more, True) if after else (before is not None, more)
    if not rows:
        return Page((), None, None)
    return Page(rows, _at(rows[0]) if newer else None, _at(rows[-1]) if older else None)


def ordered(
    wanted: Iterable[ColumnElement[bool]], before: Cursor | None, after: Cursor | None, limit: int
) -> Select[Ticket]:
    """Return the query of the first ``limit`` tickets from a place on: older ones, or (``after``) newer ones."""
    key = tuple_(Ticket.opened_at, Ticket.id)
    query = in_order(select(Ticket).where(*wanted), Ticket, after)
    if after:
        query = query.where(key > (after.opened_at, after.id))
    elif before:
        query = query.where(key < (before.opened_at, before.id))
    return query.limit(limit)


def in_order(query: Select[Ticket], ticket: type[Ticket], after: Cursor | None) -> Select[Ticket]:
    """Return a query newest first; from a place on to newer ones (``after``) the oldest first."""
    if after:
        return query.order_by(ticket.opened_at, ticket.id)
    return query.order_by(ticket.opened_at.desc(), ticket.id.desc())


def owed(session: Session, reach: Reach, tenant_id: UUID, now: datetime) -> Owed:
    """Count the tickets whose caller is promised to be rung back, whatever day they were opened on."""
    late = func.count().filter(Ticket.call_back_by < now)
    row = session.execute(select(func.count(), late).where(*_mine(reach, tenant_id), *shown_as("owed", now))).one()
    return Owed(row[0], row[1])


def owed_since_before(
    session: Session, reach: Reach, tenant_id: UUID, start: datetime, limit: int = 20
) -> Sequence[Ticket]:
    """Return tickets opened before ``start`` that still wait for a call back, the longest promised first."""
    return session.scalars(
        select(Ticket)
        .where(*_mine(reach, tenant_id), Ticket.call_back_by.is_not(None), Ticket.opened_at < start)
        .order_by(Ticket.call_back_by)
        .limit(limit)
    ).all()


def find(session: Session, reach: Reach, ticket_id: UUID) -> Ticket | None:
    """Return a ticket, or None where there is none within reach."""
    mine = select(Ticket).where(Ticket.id == ticket_id, reach.covers(Ticket.tenant_id, Ticket.station_id))
    return session.scalars(mine).first()


def by_id(session: Session, ticket_ids: Iterable[UUID]) -> Mapping[UUID, Ticket]:
    """Return tickets by their identifiers."""
    wanted = set(ticket_ids)
    if not wanted:
        return {}
    return {ticket.id: ticket for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(wanted)))}


def history(session: Session, *ticket_ids: UUID) -> Sequence[TicketEvent]:
    """Return the events of a ticket, or of several that were merged, in the order they were written."""
    return session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id.in_(ticket_ids)).order_by(TicketEvent.at, TicketEvent.id)
    ).all()


def _mine(reach: Reach, tenant_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Ticket.tenant_id == tenant_id, reach.covers(Ticket.tenant_id, Ticket.station_id)


def shown_as(show: Show, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what the tickets of a choice fulfil."""
    return {
        "all": (),
        "human": (Ticket.answered_at.is_not(None),),
        "owed": (Ticket.call_back_by.is_not(None),),
        "late": (Ticket.call_back_by < now,),
        "message": (Ticket.message_at.is_not(None),),
    }[show]


def _at(ticket: Ticket) -> Cursor:
    return Cursor(ticket.opened_at, ticket.id)
