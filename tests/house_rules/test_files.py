"""Files stay small, packages empty, and only the terminal's own module prints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.house_rules.tree import PYTHON, committed

OURS = [file for file in PYTHON if file.parts[0] in ("hotline", "tickets", "ivr_flows")]
MOST_LINES = 300
CLOCKS = (Path("hotline/clock.py"), Path("hotline/simulator/carrier.py"))
"""Ours, and that of the simulated carrier, which imports nothing of ours."""


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_one_can_hold_in_the_head() -> None:
    code = [file for file in committed() if file.suffix in (".py", ".js", ".css", ".html", ".sh")]
    assert {str(file): lines(file) for file in code if lines(file) > MOST_LINES} == {}


def test_the_usual_file_is_short() -> None:
    assert median(lines(file) for file in OURS if file.name != "__init__.py") < 100


def test_packages_are_empty() -> None:
    packages = [file for file in PYTHON if file.name == "__init__.py"]
    assert [str(file) for file in packages if file.read_text(encoding="utf-8").strip()] == []


def test_every_folder_with_code_is_a_package() -> None:
    folders = {file.parent for file in OURS if file.name != "__init__.py"} - {Path("hotline/migrations/versions")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def calls(file: Path) -> Iterator[tuple[str, str]]:
    """Yield where something is called and what."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield f"{file}:{node.lineno}", ast.unparse(node.func)


def test_nothing_prints() -> None:
    assert [where for file in OURS for where, what in calls(file) if what in ("print", "breakpoint")] == []


def test_one_place_knows_what_time_it_is() -> None:
    looks = (["datetime", "now"], ["datetime", "utcnow"], ["date", "today"])
    found = [(file, where) for file in OURS for where, what in calls(file) if what.split(".")[-2:] in looks]
    assert [where for file, where in found if file not in CLOCKS] == []
    assert CLOCKS[0] in [file for file, _ in found]


def test_no_loose_ends() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")
    assert [str(file) for file in PYTHON if any(word in file.read_text(encoding="utf-8") for word in words)] == []
