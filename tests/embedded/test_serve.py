"""hotline serve as people run it: started, killed in every part, stopped, started again."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.embedded.serving import PARTS, PATIENCE, Serving, two_free_ports, until


@pytest.fixture
def port() -> int:
    """A port that is free together with the next one."""
    return two_free_ports()


@pytest.fixture
def serving(tmp_path: Path, port: int) -> Iterator[Serving]:
    serving = Serving(tmp_path / "data", port).started()
    yield serving
    if serving.process.poll() is None:
        serving.stop()


@pytest.mark.timeout(240)
def test_whatever_is_killed_comes_back(serving: Serving) -> None:
    assert re.search(rf"http://127\.0\.0\.1:{serving.port}/", serving.text())
    assert re.search(rf"http://127\.0\.0\.1:{serving.port + 1}/", serving.text())
    for name in PARTS:
        killed = serving.part(name)
        assert killed is not None, f"{name} does not run"
        killed.kill()

        def back(name: str = name, old: int = killed.pid) -> bool:
            new = serving.part(name)
            return new is not None and new.pid != old and serving.answers()

        until(back, serving.text)
    assert serving.text().count("正在重启") >= len(PARTS)
    until(lambda: all(serving.ready(part) for part in ("web", "worker", "timers")), serving.text)
    assert serving.stop() == 0
    assert serving.children() == []
    assert "Traceback" not in serving.text()


@pytest.mark.timeout(240)
def test_killing_all_at_once_is_no_obstacle_to_the_next_start(serving: Serving) -> None:
    serving.process.kill()
    serving.process.wait()
    again = Serving(serving.folder, serving.port).started()
    assert "示例" not in again.text(), "what was there was kept, not imported again"
    assert again.answers()
    second = Serving(serving.folder, serving.port + 7)
    assert second.process.wait(PATIENCE) == 1
    assert "already runs" in second.text()
    assert again.stop(signal.SIGINT) == 0
    assert again.children() == []


@pytest.mark.timeout(120)
def test_with_a_real_carrier_it_says_what_to_enter_there(tmp_path: Path, port: int) -> None:
    secrets = dict.fromkeys(
        ("HOTLINE_VAULT_PEPPER", "HOTLINE_SECRET_KEY", "HOTLINE_CARRIER_TOKEN"), "a-value-of-our-very-own-here"
    )
    serving = Serving(
        tmp_path / "data",
        port,
        HOTLINE_CARRIER="twilio",
        HOTLINE_CARRIER_ACCOUNT="AC" + "1" * 32,
        HOTLINE_PUBLIC_URL="https://hotline.example/",
        HOTLINE_VAULT_KEYS=Fernet.generate_key().decode(),
        **secrets,
    ).started()
    for path in ("voice", "status", "fallback"):
        assert f"https://hotline.example/carrier/{path}\n" in serving.text()
    assert serving.part("simulator") is None
    assert serving.answers()
    assert serving.stop() == 0
