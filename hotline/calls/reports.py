"""What the carrier reports on the calls that it makes for us: by far the most webhooks, each taken in by one statement.

The rules (hotline.calls.states) are asked beforehand for every state that the leg may be in, and travel with the
statement; whatever another webhook of the call does meanwhile, the state it leaves is the one they are applied to.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection

from hotline.calls.states import LIVE, LegState, reported
from hotline.directory import health
from hotline.telephony.events import CallEvent

_ON_HANDSET = f"""
WITH heard AS (
  UPDATE call SET seen_at = %(now)s WHERE id = (SELECT call_id FROM leg WHERE id = %(leg)s) RETURNING id
), moved AS (
  UPDATE leg
     SET sid = COALESCE(leg.sid, %(sid)s::text),
         state = COALESCE(%(moves)s::jsonb ->> leg.state, leg.state),
         rung_at = CASE %(moves)s::jsonb ->> leg.state WHEN 'ringing' THEN %(now)s ELSE rung_at END,
         picked_up_at = CASE %(moves)s::jsonb ->> leg.state WHEN 'picked_up' THEN COALESCE(picked_up_at, %(now)s)
                        ELSE picked_up_at END,
         ended_at = CASE WHEN %(moves)s::jsonb ->> leg.state = ANY(%(live)s) IS FALSE THEN %(now)s ELSE ended_at END
    FROM heard
   WHERE leg.id = %(leg)s AND leg.call_id = heard.id
     AND (%(moves)s::jsonb ? leg.state OR leg.sid IS NULL AND %(sid)s::text IS NOT NULL)
  RETURNING leg.id, leg.state, target_kind, target_id, NOT leg.state = ANY(%(live)s) AND ended_at = %(now)s AS over
), freed AS (
  DELETE FROM hold USING moved WHERE hold.holder_id = moved.id AND moved.over
), learnt AS (
  {health.FAILED_ONCE} FROM moved
   WHERE handset.id = moved.target_id AND moved.target_kind = 'handset' AND moved.over
     AND moved.state = ANY(%(failed)s)
)
SELECT CASE WHEN %(durable)s THEN '' ELSE set_config('synchronous_commit', 'off', true) END FROM heard
"""  # noqa: S608  (constants of ours)
"""The call's row is locked first, as all of its webhooks do; the handset learns as from any attempt.

That a telephone rings may be lost with the machine's power, as the webhook itself may; that it has ended may not.
"""
_LIVE, _FAILED = [state.value for state in LIVE], sorted(health.FAILED)
_ON_PLACED = """
WITH named AS (UPDATE errand SET sid = %(sid)s::text WHERE id = %(errand)s AND sid IS NULL),
     heard AS (UPDATE call SET seen_at = %(now)s WHERE sid = %(sid)s::text AND ended_at IS NULL)
SELECT id FROM errand WHERE id = %(errand)s
"""


def on_handset(connection: Connection, leg_id: UUID, event: CallEvent, now: datetime, *, alone: bool = False) -> None:
    """Take in a report on a handset; repeated, late and reordered ones change nothing.

    ``alone``: there is nothing else in its transaction. Raises LookupError for a leg that we do not know.
    """
    given = {"leg": leg_id, "sid": event.sid or None, "now": now, "moves": moves(event.status),
             "durable": event.over or not alone, "live": _LIVE, "failed": _FAILED}  # fmt: skip
    if connection.exec_driver_sql(_ON_HANDSET, given).first() is None:
        raise LookupError(f"no leg {leg_id}")


def on_placed(connection: Connection, errand_id: UUID, event: CallEvent, now: datetime) -> None:
    """Take in a report that a call of ours is on its way: how the carrier calls it. Its end is not for this.

    Raises LookupError for an errand that we do not know.
    """
    given = {"errand": errand_id, "sid": event.sid or None, "now": now}
    if connection.exec_driver_sql(_ON_PLACED, given).first() is None:
        raise LookupError(f"no errand {errand_id}")


@lru_cache(maxsize=32)
def moves(word: str) -> str:
    """Return, as JSON, to which state a carrier's word moves a leg from each state that it moves at all."""
    return json.dumps({before: after for before in LegState if (after := reported(before, word))})
