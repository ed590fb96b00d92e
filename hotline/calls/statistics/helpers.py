"""How partners and volunteer teams do: rung in the chain, and tickets handed to them (Q21 s.13-14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.calls.statistics.scope import Scope

_HELPERS = text("""
WITH helper AS (
  SELECT id, 'team' AS kind, name, name_en FROM team WHERE tenant_id = :tenant AND active
  UNION ALL
  SELECT id, 'partner', name, name_en FROM partner WHERE tenant_id = :tenant AND active
), rung AS (
  SELECT COALESCE(branch_line.team_id, branch_line.partner_id) AS id, count(*) AS rung,
         count(*) FILTER (WHERE leg.accepted_at IS NOT NULL) AS taken,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY ceil(extract(epoch FROM leg.accepted_at - leg.rung_at))::int)
           FILTER (WHERE leg.accepted_at IS NOT NULL) AS seconds
    FROM call
    JOIN leg ON leg.call_id = call.id AND leg.target_kind = 'branch' AND leg.rung_at IS NOT NULL
    JOIN branch_line ON branch_line.id = leg.target_id
   WHERE call.tenant_id = :tenant AND call.station_id = ANY(:stations) AND call.direction = 'in'
     AND call.started_at >= :since AND call.started_at < :until
   GROUP BY 1
), handed AS (
  SELECT referral.target_id AS id, count(*) AS handed,
         count(*) FILTER (WHERE referral.accepted_at IS NOT NULL) AS accepted,
         count(*) FILTER (WHERE referral.state = 'done') AS done,
         count(*) FILTER (WHERE referral.state = 'done' AND referral.ended_at <= referral.deadline) AS in_time,
         count(*) FILTER (WHERE referral.state IN ('refused', 'failed')) AS returned
    FROM referral JOIN ticket ON ticket.id = referral.ticket_id
   WHERE ticket.tenant_id = :tenant AND ticket.station_id = ANY(:stations)
     AND ticket.opened_at >= :since AND ticket.opened_at < :until
   GROUP BY 1
)
SELECT helper.id, helper.kind, helper.name, helper.name_en, COALESCE(rung.rung, 0) AS rung,
       COALESCE(rung.taken, 0) AS taken, rung.seconds, COALESCE(handed.handed, 0) AS handed,
       COALESCE(handed.accepted, 0) AS accepted, COALESCE(handed.done, 0) AS done,
       COALESCE(handed.in_time, 0) AS in_time, COALESCE(handed.returned, 0) AS returned
  FROM helper LEFT JOIN rung USING (id) LEFT JOIN handed USING (id)
 ORDER BY helper.kind DESC, rung.rung DESC NULLS LAST, helper.name
""")


@dataclass(frozen=True)
class Helper:
    """A team or partner: telephones rung and taken (median seconds to the key), tickets handed over and their end."""

    id: UUID
    kind: str
    name: str
    name_en: str
    rung: int
    taken: int
    seconds: int | None
    handed: int
    accepted: int
    done: int
    in_time: int
    """Done by the deadline."""
    returned: int
    """Refused, or given back because the deadline passed."""


def helpers(session: Session, scope: Scope) -> Sequence[Helper]:
    """Return how each active team and partner did in a scope; one query."""
    return [Helper(*row) for row in session.execute(_HELPERS, scope.values())]
