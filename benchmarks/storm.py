"""A call storm: 500 survivors ring within seconds and behave like people, over one county and over a hundred.

In real time, against what ``hotline serve`` runs: granian, worker, beat, Valkey, PostgreSQL with durable commits.
The carrier's side is the simulator in a process of its own on the same cores; its webhooks are signed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Engine, create_engine, text

from benchmarks import county, parts, seeded, stack
from benchmarks.parts import Parts
from benchmarks.report import Ratio, Result
from benchmarks.stack import Stack
from benchmarks.storm_carrier import Order
from hotline.embedded.valkey import free_port

CALLS = int(os.environ.get("HOTLINE_BENCH_CALLS", "500"))
WITHIN_SECONDS = 10.0
"""In which all of them ring."""
LASTS_SECONDS = 100.0
"""After which a storm is broken off; nobody's way to a message is longer than 90."""
RATES = (4, 8, 16, 32, 64)
RATE_SECONDS, AFTER_SECONDS = 15.0, 15.0
"""How long calls come in at a steady rate, and how long they go on afterwards."""
IN_TIME_SECONDS = 1.0
BROUGHT_IN_SECONDS = 120.0
COUNTIES = 100


@dataclass(frozen=True)
class Field:
    """Where a storm breaks out: the processes, and how many counties there are."""

    servers: Stack
    parts: Parts
    engine: Engine
    carrier_port: int
    counties: int
    series: Iterator[int]


def run() -> Iterator[Result]:
    """Let the storms break out."""
    with field(1) as one:
        single = storm(one, CALLS, WITHIN_SECONDS, LASTS_SECONDS)
    with field(COUNTIES) as many:
        hundred = storm(many, CALLS, WITHIN_SECONDS, LASTS_SECONDS)
        steady = list(_steady(many))
    held = max((one["rate"] for one in steady if one["answer"]["p99"] < IN_TIME_SECONDS), default=0)
    facts = {"one county": single, f"{COUNTIES} counties": hundred, "steady": steady}
    ratios = [*_ratios("1 county", single), *_ratios(f"{COUNTIES} counties", hundred)]
    ratios.append(Ratio("calls/s held, p99 of answers < 1 s", held, 8, most=False))
    yield Result("storm", f"Call storm: {CALLS} people ring within {WITHIN_SECONDS:g} s", ratios, facts)


def _ratios(where: str, found: Mapping[str, Any]) -> list[Ratio]:
    """What a storm must keep: nobody in silence, nobody lost, no answer later than 5 s, one ticket each."""
    calls, outcomes = found["calls"], found["outcomes"]
    return [
        Ratio(f"{where}: answer p99", found["answer"]["p99"], 1.0, unit=" s"),
        Ratio(f"{where}: longest answer", found["answer"]["most"], 5.0, unit=" s"),
        Ratio(f"{where}: first webhook to ringing, median", found["ringing"]["p50"], 12.0, unit=" s"),
        Ratio(f"{where}: answers that were errors", sum(found["failed"].values()) + found["apologies"], 0),
        Ratio(f"{where}: callers in silence > 5 s", found["silent_5_s"], 0),
        Ratio(f"{where}: cut off", outcomes.get("cut", 0), 0),
        Ratio(f"{where}: calls of which we know nothing", calls - found["stored"], 0),
        Ratio(f"{where}: tickets that are missing or too many", abs(found["tickets"] - found["stored"]), 0),
    ]


@contextmanager
def field(counties: int) -> Iterator[Field]:
    """Run everything over so many counties, ready for a storm: the snapshot is taken."""
    with stack.running(durable=True) as servers:
        x = servers.exchange()
        with x.sessions.begin() as session:
            for place in range(counties):
                county.write(session, x.vault, **({"place": place} | (_SMALL if counties > 1 else {})))
        seeded.vacuum(x)
        x.close()
        port = free_port()
        engine = create_engine(servers.postgres.url().replace("postgresql:", "postgresql+psycopg:", 1))
        api = {"HOTLINE_CARRIER_API_URL": f"http://127.0.0.1:{port}"}
        with parts.running(servers, "web", "worker", "beat", environment=api) as running:
            while not (servers.folder / "data" / "standby" / "snapshot").exists():
                time.sleep(0.2)
            yield Field(servers, running, engine, port, counties, count())
        engine.dispose()


