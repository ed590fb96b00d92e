"""People ring while every part of the running hotline is replaced, the web server twice: no call notices."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.models import Call
from hotline.db import create
from tests.embedded.serving import PATIENCE, Serving, two_free_ports
from tickets.models import Ticket

CALLERS = 4
MOMENT = 0.2
"""Seconds between two looks at the phone wall."""


class Wall:
    """The phone wall of a running hotline, used as its page uses it. Keeps every webhook it was told of."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}/wall/api"
        self._lock = threading.Lock()
        self.webhooks: dict[tuple[str, str, str], dict[str, Any]] = {}

    def state(self) -> dict[str, Any]:
        found = self._ask("GET", "/state")
        with self._lock:
            self.webhooks |= {(w["at"], w["url"], w["call_sid"]): w for w in found["webhooks"]}
        return found

    def phone(self, number: str, action: str = "", **body: str) -> None:
        path = f"/phones/{urllib.parse.quote(number)}"
        self._ask("POST" if action else "PUT", f"{path}/{action}" if action else path, body)

    def ring(self, caller: str, line: str) -> str:
        sid: str = self._ask("POST", "/calls", {"from": caller, "to": line})["sid"]
        return sid

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(tmp_path / "data", two_free_ports()).started()
    yield serving
    if serving.process.poll() is None:
        serving.stop()


def ring_until(wall: Wall, over: threading.Event, caller: str, line: str) -> int:
    """Ring, talk, hang up, ring again; every second time hang up before anybody answers. Returns how often."""
    rung = 0
    while rung < 2 or not over.is_set():
        sid = wall.ring(caller, line)
        rung += 1
        leg: dict[str, Any] = {}
        while not leg.get("ended_at"):
            threading.Event().wait(MOMENT)
            leg = next(c["legs"][0] for c in wall.state()["calls"] if c["sid"] == sid)
            heard = leg["talking_to"] or (rung % 2 == 0 and leg["transcript"])
            if heard and not leg["ended_at"]:
                wall.phone(caller, "hang_up")
    return rung


@pytest.mark.timeout(240)
def test_nobody_who_rings_notices_a_restart(serving: Serving) -> None:
    wall = Wall(serving.port + 1)
    state = wall.state()
    for phone in state["phones"]:
        if phone["kind"] in ("handset", "branch"):
            wall.phone(phone["number"], mode="answers")
    mobiles = [p["number"] for p in state["phones"] if p["kind"] == "survivor" and p["number"].startswith("+861")]
    web = serving.part("web")
    assert web is not None
    surroundings = web.environ()
    over = threading.Event()
    with ThreadPoolExecutor(CALLERS) as people:
        ringing = [
            people.submit(ring_until, wall, over, caller, line["number"])
            for caller, line in zip(mobiles[:: len(mobiles) // CALLERS], state["lines"][:CALLERS], strict=False)
        ]
        try:
            for parts in (["web"], ["web"], ["worker", "beat"]):
                argv = [sys.executable, "-m", "hotline.cli", "restart", *parts]
                done = subprocess.run(argv, env=surroundings, capture_output=True, check=False, timeout=PATIENCE)
                assert done.returncode == 0, done.stderr.decode()
        finally:
            over.set()
        rung = sum(one.result(PATIENCE) for one in ringing)
    wall.state()
    wrong = [w for w in wall.webhooks.values() if w["status"] not in (200, 204) or w["kind"] == "fallback"]
    assert not wrong
    assert serving.text().count("replaced (") == 4 and "restarting" not in serving.text()
    engine = create(surroundings["HOTLINE_DATABASE_URL"])
    with Session(engine) as session:
        calls = session.scalars(select(Call).where(Call.direction == "in")).all()
        tickets = session.scalars(select(Ticket)).all()
    engine.dispose()
    assert len(calls) == rung > CALLERS and tickets
    assert {call.outcome for call in calls} <= {"answered", "missed", "abandoned"}, "none cut, none alone"
    assert "answered" in {call.outcome for call in calls}
    assert serving.stop() == 0
