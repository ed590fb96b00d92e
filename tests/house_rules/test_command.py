"""The command helps at once, and what goes wrong is one sentence in two languages without a traceback."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline.embedded.valkey import free_port

COMMANDS = ("serve", "worker", "migrate", "import", "export", "duty", "plan", "flow", "simulate", "fallback")


def hotline(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("HOTLINE_")}
    surroundings |= {"HOTLINE_DATA_DIR": str(folder), "COLUMNS": "200", **environment}
    command = [sys.executable, "-m", "hotline.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=surroundings)


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence of a refusal."""
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    sentences = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(sentences) == 1 and sentences[0].startswith("✗ ")
    assert re.search(r"[\u4e00-\u9fff]", sentences[0]) and re.search(r"[a-z]{3,} [a-z]{2,}", sentences[0])
    return sentences[0]


def test_help_names_every_command(tmp_path: Path) -> None:
    result = hotline("--help", folder=tmp_path)
    assert result.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in result.stdout] == []


def test_help_comes_at_once() -> None:
    code = "import sys; import hotline.cli; print([m for m in ('sqlalchemy', 'flask', 'celery') if m in sys.modules])"
    begun = time.monotonic()
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, tmp_path: Path) -> None:
    result = hotline(name, "--help", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert re.search(r"[\u4e00-\u9fff]", result.stdout)


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = refused(hotline("serve", folder=tmp_path, HOTLINE_PORT=str(port)))
    assert str(port) in sentence and "HOTLINE_PORT" in sentence


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "HOTLINE_DATA_DIR" in refused(hotline("serve", folder=tmp_path / "file" / "data"))


@pytest.mark.parametrize("url", ["nonsense", "sqlite:///x.db", "postgresql://nobody:s3cret@127.0.0.1:1/none"])
def test_a_wrong_database_url(url: str, tmp_path: Path) -> None:
    environment = {"HOTLINE_DATABASE_URL": url, "HOTLINE_PORT": str(free_port())}
    sentence = refused(hotline("serve", folder=tmp_path, **environment))
    assert "HOTLINE_DATABASE_URL" in sentence and "s3cret" not in sentence


@pytest.mark.parametrize("url", ["nonsense", "redis://:s3cret@127.0.0.1:1/0"])
def test_a_wrong_broker_url(url: str, tmp_path: Path, database_url: str) -> None:
    environment = {"HOTLINE_DATABASE_URL": database_url, "HOTLINE_REDIS_URL": url, "HOTLINE_PORT": str(free_port())}
    sentence = refused(hotline("serve", folder=tmp_path, **environment))
    assert "HOTLINE_REDIS_URL" in sentence and "s3cret" not in sentence


def test_a_wrong_setting(tmp_path: Path) -> None:
    assert "HOTLINE_PORT" in refused(hotline("serve", folder=tmp_path, HOTLINE_PORT="eighty"))


def test_a_real_carrier_with_the_secrets_of_the_source(tmp_path: Path) -> None:
    sentence = refused(hotline("serve", folder=tmp_path, HOTLINE_CARRIER="twilio"))
    assert "HOTLINE_VAULT_KEYS" in sentence and "HOTLINE_PUBLIC_URL" in sentence


def test_an_unknown_flow(tmp_path: Path) -> None:
    assert "main_line" in refused(hotline("flow", "draw", "nonsense", folder=tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "none.yaml" in refused(hotline("import", str(tmp_path / "none.yaml"), folder=tmp_path))
