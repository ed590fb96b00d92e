"""A load generator in a process of its own: keeps so many connections open, sends requests, notes how long each took.

Plain sockets and no client library, so that it takes as little as possible of the cores it shares with the server.
Run as ``python -m benchmarks.load PORT CONNECTIONS SECONDS FILE``; FILE holds requests, one JSON string a line.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path


async def _connection(port: int, requests: Iterator[bytes], until: float, took: list[float], bad: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until and (request := next(requests, None)):
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        length = next(lengths, 0)
        body = await reader.readexactly(length)
        took.append(time.perf_counter() - begun)
        if b"\nconnection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")) or b"error" in body[:300]:
            bad.append(head[:20].decode())
    writer.close()


async def _main(port: int, connections: int, seconds: float, file: Path) -> None:
    requests = iter([json.loads(line).encode() for line in file.read_text().splitlines()])
    took: list[float] = []
    bad: list[str] = []
    begun = time.perf_counter()
    until = begun + seconds
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
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4])))
