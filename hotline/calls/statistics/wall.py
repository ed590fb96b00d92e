"""What a wallboard counts of the tickets: open, late, talked but not yet wrapped up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.calls.statistics.scope import array
from tickets.models import UNFINISHED

_LATE = "LEAST(call_back_by, late_from) < :now"
"""Something that was promised on a ticket is overdue."""
_UNFINISHED = f"station_id = ANY(CAST(:stations AS uuid[])) AND {UNFINISHED}"
_TO_WRAP_UP = """state IN ('answered', 'reopened') AND wrapped_at IS NULL
         AND id <> ALL(ARRAY(SELECT ticket_id FROM call WHERE ended_at IS NULL))"""
"""A human took it, nobody has said what came of it, and the call is over."""

_OPEN = text(f"""
SELECT count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS late, count(call_back_by) AS owed,
       count(*) FILTER (WHERE {_TO_WRAP_UP}) AS to_wrap_up
  FROM ticket
 WHERE {_UNFINISHED}
""")  # noqa: S608  (put together from our own words; all of it stands in ix_ticket_to_do)

_LISTED = text(f"""
SELECT id, COALESCE({_LATE}, false) AS late, count(*) OVER () AS count
  FROM ticket
 WHERE {_UNFINISHED}
 ORDER BY late DESC, call_back_by NULLS LAST, priority = 'urgent' DESC, state = 'waiting', opened_at
 LIMIT :limit
""")  # noqa: S608

_UNWRAPPED = text(f"""
SELECT ticket.id, ticket.number, ticket.station_id, ticket.answered_by,
       COALESCE((SELECT max(ended_at) FROM call WHERE ticket_id = ticket.id), ticket.answered_at) AS since
  FROM ticket
 WHERE id = ANY(ARRAY(SELECT id FROM ticket WHERE {_UNFINISHED} AND {_TO_WRAP_UP} ORDER BY answered_at LIMIT :limit))
 ORDER BY since
""")  # noqa: S608

_ALONE = text("""
SELECT min(taken.happened_at) AS first, max(taken.happened_at) AS last, count(DISTINCT taken.call_id) AS calls
  FROM brought_in AS taken JOIN call ON call.id = taken.call_id
 WHERE taken.happened_at >= :since AND call.tenant_id = :tenant AND call.station_id = ANY(CAST(:stations AS uuid[]))
""")


@dataclass(frozen=True)
class Standing:
    """Tickets that are not resolved: all, past a promised time, owed a call back, to be wrapped up."""

    open: int
    late: int
    owed: int
    to_wrap_up: int


@dataclass(frozen=True)
class Unwrapped:
    """A ticket whose call is over and that nobody has wrapped up; ``since``: the end of its last call."""

    id: UUID
    number: int
    station_id: UUID
    by: str
    since: datetime


@dataclass(frozen=True)
class Open:
    """An open ticket, whether something promised is overdue, and how many open ones there are in all."""

    id: UUID
    late: bool
    count: int


def open_tickets(session: Session, stations: Collection[UUID], now: datetime, limit: int) -> Sequence[Open]:
    """Return the open tickets of stations: the late first, then promised call backs, the urgent, the oldest."""
    values = {"stations": array(stations), "now": now, "limit": limit}
    return [Open(*row) for row in session.execute(_LISTED, values)]


@dataclass(frozen=True)
class Alone:
    """Calls that went on from the snapshot because the database did not answer, from the first to the last turn."""

    first: datetime
    last: datetime
    calls: int


def alone(session: Session, tenant_id: UUID, stations: Collection[UUID], since: datetime) -> Alone | None:
    """Return the calls since then that were taken without the database; None: there were none."""
    values = {"tenant": tenant_id, "stations": array(stations), "since": since}
    found = session.execute(_ALONE, values).one()
    return Alone(*found) if found.calls else None


def standing(session: Session, stations: Collection[UUID], now: datetime) -> Standing:
    """Return how many tickets of the stations are open, late and to be wrapped up at ``now``."""
    return Standing(*session.execute(_OPEN, {"stations": array(stations), "now": now}).one())


def unwrapped(session: Session, stations: Collection[UUID], limit: int) -> Sequence[Unwrapped]:
    """Return the tickets that a human took longest ago and nobody has wrapped up."""
    return [Unwrapped(*row) for row in session.execute(_UNWRAPPED, {"stations": array(stations), "limit": limit})]
