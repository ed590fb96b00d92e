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
            THEN ceil(extract(epoch FROM call.accepted_at - call.started_at))::int END AS waited,
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
WITH ours AS (
  SELECT ticket.id, ticket.state, ticket.opened_at, ticket.answered_at, ticket.wrapped_at, shown.group_id,
         COALESCE(NULLIF(ticket.need, ''), ticket.domain) AS need
    FROM ticket
    JOIN unnest(CAST(:stations AS uuid[]), CAST(:groups AS uuid[])) AS shown (id, group_id)
         ON shown.id = ticket.station_id
   WHERE ticket.tenant_id = :tenant AND ticket.opened_at >= :since AND ticket.opened_at < :until
), happened AS (
  SELECT event.ticket_id,
         min(event.at) FILTER (WHERE event.kind = 'call_back_promised') AS promised_at,
         min((event.data ->> 'by')::timestamptz) FILTER (WHERE event.kind = 'call_back_promised') AS promised_by,
         min(event.at) FILTER (WHERE event.kind IN ('survivor_told', 'resolve')) AS told_at,
         min(event.at) FILTER (WHERE event.kind = 'resolve') AS resolved_at
    FROM ticket_event AS event JOIN ours ON ours.id = event.ticket_id
   WHERE event.kind IN ('call_back_promised', 'survivor_told', 'resolve')
   GROUP BY event.ticket_id
), kept AS (
  SELECT event.ticket_id, min(event.at) AS at
    FROM happened JOIN ticket_event AS event ON event.ticket_id = happened.ticket_id
   WHERE event.kind IN ('answer', 'answered_late') AND event.at >= happened.promised_at
   GROUP BY event.ticket_id
), newest AS (
  SELECT DISTINCT ON (feedback.ticket_id) feedback.ticket_id, feedback.rating, feedback.solved
    FROM feedback JOIN ours ON ours.id = feedback.ticket_id
   ORDER BY feedback.ticket_id, feedback.at DESC
)
SELECT ours.id AS ticket_id, ours.group_id, ours.opened_at, ours.need, ours.state <> 'cancelled' AS counted,
       ours.answered_at IS NOT NULL AS answered, ours.wrapped_at IS NOT NULL AS wrapped,
       happened.promised_at IS NOT NULL AS promised,
       COALESCE(kept.at <= happened.promised_by, false) AS kept,
       ceil(extract(epoch FROM kept.at - happened.promised_at))::int AS back_seconds,
       ceil(extract(epoch FROM happened.told_at - ours.opened_at))::int AS told_seconds,
       ceil(extract(epoch FROM happened.resolved_at - ours.opened_at))::int AS resolved_seconds,
       newest.solved, COALESCE(newest.rating, '') AS rating
  FROM ours
  LEFT JOIN happened ON happened.ticket_id = ours.id
  LEFT JOIN kept ON kept.ticket_id = ours.id
  LEFT JOIN newest ON newest.ticket_id = ours.id"""
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
``told_seconds``: until the caller was told what is done, or it was done."""
