"""The benchmarks' rows fit the schema: every constraint and trigger at work, and the application counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import contacts, county
from hotline.calls.statistics import reading
from hotline.calls.statistics.scope import subtree
from hotline.directory.queries import descendants
from hotline.vault import Vault

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)


def test_seeded_rows_fit_and_are_counted(session: Session) -> None:
    vault = Vault(("A" * 43 + "=",), b"pepper")
    made = county.write(session, vault, villages=10, survivors=20)
    contacts.write(session, vault, made, 150, NOW, checked=True)
    scope = subtree(descendants(session, made.stations[0]), (NOW - timedelta(days=31), NOW))
    found = reading.report(session, scope).all
    assert found.share("calls").whole == session.scalar(text("SELECT count(*) FROM call")) > 100
    for code in ("connect", "wrap_up", "resolution", "satisfaction", "call_back"):
        assert 0 < found.share(code).part <= found.share(code).whole
    assert 3 <= (found.span("wait").median or 0) <= 30
