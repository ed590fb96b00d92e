"""Counts calls and tickets from their own rows: what every other figure is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from hotline.calls.statistics.facts import CALLS, FACTS, TICKETS, from_shown
from hotline.calls.statistics.measures import SHARES, SPANS, Subject
from hotline.calls.statistics.scope import Pieces, Scope
from hotline.calls.statistics.seconds import Seconds
from hotline.calls.statistics.tally import Count, Tally, plus

_RUNG = """
SELECT shown.group_id, leg.target_id, count(leg.accepted_at), count(*),
       array_agg(ceil(date_part('epoch', leg.accepted_at - leg.rung_at))::int)
         FILTER (WHERE leg.accepted_at IS NOT NULL)
  FROM {calls}
  JOIN leg ON leg.call_id = call.id AND leg.target_kind = 'branch' AND leg.rung_at IS NOT NULL
 WHERE call.direction = 'in'
 GROUP BY 1, 2
"""
_HANDED = """
SELECT shown.group_id, referral.target_id, count(*), count(referral.accepted_at),
       count(*) FILTER (WHERE referral.state = 'done'),
       count(*) FILTER (WHERE referral.state = 'done' AND referral.ended_at <= referral.deadline),
       count(*) FILTER (WHERE referral.state IN ('refused', 'failed'))
  FROM {tickets}
  JOIN referral ON referral.ticket_id = ticket.id AND referral.target_id IS NOT NULL
 GROUP BY 1, 2
"""
_HELPERS = {source: tuple(text(from_shown(source, one)) for one in (_RUNG, _HANDED)) for source in (Scope, Pieces)}
HANDED = ("accepted", "done", "in_time", "returned")
"""Shares of what a team or partner was handed."""


def tallies(session: Session, scope: Scope | Pieces, subject: Subject) -> Iterator[tuple[UUID, str, Tally]]:
    """Yield for each station shown and each need what was counted of its calls or tickets; one query."""
    facts = CALLS if subject == "calls" else TICKETS
    shares = [share for share in SHARES.values() if share.subject == subject]
    spans = [span for span in SPANS.values() if span.subject == subject]
    columns: list[ColumnElement[Any]] = []
    for share in shares:
        columns += [func.count().filter(share.part), func.count().filter(share.whole)]
    columns += [func.array_agg(span.seconds).filter(span.seconds.is_not(None)) for span in spans]
    query = select(facts.c.group_id, facts.c.need, *columns).group_by(facts.c.group_id, facts.c.need)
    query = query.add_cte(FACTS[type(scope), facts])
    for group, need, *rest in session.execute(query, scope.values()):
        tally, values = Tally(), iter(rest)
        for share in shares:
            tally.shares[share.code] = next(values), next(values)
        for span in spans:
            tally.spans[span.code] = Seconds(next(values) or [])
        yield group, need, tally


def count(session: Session, scope: Scope | Pieces) -> Mapping[UUID, Count]:
    """Return everything counted of a scope or pieces by the station shown; five queries, as slow as there are calls."""
    found: defaultdict[UUID, Count] = defaultdict(Count)
    for subject in _SUBJECTS:
        for group, need, tally in tallies(session, scope, subject):
            found[group].needs[need].add(tally)
    _spread(session, scope, found)
    (of_calls, of_tickets), values = _HELPERS[type(scope)], scope.values()
    for group, line, taken, rung, seconds in session.execute(of_calls, values):
        found[group].helpers[str(line)].add(Tally({"taken": (taken, rung)}, {"taken": Seconds(seconds or [])}))
    for group, target, handed, *parts in session.execute(of_tickets, values):
        pairs = {code: (part, handed) for code, part in zip(HANDED, parts, strict=True)}
        found[group].helpers[str(target)].add(Tally(pairs))
    return found


def _spread(session: Session, scope: Scope | Pieces, found: defaultdict[UUID, Count]) -> None:
    keys = (CALLS.c.group_id, func.date_trunc("hour", CALLS.c.wall), CALLS.c.depth)
    counts = (func.count(), func.count().filter(CALLS.c.reached))
    query = select(*keys, *counts).where(CALLS.c.over).group_by(*keys).add_cte(FACTS[type(scope), CALLS])
    for group, at, depth, calls, reached in session.execute(query, scope.values()):
        plus(found[group].hours, (at.date(), at.hour), (calls, reached))
        found[group].depth[depth or ""] += calls


_SUBJECTS: Sequence[Subject] = ("calls", "tickets")
