"""The console's pages over many tickets: server time of each, against the best SQL by hand for the same numbers.

A page is asked for in the process, through the whole application, by an administrator who is signed in; page and SQL
alternate, so that a busy machine slows both. HOTLINE_BENCH_TICKETS: how many tickets (100000; also 1000000, 10000000).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from benchmarks.by_hand import BY_HAND
from benchmarks.report import Ratio, Result
from benchmarks.seeded import NOW, Seeded, administrator, seeded
from hotline.clock import local, span_of
from hotline.web.ticket import asked

TICKETS = int(os.environ.get("HOTLINE_BENCH_TICKETS", "100000"))
ROUNDS = 9
MOST_MS = 200
"""Every page answers within this on 100,000 tickets (issue 4)."""
OVER_SQL = {
    "工单 tickets": ("statements", 3.0),
    "大屏 wallboard": ("statements", 2.0),
    "响应时效 response times, 30 days": ("page", 1.3),
}
"""What is set against the SQL by hand: the page where its numbers cost most, else the page's statements alone."""
LOOKED_FOR = {
    "查找 search, by name": "秀英",
    "查找 search, a common word": "优待证",
    "查找 search, a rare text": "，777号事项",
    "查找 search, nothing found": "无此内容",
    "查找 search, by telephone": "154 9000 0007",
    "查找 search, by number": "20477",
}
"""What is typed into the box of the search."""
PAGES = {
    "工单 tickets": "/",
    **dict.fromkeys(LOOKED_FOR, "/tickets/search?{box}"),
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
    with seeded(TICKETS) as made:
        found = list(measure(made, PAGES))
    ratios = [Ratio(m.name, round(m.page), MOST_MS, unit=" ms", detail=m.__dict__) for m in found]
    facts = {"tickets": TICKETS, "days": made.days, "rounds": ROUNDS, "seeded_seconds": round(made.seeded, 1),
             "seconds_to_count_days_and_hours": round(made.counted, 1)}  # fmt: skip
    name = "pages" if TICKETS == 100_000 else f"pages_{TICKETS}"
    title = f"Server time of each page, {TICKETS:,} tickets in {made.days} days, 330 stations"
    yield Result(name, title, ratios, facts)
    over = [
        Ratio(m.name, round((m.page if part == "page" else m.database) / m.by_hand, 2), limit, detail=m.__dict__)
        for m in found if m.by_hand and m.name in OVER_SQL for part, limit in [OVER_SQL[m.name]]
    ]  # fmt: skip
    yield Result(f"{name}_over_sql", f"Page over the best SQL by hand, {TICKETS:,} tickets", over, facts)


def measure(made: Seeded, pages: Mapping[str, str], rounds: int = ROUNDS) -> Iterator[Measured]:
    """Ask for every page in turn with its SQL by hand; the first round does not count."""
    client = administrator(made.x)
    spent: list[float] = []
    event.listen(made.engine, "before_cursor_execute", lambda *a: setattr(a[4], "begun", time.perf_counter()))
    event.listen(made.engine, "after_cursor_execute", lambda *a: spent.append(time.perf_counter() - a[4].begun))
    with made.x.sessions() as session:
        session.execute(text("SET statement_timeout = 0"))
        ticket = session.scalar(text("SELECT id FROM ticket ORDER BY opened_at DESC OFFSET 20 LIMIT 1"))
        for name, address in pages.items():
            box = urlencode(asked.box(LOOKED_FOR.get(name, ""), made.x.vault))
            here = address.format(ticket=ticket, box=box)
            seconds, database, by_hand, size = [], [], [], 0
            for _ in range(rounds + 1):
                spent.clear()
                took, answer = _timed(partial(client.get, here))
                assert answer.status_code == 200, (here, answer.status_code)
                seconds.append(took)
                database.append(sum(spent))
                statements, size = len(spent), len(answer.data)
                if name in BY_HAND:
                    by_hand.append(_timed(partial(_by_hand, made, session, name))[0])
            best = round(1000 * min(by_hand[1:]), 2) if by_hand else None
            page, sql = round(1000 * min(seconds[1:]), 1), round(1000 * min(database[1:]), 1)
            yield Measured(name, page, round(1000 * statistics.median(seconds[1:]), 1), sql, statements, best, size)


def _by_hand(made: Seeded, session: Session, name: str) -> None:
    today, until = span_of(local(NOW).date())
    values: dict[str, Any] = {"now": NOW, "today": today, "since": until - timedelta(days=30), "until": until}
    values |= asked.box(LOOKED_FOR.get(name, ""), made.x.vault)
    values["caller"] = bytes.fromhex(str(values.get("caller", "")))
    values["said"] = LOOKED_FOR.get(name, "")
    values["text"] = f"%{values['said']}%"
    for statement in BY_HAND[name]:
        session.execute(text(statement), values).all()


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found
