"""The console's pages over many tickets: server time of each, against the best SQL by hand for the same numbers.

A page is asked for in the process, through the whole application, by an administrator who is signed in; page and SQL
alternate, so that a busy machine slows both. HOTLINE_BENCH_TICKETS: how many tickets (100000; also 1000000, 10000000).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from benchmarks import contacts, county, stack
from benchmarks.by_hand import BY_HAND
from benchmarks.report import Ratio, Result
from hotline.accounts import browsers, people
from hotline.accounts.browsers import Visitor
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from hotline.calls.statistics import days

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
TICKETS = int(os.environ.get("HOTLINE_BENCH_TICKETS", "100000"))
DAYS = 30 if TICKETS <= 100_000 else 365 if TICKETS <= 1_000_000 else 3 * 365
"""A hundred thousand within the very month that is asked for: the hardest reading of it."""
ROUNDS = 9
MOST_MS = 200
"""Every page answers within this on 100,000 tickets (issue 4)."""
OVER_SQL = {
    "工单 tickets": ("statements", 3.0),
    "大屏 wallboard": ("statements", 2.0),
    "响应时效 response times, 30 days": ("page", 1.3),
}
"""What is set against the SQL by hand: the page where its numbers cost most, else the page's statements alone."""
PAGES = {
    "工单 tickets": "/",
    "查找 search, by name": "/tickets/search?q=秀英",
    "查找 search, nothing found": "/tickets/search?q=无此内容",
    "查找 search, by telephone": "/tickets/search?q=15490000007",
    "工单页 one ticket": "/tickets/{ticket}",
    "大屏 wallboard": "/wallboard",
    "响应时效 response times, 30 days": "/response-times",
    "响应时效 response times, one township": "/response-times?station=t3",
    "数字背后 the tickets behind a number": "/response-times/tickets?measure=within_15&side=rest",
    "排班 roster": "/roster",
    "通讯录 directory": "/directory/handsets",
    "通报 bulletins": "/bulletins",
}


@dataclass(frozen=True)
class Measured:
    """A page: milliseconds of all of it, of the time its statements took, and of the SQL by hand.

    The best of the rounds: what the machine does for others only ever adds. ``median``: of the page, with all that.
    """

    name: str
    page: float
    median: float
    database: float
    statements: int
    by_hand: float | None
    size: int


def run() -> Iterator[Result]:
    """Seed, then measure every page."""
    with stack.running(durable=False) as servers:
        x = servers.exchange(lambda: NOW)
        engine: Engine = x.sessions.kw["bind"]
        try:
            begun = time.perf_counter()
            seed(x, TICKETS, DAYS)
            seeded = time.perf_counter() - begun
            begun = time.perf_counter()
            kept = days.keep(x.sessions, NOW, limit=62, settled=timedelta())
            counted = (time.perf_counter() - begun) / kept
            found = list(measure(x, engine))
        finally:
            engine.dispose()
    ratios = [Ratio(m.name, round(m.page), MOST_MS, unit=" ms", detail=m.__dict__) for m in found]
    facts = {"tickets": TICKETS, "days": DAYS, "rounds": ROUNDS, "seeded_seconds": round(seeded, 1),
             "seconds_to_count_a_day": round(counted, 3)}  # fmt: skip
    name = "pages" if TICKETS == 100_000 else f"pages_{TICKETS}"
    yield Result(name, f"Server time of each page, {TICKETS:,} tickets in {DAYS} days, 330 stations", ratios, facts)
    over = [
        Ratio(m.name, round((m.page if part == "page" else m.database) / m.by_hand, 2), limit, detail=m.__dict__)
        for m in found if m.by_hand for part, limit in [OVER_SQL[m.name]]
    ]  # fmt: skip
    yield Result(f"{name}_over_sql", f"Page over the best SQL by hand, {TICKETS:,} tickets", over, facts)


def seed(x: Exchange, tickets: int, period: int) -> None:
    """Write a county and its contacts, and let PostgreSQL look at them."""
    with x.sessions.begin() as session:
        made = county.write(session, x.vault)
    with x.sessions.begin() as session:
        contacts.write(session, x.vault, made, tickets, NOW, period)
    with x.sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def measure(x: Exchange, engine: Engine) -> Iterator[Measured]:
    """Ask for every page in turn with its SQL by hand; the first round does not count."""
    client = _signed_in(x)
    spent: list[float] = []
    event.listen(engine, "before_cursor_execute", lambda *a: setattr(a[4], "begun", time.perf_counter()))
    event.listen(engine, "after_cursor_execute", lambda *a: spent.append(time.perf_counter() - a[4].begun))
    with x.sessions() as session:
        ticket = session.scalar(text("SELECT id FROM ticket ORDER BY opened_at DESC OFFSET 20 LIMIT 1"))
        for name, address in PAGES.items():
            pages, database, by_hand, size = [], [], [], 0
            for _ in range(ROUNDS + 1):
                spent.clear()
                seconds, answer = _timed(partial(client.get, address.format(ticket=ticket)))
                assert answer.status_code == 200, (address, answer.status_code)
                pages.append(seconds)
                database.append(sum(spent))
                statements, size = len(spent), len(answer.data)
                if name in BY_HAND:
                    by_hand.append(_timed(partial(_by_hand, session, name))[0])
            best = 1000 * min(by_hand[1:]) if by_hand else None
            page, sql = 1000 * min(pages[1:]), 1000 * min(database[1:])
            usual = 1000 * statistics.median(pages[1:])
            yield Measured(
                name, round(page, 1), round(usual, 1), round(sql, 1), statements, best and round(best, 2), size
            )


def _by_hand(session: Session, name: str) -> None:
    today = datetime(2026, 11, 23, 16, tzinfo=UTC)
    values = {"now": NOW, "since": today - timedelta(days=30), "until": today}
    for statement in BY_HAND[name]:
        session.execute(text(statement), values).all()


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _signed_in(x: Exchange) -> FlaskClient:
    with x.sessions.begin() as session:
        account = people.add(session, NewAccount("bench", "Bench", Role.ADMINISTRATOR, None), "bench", NOW)
        visitor = Visitor("127.0.0.1", "bench")
        token = browsers.open_(session, account, "password", visitor, NOW, timedelta(hours=12))
    client = create_app(x).test_client()
    client.set_cookie("hotline", token)
    return client
