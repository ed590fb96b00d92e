"""Each webhook of a call's whole life goes wrong in each way; see docs/reliability.md. All cells: make matrix."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.matrix.cases import CASES
from tests.matrix.cells import EFFECTS, Reference, complaints, outcome, play, reference
from tests.matrix.conftest import OneTown

RESULTS = os.environ.get("HOTLINE_MATRIX", "")
"""Folder into which the results of all cells are written; empty: only some cells are run, others each day."""
SAMPLE = 2
"""Cells a case and effect when only some are run."""
_references: dict[str, Reference] = {}


def reference_of(case: str, one_town: OneTown) -> Reference:
    if case not in _references:
        with one_town() as town:
            _references[case] = reference(town, case)
    return _references[case]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("case", CASES)
def test_whatever_goes_wrong_ends_well(case: str, effect: str, one_town: OneTown) -> None:
    known = reference_of(case, one_town)
    cells = list(enumerate(known.webhooks))
    if not RESULTS:
        step = max(1, len(cells) // SAMPLE)
        cells = cells[EFFECTS.index(effect) % step :: step][:SAMPLE]
    wrong, results = [], []
    for number, webhook in cells:
        with one_town() as town:
            found, same = outcome(town, case, webhook, effect, known)
        results.append({"case": case, "effect": effect, "phase": webhook.phase, "wrong": found, "same": same})
        if found:
            wrong.append(f"{number} {webhook.kind} {webhook.pattern} ({webhook.phase}): {'; '.join(found)}")
    if RESULTS:
        folder = Path(RESULTS)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{case}-{effect}.json").write_text(json.dumps(results, ensure_ascii=False))
    assert not wrong, "\n".join(wrong)


def test_an_end_that_is_found_late_promises_no_second_call_back(one_town: OneTown) -> None:
    with one_town() as town:
        town.world.faults.add("lost", "status", "/carrier/status", times=0)
        call = play(town, "message")
        assert not (found := complaints(town, call)), found
        assert town.events().count("call_back_promised") == 1
