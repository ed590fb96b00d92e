"""What was done once is forgotten in time, but not what would then be done again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping import telling
from hotline.calls.keeping.models import KeepingMark
from hotline.calls.unheard import MARK

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def test_what_belongs_to_a_day_is_forgotten_after_half_a_year(session: Session) -> None:
    passing = ("roster_change:7:8", "handset_test:7:2026-01-01", "shift_tomorrow:7:2026-01-01")
    lasting = ("handset_dead:7:2026-01-01", "watch:7", MARK)
    for key in (*passing, *lasting):
        telling.once(session, key, NOW - telling.KEPT - timedelta(hours=1))
    telling.once(session, "roster_change:9:8", NOW - telling.KEPT)
    assert telling.tidy(session, NOW) == len(passing)
    assert set(session.scalars(select(KeepingMark.key))) == {*lasting, "roster_change:9:8"}
