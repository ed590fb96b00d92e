"""The facts that are counted: a row a call and a row a ticket, with what each measure looks at."""

from __future__ import annotations

from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid, column, text

CALLS = (
    text(
        """
SELECT call.id, call.ticket_id, shown.group_id, call.started_at,
       (call.started_at AT TIME ZONE 'Asia/Shanghai') AS wall,
       call.accepted_leg_id IS NOT NULL AS reached,
       call.accepted_leg_id IS NOT NULL OR call.ended_at IS NOT NULL AS over,
       CASE WHEN call.accepted_leg_id IS NOT NULL
            THEN ceil(date_part('epoch', call.accepted_at - call.started_at))::int END AS waited,
       CASE WHEN call.accepted_leg_id IS NULL THEN call.outcome ELSE '' END AS lost,
       COALESCE(NULLIF(call.need, ''), call.domain) AS need,
       CASE WHEN call.accepted_leg_id IS NOT NULL THEN COALESCE(leg.tier_kind, '') ELSE call.outcome END AS depth
  FROM call
  JOIN unnest(CAST(:stations AS uuid[]), CAST(:groups AS uuid[])) AS shown (id, group_id)
       ON shown.id = call.station_id
  LEFT JOIN leg ON leg.id = call.accepted_leg_id
 WHERE call.tenant_id = :tenant AND call.direction = 'in'
   AND call.started_at >= :since AND call.started_at < :until"""
    )
    .columns(
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
    .cte("calls")
)
"""``waited``: whole seconds begun, from the call's start to the accept key. ``lost``: how it ended without a human.
``depth``: the kind of tier that answered, else how the call was lost."""

TICKETS = (
    text(
        """
SELECT ticket.id AS ticket_id, shown.group_id, ticket.opened_at,
       COALESCE(NULLIF(ticket.need, ''), ticket.domain) AS need, ticket.state <> 'cancelled' AS counted,
       ticket.answered_at IS NOT NULL AS answered, ticket.wrapped_at IS NOT NULL AS wrapped,
       happened.promised_at IS NOT NULL AS promised,
       COALESCE(kept.at <= happened.promised_by, false) AS kept,
       ceil(date_part('epoch', kept.at - happened.promised_at))::int AS back_seconds,
       60 * ceil(date_part('epoch', happened.told_at - ticket.opened_at) / 60)::int AS told_seconds,
       60 * ceil(date_part('epoch', happened.resolved_at - ticket.opened_at) / 60)::int AS resolved_seconds,
       newest.solved, COALESCE(newest.rating, '') AS rating
  FROM ticket
  JOIN unnest(CAST(:stations AS uuid[]), CAST(:groups AS uuid[])) AS shown (id, group_id)
       ON shown.id = ticket.station_id
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
 WHERE ticket.tenant_id = :tenant AND ticket.opened_at >= :since AND ticket.opened_at < :until"""
    )
    .columns(
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
    .cte("tickets")
)
"""``kept``: a promised call back reached the caller, or the caller a human, by the promised time.
``told_seconds``: until the caller was told what is done, or it was done; as ``resolved_seconds`` in begun minutes."""
