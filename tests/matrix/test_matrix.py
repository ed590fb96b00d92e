"""Each webhook of a call's whole life goes wrong in each way; see docs/reliability.md. All cells: make matrix."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.matrix.cases import CASES
from tests.matrix.cells import EFFECTS, Reference, Webhook, complaints, outcome, play, reference
from tests.matrix.conftest import OneTown
from tests.matrix.parts import phases

RESULTS = os.environ.get("HOTLINE_MATRIX", "")
"""Folder into which the results of all cells are written; empty: only some cells are run, see ``sampled``."""
_references: dict[str, Reference] = {}


def reference_of(case: str, one_town: OneTown) -> Reference:
    if case not in _references:
        with one_town() as town:
            _references[case] = reference(town, case)
    return _references[case]


def sampled(case: str, effect: str, known: Reference) -> tuple[int, Webhook]:
    """Return the cell of a case and effect that the suite runs.

    One of each: the effects go through a case's phases, from its end backwards, and through the beginning of the one
    that begins with the menu, so that the cases together have every phase of a call's life.
    """
    nth, lives = EFFECTS.index(effect), [webhook.phase for webhook in phases(known)]
    phase = lives[nth if case == "menu" else nth - len(EFFECTS)]
    cells = [cell for cell in enumerate(known.webhooks) if cell[1].phase == phase]
    return cells[nth % len(cells)]


def test_the_sample_has_every_phase(one_town: OneTown) -> None:
    known = {case: reference_of(case, one_town) for case in CASES}
    ran = {sampled(case, effect, known[case])[1].phase for case in CASES for effect in EFFECTS}
    assert ran == {webhook.phase for one in known.values() for webhook in one.webhooks}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("case", CASES)
def test_whatever_goes_wrong_ends_well(case: str, effect: str, one_town: OneTown) -> None:
    known = reference_of(case, one_town)
    cells = list(enumerate(known.webhooks))
    if not RESULTS:
        cells = [sampled(case, effect, known)]
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
