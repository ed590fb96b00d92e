"""hotline serve in a process of its own, for tests that use it as people do."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from hotline.embedded.process import MARK

PARTS = {
    "postgres": "bin/postgres -D",
    "valkey": "valkey-server",
    "web": "hotline.embedded.listening",
    "worker": "hotline.worker worker",
    "beat": "hotline.beat beat",
    "simulator": "hotline.simulator",
}
PATIENCE = 60.0


class Serving:
    """A hotline in a process of its own, with what it says."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        self.folder, self.port = folder, port
        self.said = folder.parent / f"said-{port}-{time.monotonic_ns()}.txt"
        surroundings = {key: value for key, value in os.environ.items() if not key.startswith("HOTLINE_")}
        surroundings |= {"HOTLINE_DATA_DIR": str(folder), "HOTLINE_PORT": str(port), **environment}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hotline.cli", "serve"], stdout=said, stderr=said, env=surroundings
            )

    def started(self) -> Serving:
        until(lambda: "Ctrl-C" in self.text() or self.process.poll() is not None, self.text)
        assert self.process.poll() is None, self.text()
        return self

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def children(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_mine(process)]

    def part(self, name: str) -> psutil.Process | None:
        """The process of a part; the eldest where it has several."""
        found = [process for process in self.children() if PARTS[name] in command_line(process)]
        return min(found, key=lambda process: process.create_time(), default=None)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def ready(self, part: str) -> bool:
        """What the health check of a part's container says of it."""
        running = self.part("web")
        argv = [sys.executable, "-m", "hotline.cli", "ready", part]
        return running is not None and subprocess.run(argv, env=running.environ(), check=False).returncode == 0

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def _is_mine(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == str(self.folder) and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError):
            return False


def command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def until(condition: Callable[[], object], explain: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)


def two_free_ports() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            free: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", free + 1))
            except OSError:
                continue
            return free
