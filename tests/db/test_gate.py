"""The gate to a database that stops answering: nobody waits for what hangs, and nothing that hangs keeps it shut."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from hotline.calls.standby import gate
from hotline.db import create
from tests.matrix.passage import Passage


@pytest.mark.parametrize("gone", [False, True], ids=["thaws", "another machine answers"])
def test_it_sees_the_database_again_whatever_hangs(
    fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    monkeypatch.setattr(gate, "LONGEST_SECONDS", 0.8)
    url = make_url(fresh_database())
    passage = Passage(Path(str(url.query["host"])))
    engine = create(url.set(query={"host": str(passage.folder)}).render_as_string())
    door = gate.Gate(engine, 0.4)
    try:
        assert door.ping()
        passage.freeze()
        assert not door.ping()
        (passage.replace if gone else passage.thaw)()
        until = time.monotonic() + 3
        while not door.ping():
            assert time.monotonic() < until, "one question that hangs is waited for, for ever"
    finally:
        engine.dispose()
        passage.close()
