"""Timers: how fast workers claim them out of a million that are pending, and how late they come at a steady rate."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from benchmarks import parts, stack
from benchmarks.report import Ratio, Result
from benchmarks.stack import Stack
from hotline.clock import system_clock
from hotline.db import create
from tickets import timers

PENDING = 1_000_000
SECONDS = 4.0
CLAIMED_AT = datetime(2027, 1, 1, tzinfo=UTC)
RATE, LASTS = 200, 8
"""Timers that fall due a second, and for how many seconds."""
WARM_UP = 60


def run() -> Iterator[Result]:
    """Measure claims in batches of 1 and 100, with one and two workers; then the lag."""
    with stack.running(durable=True) as servers:
        engine = create(servers.postgres.url(), statement_timeout_ms=0)
        with Session(engine) as session, session.begin():
            session.execute(text(_FILL), {"count": PENDING, "begins": "2026-01-01", "step": 1})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE timer"))
        claims = {(workers, batch): _claims(engine, workers, batch) for workers in (1, 2) for batch in (1, 100)}
        lags = _lags(servers, engine)
        engine.dispose()
    p99 = sorted(lags)[len(lags) * 99 // 100]
    facts: dict[str, float] = {
        f"claimed and done a second, {w} workers, batches of {b}": round(rate) for (w, b), rate in claims.items()
    }
    facts |= {"lag, median seconds": round(statistics.median(lags), 2), "done": len(lags), "pending": PENDING}
    ratios = [
        Ratio("claimed and done, batch 100 / batch 1", round(claims[1, 100] / claims[1, 1], 1), 20, most=False),
        Ratio("claimed and done, 2 workers / 1, batch 100", round(claims[2, 100] / claims[1, 100], 2), 0.9, most=False),
        Ratio(f"lag p99 until done, {RATE} due a second", round(p99, 2), 2.0, unit=" s"),
        Ratio("of those, done within a minute", round(len(lags) / (RATE * LASTS), 3), 1.0, most=False),
    ]
    yield Result("timers", f"Timers out of {PENDING:,} pending", ratios, facts)


_FILL = """
INSERT INTO timer (id, kind, key, due_at, state)
SELECT uuidv7(), 'bench', 'bench:' || :begins || ':' || n,
       CAST(:begins AS timestamptz) + make_interval(secs => n * CAST(:step AS double precision)), 'pending'
  FROM generate_series(1, :count) AS n
"""


def _claims(engine: Engine, workers: int, batch: int) -> float:
    """Claims a second, each batch committed at once, as the tick does, and marked as done in a second transaction."""
    counts = [0] * workers
    until = time.perf_counter() + SECONDS

    def work(place: int) -> None:
        while time.perf_counter() < until:
            with Session(engine) as session, session.begin():
                claimed = timers.claim(session, CLAIMED_AT, batch)
            with Session(engine) as session, session.begin():
                session.execute(_DONE, {"ids": claimed, "now": CLAIMED_AT})
            counts[place] += len(claimed)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def _lags(servers: Stack, engine: Engine) -> list[float]:
    """How late timers are done that fall due one after the other: by beat, broker and worker as they run in use."""
    with parts.running(servers, "worker", "beat"), Session(engine) as session:
        _due(session, WARM_UP, system_clock(), 0)  # each worker process makes its exchange with its first timer
        _wait(session)
        begins = system_clock() + timedelta(seconds=1)
        _due(session, RATE * LASTS, begins, 1 / RATE)
        _wait(session)
        return [float(lag) for lag in session.scalars(_LAGS, {"begins": begins})]


def _due(session: Session, count: int, begins: datetime, step: float) -> None:
    session.execute(text("TRUNCATE timer"))
    session.execute(text(_FILL), {"count": count, "begins": begins.isoformat(), "step": step})
    session.execute(text(_FILL), {"count": PENDING // 10, "begins": "2030-01-01", "step": 1})
    session.execute(text("ANALYZE timer"))
    session.commit()


def _wait(session: Session) -> None:
    """Wait until everything that is due this year is done, for a minute at most."""
    for _ in range(120):
        waiting = session.scalar(_WAITING)
        session.rollback()
        if not waiting:
            return
        time.sleep(0.5)


_DONE = text("UPDATE timer SET state = 'done', done_at = :now, leased_until = NULL WHERE id = ANY(:ids)")
_WAITING = text("SELECT count(*) FROM timer WHERE state = 'pending' AND due_at < '2030-01-01'")
_LAGS = text("SELECT extract(epoch FROM done_at - due_at) FROM timer WHERE state = 'done' AND due_at >= :begins")