_SMALL: dict[str, int] = {"townships": 5, "villages": 10, "survivors": 1000}


def storm(place: Field, calls: int, within: float, lasts: float) -> dict[str, Any]:
    """Let so many people ring within some seconds; return what became of them, of the processes and of the tickets."""
    memory, used, begun = place.parts.memory(), place.parts.cpu(), time.monotonic()
    with _peak(place.parts) as peak:
        found = _carrier(place, list(_calls(place, calls, within)), lasts)
    spent, passed = place.parts.cpu(), time.monotonic() - begun
    found |= {
        "memory_mb": {"before": memory, "peak": peak, "after": place.parts.memory()},
        "cpu_ms_a_call": {name: round(1000 * (spent[name] - used[name]) / calls, 1) for name in spent},
        "seconds": round(passed, 1),
    }
    return found | _stored(place.engine, found.pop("sids"))


def _steady(place: Field) -> Iterator[dict[str, Any]]:
    """Raise the rate until answers come too late."""
    for rate in RATES:
        found = storm(place, round(rate * RATE_SECONDS), RATE_SECONDS, RATE_SECONDS + AFTER_SECONDS)
        yield {"rate": rate, **{key: found[key] for key in ("answer", "failed", "from_snapshot", "outcomes")}}
        if found["answer"]["p99"] >= IN_TIME_SECONDS:
            return


def _calls(place: Field, calls: int, within: float) -> Iterator[tuple[float, str, str]]:
    """Who rings when: each from a telephone of their own, one in five from one that nobody knows."""
    chance = Random(calls)
    for n in range(calls):
        at, serial = n % place.counties, next(place.series)
        known = county.survivor_of(at, serial // place.counties)
        stranger = f"+861548{serial:07d}"
        yield within * n / calls, stranger if chance.random() < 0.2 else known, county.line_of(at)


def _carrier(place: Field, calls: Sequence[tuple[float, str, str]], lasts: float) -> dict[str, Any]:
    folder = place.servers.folder
    handsets = county.telephones(place.counties)
    order = Order(place.carrier_port, place.parts.settings.base_url, place.parts.settings.carrier_tokens[0],
                  str(folder / "carrier"), calls, handsets, lasts, len(calls))  # fmt: skip
    file = folder / "order.json"
    file.write_text(json.dumps(asdict(order)))
    done = subprocess.run([sys.executable, "-m", "benchmarks.storm_carrier", str(file)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return dict(json.loads(done.stdout))


@contextmanager
def _peak(running: Parts) -> Iterator[dict[str, int]]:
    """Note the most memory that each part has had meanwhile."""
    most: dict[str, int] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(3):
            for name, now in running.memory().items():
                most[name] = max(now, most.get(name, 0))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def _stored(engine: Engine, sids: Sequence[str]) -> dict[str, int]:
    """What the database knows of these calls, once what the snapshot answered is brought in."""
    deadline = time.monotonic() + BROUGHT_IN_SECONDS
    while True:
        with engine.connect() as connection:
            found = dict(connection.execute(_STORED, {"sids": list(sids)}).mappings().one())
        if found["stored"] == len(sids) or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


_STORED = text("""
SELECT count(*) AS stored, count(DISTINCT ticket_id) AS tickets,
       count(DISTINCT ticket_id) FILTER (WHERE EXISTS (
             SELECT FROM ticket_event WHERE ticket_event.ticket_id = call.ticket_id AND kind = 'from_snapshot'
       )) AS from_snapshot
  FROM call WHERE sid = ANY(:sids)
""")
