"""Databases with many tickets for the benchmarks of reading: seeded once, and kept for the next time where asked.

The question is always the last 30 days of 330 stations. 100,000 tickets lie in these 30 days alone, the hardest
reading of it; 1,000,000 in a year and 10,000,000 in three years leave 82,000 and 274,000 of them in the month.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from benchmarks import contacts, county, stack
from hotline.accounts import browsers, people
from hotline.accounts.browsers import Visitor
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from hotline.calls.statistics import days

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
DAYS = {100_000: 30, 1_000_000: 365, 10_000_000: 3 * 365}
"""Tickets -> the days before ``NOW`` in which they were opened."""
KEPT_DAYS = 62
"""Days, and as many hours at most, that the worker has counted: the month that is asked for and the one before it."""


@dataclass(frozen=True)
class Seeded:
    """A database with ``tickets`` tickets, and how long it took to make (seconds)."""

    x: Exchange
    tickets: int
    days: int
    seeded: float
    counted: float
    """Seconds to count all days and hours that are kept; nought where they were kept already."""

    @property
    def engine(self) -> Engine:
        """What its statements run on."""
        engine: Engine = self.x.sessions.kw["bind"]
        return engine


@contextmanager
def seeded(tickets: int) -> Iterator[Seeded]:
    """Give a database with so many tickets. HOTLINE_BENCH_KEEP names a folder in which it stays for the next time."""
    period = next((period for most, period in DAYS.items() if tickets <= most), max(DAYS.values()))
    home = os.environ.get("HOTLINE_BENCH_KEEP")
    with stack.running(durable=False, kept=Path(home) / f"{tickets}-tickets" if home else None) as servers:
        x = servers.exchange(lambda: NOW)
        try:
            yield _fill(x, tickets, period)
        finally:
            x.sessions.kw["bind"].dispose()


def _fill(x: Exchange, tickets: int, period: int) -> Seeded:
    begun = time.perf_counter()
    with x.sessions() as session:
        there = session.scalar(text("SELECT EXISTS (SELECT FROM ticket)"))
        known = session.scalar(text("SELECT count(counted_at) FROM counted_hour"))
    if not there:
        with x.sessions.begin() as session:
            made = county.write(session, x.vault)
            contacts.write(session, x.vault, made, tickets, NOW, period)
        vacuum(x)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    if not known:  # days kept by an older version are let go of: they are read, but were written in another way
        with x.sessions.begin() as session:
            days.forget(session)
        days.keep(x.sessions, NOW, limit=KEPT_DAYS, settled=timedelta())
        vacuum(x)
    return Seeded(x, tickets, period, seconds, 0 if known else time.perf_counter() - begun)


def vacuum(x: Exchange) -> None:
    """Let PostgreSQL look at everything, as its autovacuum would have."""
    with x.sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def administrator(x: Exchange) -> FlaskClient:
    """Return a browser in which an administrator is signed in."""
    with x.sessions.begin() as session:
        account = people.find(session, "bench")
        account = account or people.add(session, NewAccount("bench", "Bench", Role.ADMINISTRATOR, None), "bench", NOW)
        visitor = Visitor("127.0.0.1", "bench")
        token = browsers.open_(session, account, "password", visitor, NOW, timedelta(hours=12))
    client = create_app(x).test_client()
    client.set_cookie("hotline", token)
    return client
