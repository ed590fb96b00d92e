"""The data folder: one owner at a time, and nothing of an earlier, killed owner left running."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from hotline.embedded.errors import EmbeddedError
from hotline.embedded.postgres import end_stale
from hotline.embedded.process import MARK

_LOG_LIMIT = 5_000_000
"""Bytes after which a log is set aside at the next start."""


class DataFolder:
    """A folder that holds the embedded servers, recordings and logs; ``claim`` it before use."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.logs = self.path / "logs"
        self._lock: IO[str] | None = None

    def claim(self) -> None:
        """Become the only owner and end what an earlier one left running. Raises EmbeddedError."""
        self._lock = self._open()
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise EmbeddedError(
                f"热线已在运行，数据目录 {self.path} 正在使用中，请先停止它或另设 HOTLINE_DATA_DIR"
                " (the hotline already runs on this data folder: stop it, or set HOTLINE_DATA_DIR to another)"
            ) from error
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()
        end_stale(self.postgres)
        end_leftovers(self.path)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))

    def owner(self) -> int | None:
        """Return the process that owns the folder at this moment, None when nobody does."""
        file = self.path / "hotline.lock"
        if not file.exists():
            return None
        with file.open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read().strip() or 0) or None
        return None

    def release(self) -> None:
        """Let the next owner in."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def secret(self, name: str) -> str:
        """Return a random word kept in the folder, made on first use; for passwords between our own processes."""
        file = self.path / f"{name}.secret"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()

    def _open(self) -> IO[str]:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            return (self.path / "hotline.lock").open("a")
        except OSError as error:
            raise EmbeddedError(
                f"数据目录 {self.path} 无法写入（{error.strerror}），请检查权限或另设 HOTLINE_DATA_DIR"
                " (the data folder cannot be written: check its permissions, or set HOTLINE_DATA_DIR to another)"
            ) from error


def end_leftovers(folder: Path, seconds: float = 6.0) -> None:
    """End every process that carries our mark for ``folder``: ask, wait up to ``seconds``, then kill."""
    left = [process for process in psutil.process_iter() if _is_left(process, str(folder))]
    _signal(left, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(left, timeout=seconds)
    _signal(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=seconds)


def _is_left(process: psutil.Process, folder: str) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == folder
    except (psutil.Error, OSError):
        return False  # somebody else's, or gone


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
