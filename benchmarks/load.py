"""A load generator in a process of its own: sends requests and notes how long each took.

Either so many connections that are always busy, or so many requests a second, as calls come in: whether the one before
is answered or not. Plain sockets and no client library, so that it takes as little as possible of the cores it shares
with the server. Run as ``python -m benchmarks.load PORT CONNECTIONS SECONDS FILE [RATE]``; FILE holds requests, one
JSON string a line.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_Noted = tuple[list[float], list[str]]
"""Seconds that requests took, and what was answered badly."""


async def _connection(port: int, requests: Iterator[bytes], until: float, took: list[float], bad: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until and (request := next(requests, None)):
        begun = time.perf_counter()
        closed = await _asked(reader, writer, request, bad)
        took.append(time.perf_counter() - begun)
        if closed:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, bad: list[str]) -> bool:
    """Send a request and read its answer; return whether the server closes the connection."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(next(lengths, 0))
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")) or b"error" in body[:300]:
        bad.append(head[:20].decode())
    return b"\nconnection: close" in head.lower()


async def _one(port: int, request: bytes, due: float, took: list[float], bad: list[str]) -> None:
    """A request that was due at this moment, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _asked(reader, writer, request, bad)
    took.append(time.perf_counter() - due)
    writer.close()


async def _at_rate(port: int, requests: Iterator[bytes], until: float, rate: float, noted: _Noted) -> None:
    due, under_way = time.perf_counter(), set[asyncio.Task[None]]()
    while due < until and (request := next(requests, None)):
        await asyncio.sleep(due - time.perf_counter())
        under_way.add(asyncio.create_task(_one(port, request, due, *noted)))
        due += random.expovariate(rate)  # as calls come: independent of each other
    await asyncio.gather(*under_way)


async def _main(port: int, connections: int, seconds: float, file: Path, rate: float) -> None:
    requests = iter([json.loads(line).encode() for line in file.read_text().splitlines()])
    noted: _Noted = ([], [])
    took, bad = noted
    begun = time.perf_counter()
    until = begun + seconds
    if rate:
        await _at_rate(port, requests, until, rate, noted)
    else:
        await asyncio.gather(*(_connection(port, requests, until, took, bad) for _ in range(connections)))
    passed = time.perf_counter() - begun
    took.sort()
    found = {
        "connections": connections,
        "requests": len(took),
        "bad": len(bad),
        "seconds": passed,
        "per_second": len(took) / passed,
    }
    points = {f"p{p}_ms": 1000 * took[min(len(took) - 1, len(took) * p // 100)] for p in (50, 99)}
    print(json.dumps(found | points))


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(_main(int(given[0]), int(given[1]), float(given[2]), Path(given[3]), float([*given, "0"][4])))
