"""What the page of a day shows: its numbers, the calls that are live, its tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls import queries as calls
from hotline.calls.queries import CallSummary, DayNumbers
from hotline.clock import local
from hotline.clock import span_of as span_of  # pages ask for it here
from hotline.directory.models import Tenant
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.reach import Reach
from hotline.vault import Vault
from hotline.web import people
from hotline.web.language import words
from hotline.web.live import Standing, standing
from hotline.web.people import Names, Who
from tickets import queries
from tickets.models import Ticket
from tickets.queries import Cursor, Owed, Show
from tickets.states import STATE_WORDS, State


@dataclass(frozen=True)
class Question:
    """Which part of which day is asked for."""

    day: date
    show: Show = "all"
    before: Cursor | None = None
    after: Cursor | None = None


@dataclass(frozen=True)
class Row:
    """A ticket in the list. ``late``: the promised call back is overdue."""

    ticket: Ticket
    who: Who
    state: str
    need: str
    calls: int
    late: bool
    live: bool
    lost_after: timedelta | None
    """How long its last call lasted where no human was reached."""


@dataclass(frozen=True)
class LiveCall:
    """A call that has not ended, with where it stands."""

    ticket_id: UUID
    who: Who
    line: str
    urgent: bool
    started_at: datetime
    standing: Standing


@dataclass(frozen=True)
class Board:
    """Everything on the page of a day."""

    tenant: Tenant
    numbers: DayNumbers
    owed: Owed
    live: Sequence[LiveCall]
    carried: Sequence[Row]
    rows: Sequence[Row]
    newer: Cursor | None
    older: Cursor | None


def read(session: Session, vault: Vault, reach: Reach, tenant: Tenant, question: Question, now: datetime) -> Board:
    """Return the page of a day; calls that are live and call backs still owed are on today's page only."""
    span, today = span_of(question.day), question.day == local(now).date()
    page = queries.page_of_day(
        session, reach, tenant.id, span, now, show=question.show, before=question.before, after=question.after
    )
    carried = queries.owed_since_before(session, reach, tenant.id, span[0]) if today else ()
    ringing = calls.live_calls(session, reach, tenant.id) if today else ()
    legs = calls.legs_of(session, [call.id for call in ringing])
    listed = [*page.tickets, *carried]
    of_live = queries.by_id(session, [call.ticket_id for call in ringing])
    names = people.read(session, [*listed, *of_live.values()], lines=[call.line_id for call in ringing])
    summaries = calls.summaries(session, [t.id for t in listed])
    rows = _Rows(names, vault, summaries, now)
    return Board(
        tenant=tenant,
        numbers=calls.day_numbers(session, reach, tenant.id, span),
        owed=queries.owed(session, reach, tenant.id, now),
        live=[
            LiveCall(
                ticket_id=call.ticket_id,
                who=names.who(of_live[call.ticket_id], vault),
                line=names.line(call.line_id),
                urgent=call.urgent,
                started_at=call.started_at,
                standing=standing(call, legs.get(call.id, ())),
            )
            for call in ringing
        ],
        carried=rows.of(carried),
        rows=rows.of(page.tickets),
        newer=page.newer,
        older=page.older,
    )


def rows_of(session: Session, vault: Vault, tickets: Sequence[Ticket], now: datetime) -> Sequence[Row]:
    """Return tickets as they are listed anywhere; a fixed number of queries."""
    summaries = calls.summaries(session, [ticket.id for ticket in tickets])
    return _Rows(people.read(session, tickets), vault, summaries, now).of(tickets)


@dataclass(frozen=True)
class _Rows:
    names: Names
    vault: Vault
    summaries: Mapping[UUID, CallSummary]
    now: datetime

    def of(self, tickets: Iterable[Ticket]) -> Sequence[Row]:
        return [self._row(ticket) for ticket in tickets]

    def _row(self, ticket: Ticket) -> Row:
        summary = self.summaries.get(ticket.id)
        last = summary.last if summary else None
        lost = last is not None and last.ended_at is not None and ticket.answered_at is None
        return Row(
            ticket=ticket,
            who=self.names.who(ticket, self.vault),
            state=words(STATE_WORDS[State(ticket.state)]),
            need=need_words(ticket),
            calls=summary.calls if summary else 0,
            late=ticket.call_back_by is not None and ticket.call_back_by < self.now,
            live=last is not None and last.ended_at is None,
            lost_after=last.ended_at - last.started_at if lost and last and last.ended_at else None,
        )


def need_words(ticket: Ticket) -> str:
    """Return what the caller asked for, in the reader's language; empty where no key was pressed."""
    pair = NEEDS.get(ticket.need) or DOMAINS.get(ticket.domain)
    return words(pair) if pair else ""
