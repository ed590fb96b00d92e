"""hotline serve as people run it: started, killed in every part, stopped, started again."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from cryptography.fernet import Fernet

from hotline.embedded.process import MARK

PARTS = {
    "postgres": "bin/postgres -D",
    "valkey": "valkey-server",
    "web": "granian",
    "worker": "hotline.worker worker",
    "beat": "hotline.worker beat",
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


@pytest.fixture
def port() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            free: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", free + 1))
            except OSError:
                continue
            return free


@pytest.fixture
def serving(tmp_path: Path, port: int) -> Iterator[Serving]:
    serving = Serving(tmp_path / "data", port).started()
    yield serving
    if serving.process.poll() is None:
        serving.stop()


@pytest.mark.timeout(240)
def test_whatever_is_killed_comes_back(serving: Serving) -> None:
    assert re.search(rf"http://127\.0\.0\.1:{serving.port}/", serving.text())
    assert re.search(rf"http://127\.0\.0\.1:{serving.port + 1}/", serving.text())
    for name in PARTS:
        killed = serving.part(name)
        assert killed is not None, f"{name} does not run"
        killed.kill()

        def back(name: str = name, old: int = killed.pid) -> bool:
            new = serving.part(name)
            return new is not None and new.pid != old and serving.answers()

        until(back, serving.text)
    assert serving.text().count("正在重启") >= len(PARTS)
    assert serving.stop() == 0
    assert serving.children() == []
    assert "Traceback" not in serving.text()


@pytest.mark.timeout(240)
def test_killing_all_at_once_is_no_obstacle_to_the_next_start(serving: Serving) -> None:
    serving.process.kill()
    serving.process.wait()
    again = Serving(serving.folder, serving.port).started()
    assert "示例" not in again.text(), "what was there was kept, not imported again"
    assert again.answers()
    second = Serving(serving.folder, serving.port + 7)
    assert second.process.wait(PATIENCE) == 1
    assert "already runs" in second.text()
    assert again.stop(signal.SIGINT) == 0
    assert again.children() == []


@pytest.mark.timeout(120)
def test_with_a_real_carrier_it_says_what_to_enter_there(tmp_path: Path, port: int) -> None:
    secrets = dict.fromkeys(("HOTLINE_VAULT_PEPPER", "HOTLINE_SECRET_KEY", "HOTLINE_CARRIER_TOKEN"), "own-value")
    serving = Serving(
        tmp_path / "data",
        port,
        HOTLINE_CARRIER="twilio",
        HOTLINE_CARRIER_ACCOUNT="AC" + "1" * 32,
        HOTLINE_PUBLIC_URL="https://hotline.example/",
        HOTLINE_VAULT_KEYS=Fernet.generate_key().decode(),
        **secrets,
    ).started()
    for path in ("voice", "status", "fallback"):
        assert f"https://hotline.example/carrier/{path}\n" in serving.text()
    assert serving.part("simulator") is None
    assert serving.answers()
    assert serving.stop() == 0
