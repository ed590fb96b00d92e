"""Start-up, memory at rest and idle CPU of every process, against bare ones of the same frameworks run alike.

Each part is started several times, ours and the bare one in turn, and the best counts: what the machine does for others
only ever adds; ratios of starts are of CPU time, to which it adds least. Byte code is there already, as with any start
but the first.
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from benchmarks import county, parts, stack
from benchmarks.parts import Parts
from benchmarks.report import Ratio, Result
from benchmarks.stack import Stack
from hotline.accounts import browsers, people
from hotline.accounts.browsers import Visitor
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.calls.exchange import Exchange

ROUNDS = int(os.environ.get("HOTLINE_BENCH_ROUNDS", "4"))
NAMES = ("web", "worker", "beat")
BARE = {"hotline.wsgi:create_app": "benchmarks.bare:create_app"} | dict.fromkeys(
    ("hotline.worker", "hotline.beat"), "benchmarks.bare_worker"
)
WRITTEN = {"PYTHONDONTWRITEBYTECODE": ""}
"""Byte code is kept, as on any machine that is not told otherwise."""
SETTLE_SECONDS, IDLE_SECONDS = 15, 20
"""Within the first every periodic task of a minute or less has begun to come; the second is measured."""
LATER = 5
PAGES = {"tickets": "/tickets", "wallboard": "/wallboard", "roster": "/roster"}
"""What people have open all day."""

START_SECONDS = {"web": 5.0, "worker": 5.0, "beat": 5.0}
"""While one that died is started anew, callers wait at the socket: more than 5 s of nothing is a silence (storm)."""
START_OF_BARE = {"web": 10.0, "worker": 3.0, "beat": 2.0}
"""So that the same holds on a machine half as fast: bare ones take 0.25 and 0.75 s on a quiet one. A beat is Celery."""
MEMORY_MB = 400
"""Web, worker and beat together: 1 GB, the smallest server that is sold, less the system, PostgreSQL and its cache."""
MEMORY_OF_BARE = {"web": 3.0, "worker": 3.0, "beat": 1.5}
IDLE_SHARE = 0.10
"""Of one core, everything together: what the smallest servers grant for good (burstable ones: 10 %)."""
FIRST_SECONDS = 1.0
"""A caller takes a longer pause for a dead line; whoever opens a page, for a broken one."""
HELP_SECONDS, DUTY_SECONDS = 0.5, 2.0
"""What comes at once; who is on duty, asked at 3 a.m. with somebody on the other line."""
HELP_OF_BARE, DUTY_OF_BARE = 2.0, 3.0


@dataclass
class Started:
    """The best of the starts of one part: seconds until ready, and CPU seconds until then of all its processes."""

    seconds: float = 1e9
    cpu: float = 1e9

    def take(self, seconds: float, cpu: float) -> None:
        """Take one more start into account."""
        self.seconds, self.cpu = min(self.seconds, round(seconds, 2)), min(self.cpu, round(cpu, 2))


def run() -> Iterator[Result]:
    """Start everything, then let everything rest."""
    with stack.running(durable=True, tuned=False) as servers:
        x = servers.exchange()
        with x.sessions.begin() as session:
            county.write(session, x.vault)
        reader = _reader(x)
        x.close()
        ours, bare, answers = _starts(servers, reader)
        commands = _commands(servers)
        rest, bare_rest = _at_rest(servers, {}), _at_rest(servers, BARE)
    facts = {
        "rounds": ROUNDS, "started": {n: vars(s) for n, s in ours.items()},
        "bare started": {n: vars(s) for n, s in bare.items()}, "answers": answers, "commands": commands,
        "at rest": rest, "bare at rest": bare_rest,
    }  # fmt: skip
    ratios = [*_start_ratios(ours, bare), *_first_ratios(answers), *_command_ratios(commands)]
    ratios += _rest_ratios(rest, bare_rest)
    yield Result("processes", "Start-up, memory and idle CPU of the processes", ratios, facts)


def _start_ratios(ours: Mapping[str, Started], bare: Mapping[str, Started]) -> Iterator[Ratio]:
    for name in NAMES:
        share = round(ours[name].cpu / bare[name].cpu, 2)
        yield Ratio(f"{name}: CPU until ready, of a bare one", share, START_OF_BARE[name], detail=vars(bare[name]))
        yield Ratio(f"{name}: seconds until ready", ours[name].seconds, START_SECONDS[name], unit=" s")


def _first_ratios(answers: Mapping[str, Sequence[float]]) -> Iterator[Ratio]:
    for name, (first, later) in answers.items():
        yield Ratio(f"{name}: the first answer of a new web server", first, FIRST_SECONDS, unit=" s",
                    detail={"later": later})  # fmt: skip


def _command_ratios(found: Mapping[str, float]) -> Iterator[Ratio]:
    yield Ratio("hotline --help, of bare typer", round(found["help"] / found["bare help"], 2), HELP_OF_BARE)
    yield Ratio("hotline --help", found["help"], HELP_SECONDS, unit=" s")
    share = round(found["duty"] / found["bare duty"], 2)
    yield Ratio("hotline duty, of a bare question to the database", share, DUTY_OF_BARE)
    yield Ratio("hotline duty", found["duty"], DUTY_SECONDS, unit=" s")


def _rest_ratios(rest: Mapping[str, Any], bare: Mapping[str, Any]) -> Iterator[Ratio]:
    ours, floor = rest["memory_mb"], bare["memory_mb"]
    for name in NAMES:
        share = round(ours[name] / floor[name], 2)
        detail = {"mb": ours[name], "bare": floor[name]}
        yield Ratio(f"{name}: memory at rest, of a bare one", share, MEMORY_OF_BARE[name], detail=detail)
    yield Ratio("web, worker and beat: memory at rest", sum(ours[name] for name in NAMES), MEMORY_MB, unit=" MB")
    yield Ratio(
        "everything idle, of a core", round(sum(rest["cpu_share"].values()), 3), IDLE_SHARE, detail=rest["cpu_share"]
    )


def _reader(x: Exchange) -> str:
    """Return the cookie of a browser in which an administrator is signed in."""
    now = x.clock()
    with x.sessions.begin() as session:
        account = people.add(session, NewAccount("bench", "Bench", Role.ADMINISTRATOR, None), "bench", now)
        return browsers.open_(session, account, "password", Visitor("127.0.0.1", "bench"), now, timedelta(hours=12))


def _starts(servers: Stack, reader: str) -> tuple[dict[str, Started], dict[str, Started], dict[str, list[float]]]:
    """Start each part alone, ours and the bare one in turn; the first time only so that byte code is there."""
    ours, bare = ({name: Started() for name in NAMES} for _ in range(2))
    answers: dict[str, list[float]] = {}
    for number in range(ROUNDS + 1):
        for name in NAMES:
            for found, instead in ((ours, {}), (bare, BARE)):
                with parts.running(servers, name, environment=WRITTEN, instead=instead) as running:
                    cpu = running.cpu()[name]
                    if name == "web" and not instead:
                        _keep_best(answers, _answers(running, number, reader))
                    if number:
                        found[name].take(running.took[name], cpu)
    return ours, bare, answers


def _keep_best(kept: dict[str, list[float]], found: Mapping[str, list[float]]) -> None:
    for name, seconds in found.items():
        kept[name] = list(map(min, kept.get(name, seconds), seconds))


def _answers(running: Parts, series: int, reader: str) -> dict[str, list[float]]:
    """Seconds of the first answer to a caller and to a reader, and of later ones (median)."""
    asked = {"a call": [_call(running, _form(series, number)) for number in range(1 + LATER)]}
    for name, path in PAGES.items():
        asked[name] = [_asked(running, "GET", path, {"Cookie": f"hotline={reader}"}) for _ in range(1 + LATER)]
    return {name: [round(one[0], 3), round(statistics.median(one[1:]), 3)] for name, one in asked.items()}


def _form(series: int, number: int) -> dict[str, str]:
    caller = county.survivor_of(0, series * 100 + number)
    return {"CallSid": f"CA{series:016x}{number:016x}", "From": caller, "To": county.LINE, "CallStatus": "ringing",
            "Direction": "inbound", "AccountSid": "AC0", "ApiVersion": "2010-04-01"}  # fmt: skip


def _call(running: Parts, form: Mapping[str, str]) -> float:
    settings, path = running.settings, "/carrier/voice"
    signed = RequestValidator(settings.carrier_tokens[0]).compute_signature(settings.base_url + path, form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signed}
    return _asked(running, "POST", path, headers, urlencode(form))


def _asked(running: Parts, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> float:
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", running.settings.port, timeout=15)
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return time.perf_counter() - begun


_BARE_HELP = "import typer; typer.run(lambda: None)"
_BARE_DUTY = """
import os, sqlalchemy as sa, sqlalchemy.orm as orm
url = sa.make_url(os.environ['HOTLINE_DATABASE_URL']).set(drivername='postgresql+psycopg')
orm.Session(sa.create_engine(url)).execute(sa.text('SELECT 1'))
"""


def _commands(servers: Stack) -> dict[str, float]:
    """Seconds of the command line, the best of some runs."""
    hotline = [sys.executable, "-m", "hotline.cli"]
    commands = {
        "help": [*hotline, "--help"],
        "bare help": [sys.executable, "-c", _BARE_HELP, "--help"],
        "duty": [*hotline, "duty", "--station", "s0"],
        "bare duty": [sys.executable, "-c", _BARE_DUTY],
    }
    given = {"HOTLINE_DATABASE_URL": servers.settings.database_url, "HOTLINE_DATA_DIR": str(servers.folder / "data")}
    best = dict.fromkeys(commands, 1e9)
    for _ in range(ROUNDS + 1):
        for name, argv in commands.items():
            begun = time.perf_counter()
            subprocess.run(argv, env={**os.environ, **given, **WRITTEN}, stdout=subprocess.DEVNULL, check=True)
            best[name] = min(best[name], round(time.perf_counter() - begun, 3))
    return best


def _at_rest(servers: Stack, instead: Mapping[str, str]) -> dict[str, Any]:
    """Memory of each part, and its share of a core, while nobody rings and nobody reads."""
    with parts.running(servers, *NAMES, environment=WRITTEN, instead=instead) as running:
        time.sleep(SETTLE_SECONDS)
        before, begun = running.cpu(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        after, passed = running.cpu(), time.monotonic() - begun
        share = {name: round((after[name] - before[name]) / passed, 4) for name in after}
        return {"memory_mb": running.memory(), "cpu_share": share}
