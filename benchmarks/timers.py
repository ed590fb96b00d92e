"""Timers: how fast workers claim them out of a million that are pending, and how late they come at a steady rate."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from benchmarks import stack
from benchmarks.report import Ratio, Result
from hotline.clock import system_clock
from hotline.db import create
from tickets import timers

PENDING = 1_000_000
SECONDS = 4.0
RATE, LASTS = 200, 8
"""Timers that fall due a second, and for how many seconds."""


def run() -> Iterator[Result]:
    """Measure claims in batches of 1 and 100, with one and two workers; then the lag."""
    with stack.running(durable=True) as servers:
        engine = create(servers.postgres.url(), statement_timeout_ms=0)
        with Session(engine) as session, session.begin():
            session.execute(text(_FILL), {"count": PENDING, "begins": "2026-01-01", "step": 1})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE timer"))
        claims = {(workers, batch): _claims(engine, workers, batch) for workers in (1, 2) for batch in (1, 100)}
        lags = _lags(engine)
        engine.dispose()
    p99 = sorted(lags)[len(lags) * 99 // 100]
    facts: dict[str, float] = {
        f"claims a second, {w} workers, batches of {b}": round(rate) for (w, b), rate in claims.items()
    }
    facts |= {"lag, median seconds": round(statistics.median(lags), 2), "pending": PENDING}
    ratios = [
        Ratio("claims, batch 100 / batch 1", round(claims[1, 100] / claims[1, 1], 1), 20, most=False),
        Ratio("claims, 2 workers / 1, batch 100", round(claims[2, 100] / claims[1, 100], 2), 0.9, most=False),
        Ratio(f"lag p99, {RATE} due a second", round(p99, 2), 2.0, unit=" s"),
    ]
    yield Result("timers", f"Timers out of {PENDING:,} pending", ratios, facts)


_FILL = """
INSERT INTO timer (id, kind, key, due_at, state)
SELECT uuidv7(), 'bench', 'bench:' || :begins || ':' || n,
       CAST(:begins AS timestamptz) + make_interval(secs => n * CAST(:step AS double precision)), 'pending'
  FROM generate_series(1, :count) AS n
"""


def _claims(engine: Engine, workers: int, batch: int) -> float:
    """Claims a second, each batch committed at once, as the tick does."""
    counts = [0] * workers
    until = time.perf_counter() + SECONDS

    def work(place: int) -> None:
        while time.perf_counter() < until:
            with Session(engine) as session, session.begin():
                counts[place] += len(timers.claim(session, datetime(2027, 1, 1, tzinfo=UTC), batch))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def _lags(engine: Engine) -> list[float]:
    """How late timers are claimed that fall due one after the other, by a tick every two seconds as beat sets it."""
    begins = system_clock()
    with Session(engine) as session, session.begin():
        session.execute(text("TRUNCATE timer"))
        session.execute(text(_FILL), {"count": RATE * LASTS, "begins": begins.isoformat(), "step": 1 / RATE})
        session.execute(text(_FILL), {"count": PENDING // 10, "begins": "2030-01-01", "step": 1})
        session.execute(text("ANALYZE timer"))
    lags: list[float] = []
    while len(lags) < RATE * LASTS and system_clock() < begins + timedelta(seconds=60):
        time.sleep(max(0.0, 2.0 - time.time() % 2.0))
        while True:
            now = system_clock()
            with Session(engine) as session, session.begin():
                found = timers.claim(session, now)
                due = session.scalars(text("SELECT due_at FROM timer WHERE id = ANY(:ids)"), {"ids": found}).all()
            lags += [(now - at).total_seconds() for at in due]
            if len(found) < timers.BATCH:
                break
    return lags
