"""Handsets kept true: attempts that fail demote a handset in the plan, a human's key restores it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

SUSPECT_AFTER = 2
"""Failures in a row after which a handset is rung last."""
DEAD_AFTER = 4
"""Failures in a row after which it is passed over until a human confirms it."""

_ALIVE = frozenset({"accepted", "declined"})
FAILED = frozenset({"failed", "silent"})
"""Ends of an attempt that speak against the handset; silent: a voicemail, most likely."""
FAILED_ONCE = (
    "UPDATE handset SET failures = failures + 1, state = CASE "  # noqa: S608  (numbers of ours)
    f"WHEN failures + 1 >= {DEAD_AFTER} THEN 'dead' WHEN failures + 1 >= {SUSPECT_AFTER} THEN 'suspect' "
    "ELSE handset.state END"
)
"""What a handset learns of an attempt that failed; for a statement that says which handset."""
_CONFIRMED = "UPDATE handset SET failures = 0, state = 'ok', confirmed_at = %(now)s WHERE id = %(id)s"


def note_attempt(session: Session, kind: str, id_: UUID, outcome: str, now: datetime) -> None:
    """Learn from how an attempt ended: ``failed`` and ``silent`` (a voicemail) count, a pressed key clears."""
    if kind != "handset":
        return
    if outcome in _ALIVE:
        confirm(session, id_, now)
    elif outcome in FAILED:
        session.connection().exec_driver_sql(f"{FAILED_ONCE} WHERE id = %(id)s", {"id": id_})


def confirm(session: Session, handset_id: UUID, now: datetime) -> None:
    """A human pressed a key on the handset: it is trusted again."""
    session.connection().exec_driver_sql(_CONFIRMED, {"id": handset_id, "now": now})
