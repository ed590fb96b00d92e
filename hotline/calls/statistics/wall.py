"""What a wallboard counts of the tickets: open, late, talked but not yet wrapped up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tickets.models import UNFINISHED

_LATE = """(call_back_by IS NOT NULL AND call_back_by < :now OR EXISTS (
         SELECT FROM ticket_event AS step
          WHERE step.ticket_id = ticket.id AND step.kind = 'clock' AND (step.data ->> 'due')::timestamptz <= :now
            AND (step.data ->> 'clock' = 'resolution' OR step.data ->> 'clock' = 'first_feedback' AND NOT EXISTS (
                  SELECT FROM ticket_event AS told
                   WHERE told.ticket_id = ticket.id AND told.kind IN ('survivor_told', 'resolve')))
       ))"""
"""Something that was promised on a ticket is overdue."""
_UNFINISHED = f"station_id = ANY(:stations) AND {UNFINISHED}"

_OPEN = text(f"""
SELECT count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS late,
       count(*) FILTER (WHERE call_back_by IS NOT NULL) AS owed
  FROM ticket
 WHERE tenant_id = :tenant AND {_UNFINISHED}
""")  # noqa: S608  (put together from our own words)

_LISTED = text(f"""
SELECT id, {_LATE} AS late, count(*) OVER () AS count
  FROM ticket
 WHERE {_UNFINISHED}
 ORDER BY late DESC, call_back_by NULLS LAST, priority = 'urgent' DESC, state = 'waiting', opened_at
 LIMIT :limit
""")  # noqa: S608

_UNWRAPPED = text("""
SELECT ticket.id, ticket.number, ticket.station_id, ticket.answered_by, ended.at, count(*) OVER () AS count
  FROM ticket
 CROSS JOIN LATERAL (
   SELECT CASE WHEN bool_and(call.ended_at IS NOT NULL) THEN max(call.ended_at) END AS at
     FROM call WHERE call.ticket_id = ticket.id
 ) AS ended
 WHERE ticket.tenant_id = :tenant AND ticket.station_id = ANY(:stations)
   AND ticket.state IN ('answered', 'reopened') AND ticket.wrapped_at IS NULL AND ended.at IS NOT NULL
 ORDER BY ended.at LIMIT :limit
""")


_ALONE = text("""
SELECT min(taken.happened_at) AS first, max(taken.happened_at) AS last, count(DISTINCT taken.call_id) AS calls
  FROM brought_in AS taken JOIN call ON call.id = taken.call_id
 WHERE taken.happened_at >= :since AND call.tenant_id = :tenant AND call.station_id = ANY(:stations)
""")


@dataclass(frozen=True)
class Standing:
    """Tickets that are not resolved: all, those past a promised time, those owed a call back."""

    open: int
    late: int
    owed: int


@dataclass(frozen=True)
class Unwrapped:
    """A ticket whose call is over and that nobody has wrapped up; ``since`` is the end of its last call."""

    id: UUID
    number: int
    station_id: UUID
    by: str
    since: datetime
    count: int
    """How many such tickets there are in all."""


@dataclass(frozen=True)
class Open:
    """An open ticket, whether something promised is overdue, and how many open ones there are in all."""

    id: UUID
    late: bool
    count: int


def open_tickets(session: Session, stations: Collection[UUID], now: datetime, limit: int) -> Sequence[Open]:
    """Return the open tickets of stations: the late first, then promised call backs, the urgent, the oldest."""
    values = {"stations": list(stations), "now": now, "limit": limit}
    return [Open(*row) for row in session.execute(_LISTED, values)]


@dataclass(frozen=True)
class Alone:
    """Calls that went on from the snapshot because the database did not answer, from the first to the last turn."""

    first: datetime
    last: datetime
    calls: int


def alone(session: Session, tenant_id: UUID, stations: Collection[UUID], since: datetime) -> Alone | None:
    """Return the calls since then that were taken without the database; None: there were none."""
    values = {"tenant": tenant_id, "stations": list(stations), "since": since}
    found = session.execute(_ALONE, values).one()
    return Alone(*found) if found.calls else None


def standing(session: Session, tenant_id: UUID, stations: Collection[UUID], now: datetime) -> Standing:
    """Return how many tickets of the stations are open and late at ``now``."""
    values = {"tenant": tenant_id, "stations": list(stations), "now": now}
    return Standing(*session.execute(_OPEN, values).one())


def unwrapped(session: Session, tenant_id: UUID, stations: Collection[UUID], limit: int) -> Sequence[Unwrapped]:
    """Return the tickets that wait longest for their wrap-up, the oldest first."""
    values = {"tenant": tenant_id, "stations": list(stations), "limit": limit}
    return [Unwrapped(*row) for row in session.execute(_UNWRAPPED, values)]
