"""The files of the project: those git knows, or in a copy without git those it would not ignore."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

_IGNORED = {".venv", ".git", ".hotline", "node_modules", "__pycache__", "vendor", "build"}


@cache
def committed() -> tuple[Path, ...]:
    """Return the files, relative to the project's folder, that exist."""
    if Path(".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True).stdout
        files = [Path(name) for name in listed.split("\0") if name]
    else:
        files = [file for file in Path().rglob("*") if not _IGNORED.intersection(file.parts)]
    return tuple(sorted(file for file in files if file.is_file()))


PYTHON = [file for file in committed() if file.suffix == ".py"]
