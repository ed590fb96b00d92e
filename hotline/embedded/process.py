"""Child processes, each in a group of its own, tied to the life of the process that starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "HOTLINE_RUN_FOLDER"
"""Environment variable every child carries, so that the next owner recognises what a killed one left."""

_TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True)
class Account:
    """The system user a process runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """A program to run: where its output goes, how it is asked to stop, and as whom it runs."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    folder: Path | None = None
    grace: float = 10.0
    """Seconds it may take to stop before it is killed."""
    sockets: tuple[int, ...] = ()
    """Open files that it is given, by number."""


def tethered(argv: Sequence[str], stop_signal: signal.Signals, account: Account | None) -> list[str]:
    """Return ``argv`` so wrapped that the program dies with us (Linux) and runs as ``account``."""
    uid, gid = (str(account.uid), str(account.gid)) if account else ("-", "-")
    return [sys.executable, "-I", "-S", str(_TETHER), stop_signal.name, uid, gid, *argv]


def launch(command: Command) -> subprocess.Popen[bytes]:
    """Start a program in its own session, so that Ctrl-C in the terminal reaches only us. Raises OSError."""
    command.log.parent.mkdir(parents=True, exist_ok=True)
    with command.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  (our own argument lists, no shell)
            tethered(command.argv, command.stop_signal, command.account),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **command.environment},
            cwd=command.folder,
            start_new_session=True,
            pass_fds=command.sockets,
        )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, grace: float = 10.0) -> None:
    """End a program: ask it, wait up to ``grace`` seconds, then kill it and whatever it left in its group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    kill_group(process.pid)


def ready_file(folder: Path, name: str) -> Path:
    """Return the file that a program makes when it is ready."""
    return folder / "ready" / name


def say_ready(name: str) -> None:
    """Tell the supervisor, where there is one, that this program is ready."""
    if folder := os.environ.get(MARK):
        file = ready_file(Path(folder), name)
        file.parent.mkdir(exist_ok=True)
        file.touch()


def kill_group(group: int) -> None:
    """Kill what is left of a process group; nothing left is fine."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return
