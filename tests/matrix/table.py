"""Writes docs/reliability.md's table from the results of all cells: python -m tests.matrix.table RESULTS PAGE."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.matrix.cells import EFFECTS
from tests.matrix.parts import PARTS

BEGIN, END = "<!-- matrix: written by make matrix -->\n", "<!-- end of the matrix -->"
BEGIN_PARTS = "<!-- matrix of the parts: written by make matrix -->\n"
PHASES = (
    "greeting", "menu", "ringing: duty", "ringing: backup", "ringing: neighbour", "ringing: county",
    "ringing: volunteer", "ringing: partner", "end of a tier", "screening", "talking", "message", "end of the call",
    "wrap up", "call back", "feedback",
)  # fmt: skip
"""In the order of a call's life."""


def table(results: Iterable[Mapping[str, Any]], effects: Collection[str] = EFFECTS) -> str:
    """Return the table as Markdown: in each cell how many faults ended well, and how many as if nothing had been."""
    cells: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for result in results:
        if result["effect"] not in effects:
            continue
        cells[result["phase"], result["effect"]].append(result)
    phases = [*PHASES, *sorted({phase for phase, _ in cells} - set(PHASES))]
    lines = [f"| | {' | '.join(effects)} |", f"|---|{'---|' * len(effects)}"]
    for phase in phases:
        row = [_cell(cells.get((phase, effect), [])) for effect in effects]
        if any(row):
            lines.append(f"| {phase} | {' | '.join(row)} |")
    everything = [result for found in cells.values() for result in found]
    well = sum(not result["wrong"] for result in everything)
    lines += ["", f"{well} of {len(everything)} cells end well."]
    for result in everything:
        if result["wrong"]:
            lines.append(f"- {result['case']}, {result['phase']}, {result['effect']}: {'; '.join(result['wrong'])}")
    return "\n".join(lines) + "\n"


def _cell(found: list[Mapping[str, Any]]) -> str:
    if not found:
        return ""
    well, same = sum(not one["wrong"] for one in found), sum(one["same"] for one in found)
    shown = f"{'✓' if well == len(found) else '✗'} {well}/{len(found)}"
    return shown if same == len(found) else f"{shown} ({same} unnoticed)"


def main(folder: Path, page: Path) -> None:
    """Put the tables into the page; one of which there are no results stays as it is."""
    results = [one for file in sorted(folder.glob("*.json")) for one in json.loads(file.read_text(encoding="utf-8"))]
    text = page.read_text(encoding="utf-8")
    for begin, effects in ((BEGIN, EFFECTS), (BEGIN_PARTS, tuple(PARTS))):
        if any(one["effect"] in effects for one in results):
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}{table(results, effects)}{END}{rest.partition(END)[2]}"
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
