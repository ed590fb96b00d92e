"""Keeps a set of programs running: starts them, waits until they are ready, restarts what dies, replaces, stops all."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hotline.embedded.errors import EmbeddedError
from hotline.embedded.process import MARK, Command, kill_group, launch, stop
from hotline.embedded.renewing import Renewals

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
class _Life:
    """One process of a service, from its start to its end."""

    command: Command
    process: subprocess.Popen[bytes]
    since: float
    kill_at: float | None = None
    """Set when it was asked to stop."""

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.command.stop_signal)
        self.kill_at = time.monotonic() + self.command.grace


@dataclass
class _Running:
    service: Service
    life: _Life
    failures: int = 0
    again_at: float | None = field(default=None)
    successor: _Life | None = None


class Supervisor:
    """Runs services as children that carry the mark of ``folder``. Use from the main thread only (see tether)."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._running: list[_Running] = []
        self._leaving: list[_Life] = []
        self._renewals = Renewals(folder)

    def start(self, services: Sequence[Service]) -> None:
        """Start services side by side and wait until each is ready. Raises EmbeddedError naming the one that is not."""
        begun = time.monotonic()
        started = []
        if not self._running:
            self._renewals.forget()
        for service in services:
            started.append(_Running(service, self._launch(service)))
            self._running.append(started[-1])
        for running in started:
            self._wait(running)
            seconds = time.monotonic() - begun
            service = running.service
            self._tell("✓", f"{service.label}已启动", f"{service.label_en}: running ({seconds:.1f} s)")

    def watch(self, stopping: threading.Event, renewable: Sequence[str] = ()) -> None:
        """Restart whatever ends, and replace what of ``renewable`` is asked for, until ``stopping`` is set."""
        while not stopping.wait(0.1):
            for running in self._running:
                self._look_after(running, time.monotonic())
                if running.successor:
                    self._see_in(running, running.successor)
            self._see_off()
            if not any(running.successor for running in self._running):
                for name in self._renewals.asked(renewable)[:1]:
                    self._renew(name)

    def stop(self) -> None:
        """Stop everything: the programs together, then the servers they use."""
        alive = [running for running in self._running if running.again_at is None]
        successors = [running.successor for running in self._running if running.successor]
        programs = [r.life for r in alive if not r.service.server] + successors + self._leaving
        for group in (programs, [r.life for r in reversed(alive) if r.service.server]):
            for life in group:
                life.ask_to_stop()
            for life in group:
                stop(life.process, life.command.stop_signal, life.command.grace)
        self._running.clear()
        self._leaving.clear()

    def pids(self) -> dict[str, int]:
        """Return the process id of each running service by name."""
        return {r.service.name: r.life.process.pid for r in self._running if r.again_at is None}

    def _launch(self, service: Service) -> _Life:
        command = service.command()
        marked = replace(command, environment={**command.environment, MARK: str(self._folder)})
        return _Life(command, launch(marked), time.monotonic())

    def _wait(self, running: _Running) -> None:
        while not running.service.ready():
            if reason := _no_start(running.service, running.life):
                raise EmbeddedError(reason)
            time.sleep(0.03)

    def _look_after(self, running: _Running, now: float) -> None:
        life, service = running.life, running.service
        if running.again_at is None:
            code = life.process.poll()
            if code is not None:
                kill_group(life.process.pid)
                self._tell(
                    "!",
                    f"{service.label}意外退出，正在重启",
                    f"{service.label_en} ended unexpectedly ({code}), restarting",
                )
                if running.successor:  # it is on its way already
                    running.life, running.successor = running.successor, None
                    self._renewals.done(service.name)
                    return
                running.failures = 0 if now - life.since > STEADY_SECONDS else running.failures + 1
                running.again_at = now + min(LONGEST_PAUSE, PAUSE * 2**running.failures)
        elif now >= running.again_at:
            try:
                running.life = self._launch(service)
            except (EmbeddedError, OSError) as error:
                running.again_at = now + LONGEST_PAUSE
                self._tell("!", f"{service.label}无法重启", f"{service.label_en}: {error}")
            else:
                running.again_at = None

    def _renew(self, name: str) -> None:
        """Start a successor beside the one that runs."""
        running = next((r for r in self._running if r.service.name == name), None)
        if running is None or running.again_at is not None:
            self._renewals.failed(name, f"{name} 没有在运行 (does not run)")
            return
        try:
            running.successor = self._launch(running.service)
        except (EmbeddedError, OSError) as error:
            self._renewals.failed(name, str(error))

    def _see_in(self, running: _Running, successor: _Life) -> None:
        """Let a successor that is ready take over; one that does not become ready changes nothing."""
        service = running.service
        if service.ready():
            running.life.ask_to_stop()
            self._leaving.append(running.life)
            running.life, running.successor, running.failures = successor, None, 0
            self._renewals.done(service.name)
            seconds = time.monotonic() - successor.since
            self._tell(
                "✓", f"{service.label}已换新，旧的做完手头的事就退出", f"{service.label_en}: replaced ({seconds:.1f} s)"
            )
        elif reason := _no_start(service, successor):
            stop(successor.process, successor.command.stop_signal)
            running.successor = None
            self._renewals.failed(service.name, reason)
            self._tell(
                "!", f"{service.label}没有换新，旧的继续", f"{service.label_en}: not replaced, the old one goes on"
            )

    def _see_off(self) -> None:
        """Bury those that have finished, and end those that take too long."""
        for life in list(self._leaving):
            if life.process.poll() is not None or time.monotonic() > (life.kill_at or 0):
                stop(life.process, life.command.stop_signal, 0)
                self._leaving.remove(life)


def _no_start(service: Service, life: _Life) -> str:
    """Return why a program does not become ready; empty while it still may."""
    if life.process.poll() is None and time.monotonic() - life.since < READY_SECONDS:
        return ""
    return (
        f"{service.label}没有启动 ({service.label_en} did not start):"
        f" {_last_line(life.command.log)}（日志 log: {life.command.log}）"
    )


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "没有日志 (nothing was logged)"
