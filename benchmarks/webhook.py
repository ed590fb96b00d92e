"""The inbound webhook of a new call, durably committed, on the production server: against bare Flask, and pgbench.

Client, server and database share the machine. Each level runs bare Flask and ours in turn; the ratio is what counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text
from twilio.request_validator import RequestValidator

from benchmarks import contacts, county, same_sql, seeded, stack
from benchmarks.report import Ratio, Result
from benchmarks.stack import Stack
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from hotline.commands import services
from hotline.embedded.valkey import free_port

BARE, OURS = "benchmarks.bare:create_app", "hotline.wsgi:create_app"
CONNECTIONS = (1, 8, 32, 128)
SECONDS = float(os.environ.get("HOTLINE_BENCH_SECONDS", "4"))
REQUESTS = 12_000
STEADY, STEADY_SECONDS = 200, 10.0
"""New calls a second, whether the ones before are answered or not; and for how long."""
TICKETS_BEFORE = 100_000
"""In the last 30 days: a database that is in use, whose statistics PostgreSQL knows."""
LIMITS = {"of bare Flask": 0.20, "later": 0.25, "p99 over p50": 2.0, "round trips": 6.0, "of pgbench, same SQL": 0.3,
          "by the database": 0.99, "steady p99 ms": 100}  # fmt: skip


def run() -> Iterator[Result]:
    """Measure every level."""
    with stack.running(durable=True) as servers:
        x = servers.exchange()
        with x.sessions.begin() as session:
            contacts.write(session, x.vault, county.write(session, x.vault), TICKETS_BEFORE, x.clock(), 30)
        seeded.vacuum(x)
        recorder = same_sql.Recorder(x.call_sessions.kw["bind"])
        statements, sid = _one_call(x, recorder)
        script = same_sql.script(x.call_sessions.kw["bind"], statements, sid)
        _committed(x)
        since = x.clock()
        levels: list[dict[str, Any]] = []
        with _server(servers, BARE) as bare, _server(servers, OURS) as ours:
            for connections in CONNECTIONS:
                level = {"bare": _load(servers, bare, connections), "ours": _load(servers, ours, connections)}
                levels.append(level | {"committed": _committed(x) / level["ours"]["seconds"]})
        with _server(servers, OURS) as fresh:  # each without a crowd to catch up with
            later = _later(servers, x, fresh, since)
        with _server(servers, OURS) as fresh:
            _load(servers, fresh, 4)  # warm
            _committed(x)
            steady = _load(servers, fresh, 0, STEADY)
            steady_committed = _committed(x) / steady["requests"]
        pgbench = same_sql.run(servers.postgres, script, 32, int(SECONDS), servers.folder)
        x.close()
    at = {level["ours"]["connections"]: level for level in levels}
    busy = at[32]
    ratios = [
        Ratio(f"{n} connections, of bare Flask", _share(level), LIMITS["of bare Flask"], most=False, detail=level)
        for n, level in at.items()
    ]
    ratios += [
        Ratio(f"32 connections, {kind}, of bare Flask", round(found["per_second"] / busy["bare"]["per_second"], 4),
              LIMITS["later"], most=False, detail=found)
        for kind, found in later.items()
    ]  # fmt: skip
    rate, late = busy["committed"], busy["ours"]["p99_ms"] / busy["ours"]["p50_ms"]
    ratios += [
        Ratio("32 connections, p99 over p50", round(late, 2), LIMITS["p99 over p50"], detail=busy["ours"]),
        Ratio(f"{STEADY} new calls a second, p99", round(steady["p99_ms"], 1), LIMITS["steady p99 ms"], unit=" ms",
              detail=steady),
        Ratio(f"{STEADY} new calls a second, answered by the database", round(steady_committed, 3),
              LIMITS["by the database"], most=False),
        Ratio("32 connections, of pgbench with the same SQL", round(rate / pgbench["per_second"], 3),
              LIMITS["of pgbench, same SQL"], most=False, detail=pgbench),
        Ratio("32 connections, answered by the database", round(rate / busy["ours"]["per_second"], 3),
              LIMITS["by the database"], most=False),
        Ratio("SQL round trips of a new call", len(statements), LIMITS["round trips"]),
    ]  # fmt: skip
    facts = {"seconds_a_level": SECONDS, "load": "asyncio on plain sockets, a process of its own", "levels": levels}
    yield Result("webhook", "Inbound webhook: a new call, committed, on granian", ratios, facts)


def _share(level: dict[str, Any]) -> float:
    """Calls that the database took; when it is too slow the snapshot answers, and those do not count."""
    return round(float(level["committed"]) / float(level["bare"]["per_second"]), 4)


def _one_call(x: Exchange, recorder: same_sql.Recorder) -> tuple[list[same_sql.Statement], str]:
    """Take a call in this process, once to warm up and once to be recorded."""
    client = create_app(x).test_client()
    with x.sessions() as session:
        x.standby.renew(session, x.clock())  # as the keeper of a web process does when it starts
        x.prompts.refresh(session)
    for number in (1, 2):
        recorder.found.clear()
        form = _form(number, "S")
        signed = _signed(x.settings.base_url, form, x.settings.carrier_tokens[0])
        answer = client.post("/carrier/voice", data=form, headers={"X-Twilio-Signature": signed})
        assert answer.status_code == 200 and "Gather" in answer.text, answer.text
    found = [one for one in recorder.found if one[0] != "SELECT 1"]
    return found, form["CallSid"]


def _form(number: int, series: str) -> dict[str, str]:
    caller = f"+86154{90_000_000 + number % county.SURVIVORS if number % 2 else 70_000_000 + number:08d}"
    return {"CallSid": f"CA{series}{number:031d}", "From": caller, "To": county.LINE, "CallStatus": "ringing",
            "Direction": "inbound", "AccountSid": "AC0", "ApiVersion": "2010-04-01"}  # fmt: skip


def _signed(base: str, form: dict[str, str], token: str, path: str = "/carrier/voice") -> str:
    found: str = RequestValidator(token).compute_signature(base + path, form)
    return found


@contextmanager
def _server(servers: Stack, app: str) -> Iterator[int]:
    """Run granian as in use, with one application on a free port."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = servers.settings.model_copy(update={"port": port})
    argv = [part if part != OURS else app for part in services.web_argv(settings)]
    given = {"HOTLINE_DATABASE_URL": settings.database_url, "HOTLINE_REDIS_URL": settings.redis_url,
             "HOTLINE_DATA_DIR": str(servers.folder / f"data-{port}"), "HOTLINE_PUBLIC_URL": base,
             "HOTLINE_PORT": str(port), "HOTLINE_CARRIER": "simulator",
             "HOTLINE_CARRIER_TOKEN": settings.carrier_tokens[0]}  # fmt: skip
    with (servers.folder / f"web-{port}.log").open("wb") as log:
        process = subprocess.Popen(argv, env={**os.environ, **given}, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while not services.answers("127.0.0.1", port):
                if time.monotonic() > deadline:
                    raise RuntimeError(Path(log.name).read_text())
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait(20)


_series = iter("ABCDEFGHIJKLMNOPQR")


def _load(servers: Stack, port: int, connections: int, rate: float = 0) -> dict[str, Any]:
    """Send new calls for some seconds and return what the generator says; each form is signed beforehand."""
    series = next(_series)
    return _send(servers, port, connections, (("/carrier/voice", _form(n, series)) for n in range(REQUESTS)), rate)


def _later(servers: Stack, x: Exchange, port: int, since: datetime) -> dict[str, dict[str, Any]]:
    """Send what comes later in a call, one kind after the other, each to calls that are as far as that."""
    found = {}
    for kind, after in LATER.items():
        path, form = _PATHS[kind]
        posts = ((path.format(**row), {**_form(n, "L"), **form}) for n, row in enumerate(_calls_at(x, after, since)))
        found[kind] = _send(servers, port, 32, posts)
    return found


LATER = {"a report on a handset": "dialling", "a handset picked up": "ringing", "the accept key": "picked_up",
         "the end of a tier": "dialling"}  # fmt: skip
"""What the carrier tells of a call later on -> the state of its leg that it is told of."""
_PATHS: dict[str, tuple[str, dict[str, str]]] = {
    "a report on a handset": ("/carrier/legs/{leg}/status", {"CallStatus": "ringing"}),
    "a handset picked up": ("/carrier/legs/{leg}/screen", {"CallStatus": "in-progress"}),
    "the accept key": ("/carrier/legs/{leg}/key/whisper", {"CallStatus": "in-progress", "Digits": "1"}),
    "the end of a tier": (
        "/carrier/calls/{call}/1/connect",
        {"CallStatus": "in-progress", "DialCallStatus": "no-answer"},
    ),
}


def _calls_at(x: Exchange, state: str, since: datetime) -> list[dict[str, str]]:
    """Let every call have one leg in this state: of so many at once most found all telephones in use; return them."""
    first = (
        "UPDATE leg SET state = :state, tier = 1, plan = 1, rung_at = now() WHERE id IN ("
        "SELECT DISTINCT ON (call_id) id FROM leg WHERE call_id IN (SELECT id FROM call WHERE started_at > :since) "
        "ORDER BY call_id, id) RETURNING id, call_id"
    )
    with x.sessions.begin() as session:
        fresh = "UPDATE call SET tier = 1, step = 0, accepted_leg_id = NULL, ended_at = NULL, outcome = '' "
        session.execute(text(fresh + "WHERE started_at > :since"), {"since": since})
        rows = session.execute(text(first), {"state": state, "since": since}).all()
    return [{"leg": str(leg), "call": str(call)} for leg, call in rows[:REQUESTS]]


def _send(
    servers: Stack, port: int, connections: int, forms: Iterable[tuple[str, dict[str, str]]], rate: float = 0
) -> dict[str, Any]:
    base, token, file = f"http://127.0.0.1:{port}", servers.settings.carrier_tokens[0], servers.folder / "requests"
    with file.open("w") as out:
        for path, form in forms:
            body = urlencode(form)
            head = (f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}",
                    "Content-Type: application/x-www-form-urlencoded",
                    f"X-Twilio-Signature: {_signed(base, form, token, path)}")  # fmt: skip
            out.write(json.dumps("\r\n".join((*head, "", body))) + "\n")
    argv = [
        sys.executable,
        "-m",
        "benchmarks.load",
        str(port),
        str(connections),
        str(STEADY_SECONDS if rate else SECONDS),
        str(file),
        str(rate),
    ]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def _committed(x: Exchange) -> int:
    """Return how many calls were stored since last asked; their handsets are let go for the next level."""
    with x.sessions.begin() as session:
        session.execute(text("DELETE FROM hold"))
        ended = "UPDATE call SET ended_at = now(), outcome = 'abandoned' WHERE ended_at IS NULL RETURNING id"
        return len(session.execute(text(ended)).all())
