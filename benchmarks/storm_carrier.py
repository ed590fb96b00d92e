"""The carrier's side of a call storm, in a process of its own: ``python -m benchmarks.storm_carrier ORDER.json``.

Real time and a real network: the simulator's carrier signs and sends its webhooks over HTTP and serves its REST
interface to the worker. Prints what became of every call as JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web

from benchmarks import storm_people as people
from hotline.simulator.calls import CallRecord
from hotline.simulator.carrier import Carrier, Config
from hotline.simulator.lines import at
from hotline.simulator.party import Party
from hotline.simulator.transport import HttpTransport
from hotline.simulator.web.server import make_app

SPOKEN = frozenset({"voice", "action", "screen", "fallback"})
"""Webhooks that somebody waits for."""
UNDER_WAY = timedelta(seconds=5)
"""A webhook this old without an answer has failed; a younger one is under way when the storm is broken off."""


@dataclass(frozen=True)
class Order:
    """A storm: who rings which line, how many seconds after the beginning; who may be rung; when it is broken off."""

    port: int
    webhook: str
    token: str
    data: str
    calls: Sequence[tuple[float, str, str]]
    handsets: Sequence[str]
    seconds: float
    seed: int


async def _storm(order: Order) -> dict[str, Any]:
    loop, chance = asyncio.get_running_loop(), Random(order.seed)
    config = Config(token=order.token, url=f"http://127.0.0.1:{order.port}", data=Path(order.data), seed=order.seed)
    transport = HttpTransport(config.profile.switches.webhook_ceiling_seconds)
    carrier = Carrier(config, transport, loop)
    for line in {line for _, _, line in order.calls}:
        carrier.add_line(at(order.webhook, line))
    for number in order.handsets:
        carrier.phone(number).behaviour = people.handset(chance)
    for _, caller, _ in order.calls:
        carrier.phone(caller).behaviour = people.at_home(chance)
    runner = web.AppRunner(make_app(carrier, order.webhook), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", order.port).start()
    begun = loop.time()
    lives = [
        loop.create_task(_ring(carrier, begun, call, Random(order.seed + n))) for n, call in enumerate(order.calls)
    ]
    done, late = await asyncio.wait(lives, timeout=order.seconds)
    found = _found(carrier, [life.result() for life in done], len(late))
    await carrier.stop()
    await runner.cleanup()
    await transport.close()
    return found


async def _ring(carrier: Carrier, begun: float, call: tuple[float, str, str], chance: Random) -> tuple[Party, str]:
    after, caller, line = call
    await asyncio.sleep(begun + after - carrier.loop.time())
    party = carrier.dial(caller, line)
    return party, await people.survivor(party, chance)


def _found(carrier: Carrier, lives: Sequence[tuple[Party, str]], unfinished: int) -> dict[str, Any]:
    ringing = {party.sid: _first_ring(carrier, party.sid) for party, _ in lives}
    begun = {sent.call_sid: sent.at for sent in carrier.log if sent.kind == "voice"}
    waited = [(first - begun[sid]).total_seconds() for sid, first in ringing.items() if first and sid in begun]
    spoken = [sent for sent in carrier.log if sent.kind in SPOKEN]
    unanswered = carrier.now() - UNDER_WAY  # what was sent since may still be answered
    failed = [s for s in carrier.log if not 200 <= s.status < 300 and (s.status or s.at < unanswered)]
    first = {sent.call_sid: sent.seconds for sent in spoken if sent.kind == "voice"}
    silent = [max(party.longest_silence(), first.get(party.sid, 0.0)) for party, _ in lives]
    outcomes = Counter(outcome for _, outcome in lives)
    return {
        "calls": len(lives) + unfinished,
        "outcomes": {**outcomes, **({"unfinished": unfinished} if unfinished else {})},
        "webhooks": len(carrier.log),
        "answer": points([sent.seconds for sent in spoken]),
        "first_answer": points(first.values()),
        "report": points([sent.seconds for sent in carrier.log if sent.kind not in SPOKEN]),
        "ringing": points(waited),
        "rang": len(waited),
        "failed": dict(Counter(f"{sent.kind} {sent.status}" for sent in failed)),
        "apologies": sum("again=" in sent.reply for sent in spoken),
        "silent_5_s": sum(seconds > 5 for seconds in silent),
        "silent_15_s": sum(seconds > 15 for seconds in silent),
        "longest_silence": round(max(silent, default=0), 1),
        "carrier_seconds": _carrier_seconds(carrier, lives),
        "crashes": len(carrier.crashes),
        "sids": [record.sid for record in carrier.records.values() if record.direction == "inbound"],
    }


def _children(carrier: Carrier, sid: str) -> Iterable[CallRecord]:
    return [record for record in carrier.records.values() if record.parent_sid == sid]


def _first_ring(carrier: Carrier, sid: str) -> Any:
    moments = [moment for child in _children(carrier, sid) for moment, status in child.history if status == "ringing"]
    return min(moments, default=None)


def _carrier_seconds(carrier: Carrier, lives: Sequence[tuple[Party, str]]) -> dict[str, dict[str, float]]:
    """What a call costs at the carrier by its outcome, mean seconds: of the caller's leg, and of all legs it rang."""
    found: dict[str, dict[str, float]] = {}
    for outcome in sorted({outcome for _, outcome in lives}):
        records = [carrier.records[party.sid] for party, became in lives if became == outcome]
        inbound = sum(record.seconds for record in records) / len(records)
        outbound = sum(child.seconds for one in records for child in _children(carrier, one.sid)) / len(records)
        found[outcome] = {"calls": len(records), "inbound": round(inbound, 1), "outbound": round(outbound, 1)}
    return found


def points(values: Iterable[float]) -> dict[str, float]:
    """Return median and 99th percentile in seconds, and the longest."""
    ordered = sorted(values) or [0.0]
    places = {"p50": 50, "p99": 99}
    found = {name: ordered[min(len(ordered) - 1, len(ordered) * place // 100)] for name, place in places.items()}
    return {name: round(value, 3) for name, value in {**found, "most": ordered[-1]}.items()}


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    print(json.dumps(asyncio.run(_storm(Order(**json.loads(Path(sys.argv[1]).read_text()))))))
