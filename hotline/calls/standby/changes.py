"""Counts what changes whom a call rings: exact at every moment, so that memory is believed only while it is right.

Triggers add a row a statement, and nobody waits for anybody; a transaction sees the count of what was committed before.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNT = "SELECT sum(times) FROM routing_change"
"""The number of changes; PostgreSQL counts fewer than FOLDED rows in some microseconds."""
FOLDED = 100
"""So many rows are put together into one."""


def count(session: Session) -> int:
    """Return how many changes are committed."""
    return int(session.execute(text(COUNT)).scalar_one())


def fold(session: Session) -> None:
    """Put many rows together into row 0, in one statement: at no moment is the count another."""
    session.execute(
        text(
            "WITH gone AS (DELETE FROM routing_change WHERE id > 0 AND (SELECT count(*) FROM routing_change) > :most "
            "RETURNING times) UPDATE routing_change SET times = times + (SELECT sum(times) FROM gone) "
            "WHERE id = 0 AND EXISTS (SELECT FROM gone)"
        ),
        {"most": FOLDED},
    )
