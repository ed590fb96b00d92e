"""What can be said of the containers without an engine: they name commands, settings and files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.main import get_command

from hotline import worker
from hotline.cli import app
from hotline.commands import services
from hotline.commands.ready import PARTS
from hotline.settings import Settings

DOCKER = Path("docker")
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "care-hotline"}


def test_every_part_runs_a_command_that_there_is() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert {service.get("command", ["serve"])[0] for service in OURS.values()} <= known
    checks = [service["healthcheck"]["test"] for service in OURS.values() if "test" in service.get("healthcheck", {})]
    assert {(check[1], check[2]) for check in checks} == {("hotline", "ready")}
    assert {check[3] for check in checks} <= set(PARTS)


def test_every_setting_named_there_exists() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in DOCKER.iterdir())
    named = set(re.findall(r"HOTLINE_[A-Z_]+", text))
    assert named >= {"HOTLINE_PRODUCTION", "HOTLINE_VAULT_KEYS"}
    assert named <= {f"HOTLINE_{name.upper()}" for name in Settings.model_fields}


def test_a_part_that_stops_has_the_time_to_finish() -> None:
    graces = {name: int(service.get("stop_grace_period", "10s").removesuffix("s")) for name, service in OURS.items()}
    assert graces["web"] == graces["web-b"] > services.WEB_GRACE > 10, "no carrier waits longer than 15 s"
    assert graces["worker"] > services.WORKER_GRACE > worker.HARD_SECONDS
    assert graces["demo"] > services.WORKER_GRACE


def test_every_part_but_the_demo_is_production() -> None:
    served = [name for name in OURS if name != "demo"]
    assert served == ["migrate", "web", "web-b", "worker", "beat"]
    for name in served:
        assert OURS[name]["environment"]["HOTLINE_PRODUCTION"] == "true"
        assert OURS[name]["read_only"] and OURS[name]["cap_drop"] == ["ALL"]
    assert OURS["demo"]["profiles"] == ["demo"], "it never starts beside the real one by itself"


def test_the_image_copies_what_is_there_and_runs_as_nobody() -> None:
    lines = (DOCKER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    copied = [name for names in copies for name in names]
    assert copied and all(Path(name).exists() for name in copied)
    kept = Path(".dockerignore").read_text(encoding="utf-8")
    assert all(f"!{name}" in kept.splitlines() for name in copied)
    assert [line for line in lines if line.startswith("USER ")][-1] == "USER 10001:10001"
