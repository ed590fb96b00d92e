"""Keeps a set of programs running: starts them, waits until they are ready, restarts what dies, stops all."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hotline.embedded.errors import EmbeddedError
from hotline.embedded.process import MARK, Command, kill_group, launch, stop

Tell = Callable[[str, str, str], None]
"""Says a line to the person at the terminal: a sign, the Chinese, the English."""

READY_SECONDS = 60.0
"""How long a program may take to become ready before we give up on the start."""
STEADY_SECONDS = 30.0
"""A program that ran this long is restarted at once; a shorter life doubles the pause."""
PAUSE, LONGEST_PAUSE = 0.2, 10.0


@dataclass(frozen=True)
class Service:
    """A program to keep running. ``command`` prepares and returns it and is asked again before every start."""

    name: str
    label: str
    label_en: str
    command: Callable[[], Command]
    ready: Callable[[], bool] = lambda: True
    server: bool = False
    """True for PostgreSQL and Valkey: started before and stopped after the programs that use them."""


@dataclass
class _Running:
    service: Service
    command: Command
    process: subprocess.Popen[bytes]
    since: float
    failures: int = 0
    again_at: float | None = field(default=None)


class Supervisor:
    """Runs services as children that carry the mark of ``folder``. Use from the main thread only (see tether)."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._running: list[_Running] = []

    def start(self, services: Sequence[Service]) -> None:
        """Start services side by side and wait until each is ready. Raises EmbeddedError naming the one that is not."""
        begun = time.monotonic()
        started = []
        for service in services:
            command, process = self._launch(service)
            started.append(_Running(service, command, process, time.monotonic()))
            self._running.append(started[-1])
        for running in started:
            self._wait(running)
            seconds = time.monotonic() - begun
            service = running.service
            self._tell("✓", f"{service.label}已启动", f"{service.label_en}: running ({seconds:.1f} s)")

    def watch(self, stopping: threading.Event) -> None:
        """Restart whatever ends, until ``stopping`` is set."""
        while not stopping.wait(0.1):
            for running in self._running:
                self._look_after(running, time.monotonic())

    def stop(self) -> None:
        """Stop everything: the programs together, then the servers they use."""
        alive = [running for running in self._running if running.again_at is None]
        for group in ([r for r in alive if not r.service.server], [r for r in reversed(alive) if r.service.server]):
            for running in group:
                if running.process.poll() is None:
                    running.process.send_signal(running.command.stop_signal)
            for running in group:
                stop(running.process, running.command.stop_signal)
        self._running.clear()

    def pids(self) -> dict[str, int]:
        """Return the process id of each running service by name."""
        return {r.service.name: r.process.pid for r in self._running if r.again_at is None}

    def _launch(self, service: Service) -> tuple[Command, subprocess.Popen[bytes]]:
        command = service.command()
        marked = replace(command, environment={**command.environment, MARK: str(self._folder)})
        return command, launch(marked)

    def _wait(self, running: _Running) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not running.service.ready():
            if running.process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{running.service.label}没有启动 ({running.service.label_en} did not start):"
                    f" {_last_line(running.command.log)}（日志 log: {running.command.log}）"
                )
            time.sleep(0.03)

    def _look_after(self, running: _Running, now: float) -> None:
        if running.again_at is None:
            code = running.process.poll()
            if code is not None:
                kill_group(running.process.pid)
                running.failures = 0 if now - running.since > STEADY_SECONDS else running.failures + 1
                running.again_at = now + min(LONGEST_PAUSE, PAUSE * 2**running.failures)
                label, label_en = running.service.label, running.service.label_en
                self._tell("!", f"{label}意外退出，正在重启", f"{label_en} ended unexpectedly ({code}), restarting")
        elif now >= running.again_at:
            try:
                running.command, running.process = self._launch(running.service)
            except (EmbeddedError, OSError) as error:
                running.again_at = now + LONGEST_PAUSE
                self._tell("!", f"{running.service.label}无法重启", f"{running.service.label_en}: {error}")
            else:
                running.since, running.again_at = now, None


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "没有日志 (nothing was logged)"
