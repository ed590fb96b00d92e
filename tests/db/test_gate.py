"""The gate to a database that stops answering: nobody waits for what hangs, and nothing that hangs keeps it shut."""

from __future__ import annotations

import ctypes
import socket
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


def test_a_process_that_stood_still_does_not_blame_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    dog = gate.Watchdog()
    with ours, theirs, dog.over(ours.fileno(), 0.6) as cut:
        time.sleep(0.2)
        ctypes.PyDLL(None).usleep(1_000_000)  # does not give the interpreter away: every thread stands still
        assert not cut.wait(0.3), "it had 0.2 s of its 0.6"
        assert cut.wait(1), "what hangs is cut all the same"
