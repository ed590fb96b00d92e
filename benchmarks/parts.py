"""The hotline's processes as ``hotline serve`` runs them, over a benchmark's database; their memory and CPU time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import psutil

from benchmarks.stack import Stack
from hotline.commands import services
from hotline.embedded.process import MARK, Command, launch, ready_file, stop
from hotline.embedded.valkey import Valkey, free_port
from hotline.settings import Settings

PATIENCE_SECONDS = 60.0


@dataclass
class Parts:
    """What runs: by name, each with its children."""

    settings: Settings
    environment: Mapping[str, str]
    folder: Path
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    """Seconds from the start of a process until it was ready."""

    def memory(self) -> dict[str, int]:
        """Return each part's memory in MB: proportional, so that what is shared counts once."""
        return {name: round(sum(_pss(one) for one in self._tree(name)) / 1024) for name in self.processes}

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds that each part has used so far, of all its processes."""
        return {name: sum(sum(one.cpu_times()[:2]) for one in self._tree(name)) for name in self.processes}

    def _tree(self, name: str) -> Sequence[psutil.Process]:
        try:
            root = psutil.Process(self.processes[name].pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return ()


@contextmanager
def running(
    servers: Stack,
    *names: str,
    environment: Mapping[str, str] | None = None,
    instead: Mapping[str, str] | None = None,
) -> Iterator[Parts]:
    """Run Valkey and the named parts of ``web``, ``worker`` and ``beat``; each is ready when this is entered.

    ``instead``: arguments that are given for others, to run other applications in the same way.
    """
    port = free_port()
    broker = Valkey(servers.folder / "valkey", servers.folder / "valkey.log", free_port(), "bench")
    broker.prepare()
    settings = servers.settings.model_copy(
        update={"port": port, "redis_url": broker.url, "public_url": f"http://127.0.0.1:{port}"}
    )
    given = {
        "HOTLINE_DATABASE_URL": settings.database_url, "HOTLINE_REDIS_URL": settings.redis_url,
        "HOTLINE_DATA_DIR": str(servers.folder / "data"), "HOTLINE_PUBLIC_URL": settings.public_url,
        "HOTLINE_PORT": str(port), "HOTLINE_CARRIER": "simulator",
        "HOTLINE_CARRIER_TOKEN": settings.carrier_tokens[0], MARK: str(servers.folder), **(environment or {}),
    }  # fmt: skip
    argv = {"web": services.web_argv(settings), "worker": services.worker_argv(), "beat": services.beat_argv()}
    parts = Parts(settings, given, servers.folder)
    with ExitStack() as running:
        _start(parts, broker.command(), running)
        _until(broker.ready, servers.folder / "valkey.log")
        for name in names:
            begun = time.monotonic()
            words = tuple((instead or {}).get(word, word) for word in argv[name])
            command = Command(name, words, servers.folder / f"{name}.log", given)
            file = ready_file(servers.folder, name)
            file.unlink(missing_ok=True)
            _start(parts, command, running)
            _until(_answers(port) if name == "web" else file.exists, command.log)
            parts.took[name] = time.monotonic() - begun
        parts.processes["postgres"] = servers.process
        yield parts


def _start(parts: Parts, command: Command, running: ExitStack) -> None:
    process = launch(command)
    parts.processes[command.name] = process
    running.callback(stop, process, command.stop_signal)


def _answers(port: int) -> Callable[[], bool]:
    return lambda: services.answers("127.0.0.1", port)


def _until(holds: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(log.read_text()[-3000:])
        time.sleep(0.02)


def _pss(process: psutil.Process) -> int:
    """Proportional set size in kB; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
