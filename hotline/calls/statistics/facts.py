"""The facts that are counted: a row a call and a row a ticket, with what each measure looks at."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import CTE, Boolean, DateTime, FromClause, Integer, Text, Uuid, column, table, text

from hotline.calls.statistics.scope import Pieces, Scope

CALLS = table(
    "calls",
    column("id", Uuid),
    column("ticket_id", Uuid),
    column("group_id", Uuid),
    column("started_at", DateTime(timezone=True)),
    column("wall", DateTime),
    column("reached", Boolean),
    column("over", Boolean),
    column("waited", Integer),
    column("lost", Text),
    column("need", Text),
    column("depth", Text),
)
"""``waited``: whole seconds begun, from the call's start to the accept key. ``lost``: how it ended without a human.
``depth``: the kind of tier that answered, else how the call was lost."""

TICKETS = table(
    "tickets",
    column("ticket_id", Uuid),
    column("group_id", Uuid),
    column("opened_at", DateTime(timezone=True)),
    column("need", Text),
    column("counted", Boolean),
    column("answered", Boolean),
    column("wrapped", Boolean),
    column("promised", Boolean),
    column("kept", Boolean),
    column("back_seconds", Integer),
    column("told_seconds", Integer),
    column("resolved_seconds", Integer),
    column("solved", Boolean),
    column("rating", Text),
)
"""``kept``: a promised call back reached the caller, or the caller a human, by the promised time.
``told_seconds``: until the caller was told what is done, or it was done; as ``resolved_seconds`` in begun minutes."""

Source = type[Scope] | type[Pieces]
_SHOWN = {
    Scope: """{table}
  JOIN unnest(CAST(:stations AS uuid[]), CAST(:groups AS uuid[])) AS shown (id, group_id)
       ON shown.id = {table}.station_id AND {table}.tenant_id = :tenant
          AND {table}.{at} >= :since AND {table}.{at} < :until""",
    Pieces: """unnest(CAST(:stations AS uuid[]), CAST(:groups AS uuid[]), CAST(:begins AS timestamptz[]),
              CAST(:ends AS timestamptz[])) AS shown (id, group_id, begins, ends)
  JOIN {table} ON {table}.station_id = shown.id AND {table}.tenant_id = :tenant
          AND {table}.{at} >= shown.begins AND {table}.{at} < shown.ends""",
}


def from_shown(source: Source, statement: str) -> str:
    """Fill in ``{calls}`` or ``{tickets}``: the rows of a scope or of pieces, each with the ``shown.group_id``."""
    calls, tickets = (_SHOWN[source].format(table=name, at=at) for name, at in
                      (("call", "started_at"), ("ticket", "opened_at")))  # fmt: skip
    return statement.format(calls=calls, tickets=tickets)


_CALLS = """
SELECT call.id, call.ticket_id, shown.group_id, call.started_at,
       (call.started_at AT TIME ZONE 'Asia/Shanghai') AS wall,
       call.accepted_leg_id IS NOT NULL AS reached,
       call.accepted_leg_id IS NOT NULL OR call.ended_at IS NOT NULL AS over,
       CASE WHEN call.accepted_leg_id IS NOT NULL
            THEN ceil(date_part('epoch', call.accepted_at - call.started_at))::int END AS waited,
       CASE WHEN call.accepted_leg_id IS NULL THEN call.outcome ELSE '' END AS lost,
       COALESCE(NULLIF(call.need, ''), call.domain) AS need,
       CASE WHEN call.accepted_leg_id IS NOT NULL THEN COALESCE(leg.tier_kind, '') ELSE call.outcome END AS depth
  FROM {calls}
  LEFT JOIN leg ON leg.id = call.accepted_leg_id
 WHERE call.direction = 'in'
"""
_TICKETS = """
SELECT ticket.id AS ticket_id, shown.group_id, ticket.opened_at,
       COALESCE(NULLIF(ticket.need, ''), ticket.domain) AS need, ticket.state <> 'cancelled' AS counted,
       ticket.answered_at IS NOT NULL AS answered, ticket.wrapped_at IS NOT NULL AS wrapped,
       happened.promised_at IS NOT NULL AS promised,
       COALESCE(kept.at <= happened.promised_by, false) AS kept,
       ceil(date_part('epoch', kept.at - happened.promised_at))::int AS back_seconds,
       60 * ceil(date_part('epoch', happened.told_at - ticket.opened_at) / 60)::int AS told_seconds,
       60 * ceil(date_part('epoch', happened.resolved_at - ticket.opened_at) / 60)::int AS resolved_seconds,
       newest.solved, COALESCE(newest.rating, '') AS rating
  FROM {tickets}
 CROSS JOIN LATERAL (
   SELECT min(at) FILTER (WHERE kind = 'call_back_promised') AS promised_at,
          min((data ->> 'by')::timestamptz) FILTER (WHERE kind = 'call_back_promised') AS promised_by,
          min(at) FILTER (WHERE kind IN ('survivor_told', 'resolve')) AS told_at,
          min(at) FILTER (WHERE kind = 'resolve') AS resolved_at
     FROM ticket_event
    WHERE ticket_event.ticket_id = ticket.id AND kind IN ('call_back_promised', 'survivor_told', 'resolve')
 ) AS happened
 CROSS JOIN LATERAL (
   SELECT CASE WHEN happened.promised_at IS NOT NULL THEN (
     SELECT min(at) FROM ticket_event
      WHERE ticket_event.ticket_id = ticket.id AND kind IN ('answer', 'answered_late') AND at >= happened.promised_at
   ) END AS at
 ) AS kept
  LEFT JOIN LATERAL (
   SELECT rating, solved FROM feedback WHERE feedback.ticket_id = ticket.id ORDER BY at DESC LIMIT 1
 ) AS newest ON true
"""


FACTS: Mapping[tuple[Source, FromClause], CTE] = {
    (source, facts): text(from_shown(source, statement)).columns(*facts.c).cte(facts.name)
    for source in _SHOWN
    for facts, statement in ((CALLS, _CALLS), (TICKETS, _TICKETS))
}
"""What CALLS and TICKETS stand for, to be added to a statement on them (``add_cte``)."""
