"""A part fails in each phase of a call's life; see docs/reliability.md. All cells: make matrix."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest

from tests.matrix.cases import CASES
from tests.matrix.conftest import OneTown
from tests.matrix.parts import PARTS, outcome, phases
from tests.matrix.test_matrix import RESULTS, reference_of

PAIRS = [(case, part) for case in CASES for part in PARTS]
"""Every case with every part; when only some cells are run each part once, with the cases in turn."""
SELDOM = {"database gone", "web frozen", "beat absent", "Valkey killed", "Valkey full"}
"""Only with all cells: they take seconds each and are much like their neighbours."""
if not RESULTS:
    PAIRS = list(zip(cycle(CASES), [part for part in PARTS if part not in SELDOM]))
PATIENCE_MS = 500
"""With a database that does not answer: what the keeper's looks cost here in real time."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("case", "part"), PAIRS)
def test_a_part_that_fails_ends_no_call(case: str, part: str, one_town: OneTown) -> None:
    known = reference_of(case, one_town)
    cells = phases(known)
    if not RESULTS:
        first = 1 + 2 * (list(PARTS).index(part) + list(CASES).index(case)) if PARTS[part].asked else len(cells) // 2
        cells = cells[first % len(cells) :: len(cells)]
    wrong, results = [], []
    for webhook in cells:
        with one_town(PATIENCE_MS) as town:
            found, same = outcome(town, case, webhook, part, known)
        results.append({"case": case, "effect": part, "phase": webhook.phase, "wrong": found, "same": same})
        if found:
            wrong.append(f"{webhook.phase}: {'; '.join(found)}")
    if RESULTS:
        folder = Path(RESULTS)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{case}-{part}.json").write_text(json.dumps(results, ensure_ascii=False))
    assert not wrong, "\n".join(wrong)
