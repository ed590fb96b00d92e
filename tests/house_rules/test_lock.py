"""The lock holds every dependency by hash, is what pyproject.toml asks for, and names no address."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house_rules.tree import committed

PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
LOCKS = {
    "main": PROJECT["project"]["dependencies"] + GROUPS["build"],
    "dev": PROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"],
    "node": GROUPS["node"],
}
_PIN = re.compile(r"^([\w.\-\[\],]+)==([^\s;\\]+)", re.MULTILINE)
HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "mirror.com"),
        ("uns", "pkg.com"),
        ("js", "delivr.net"),
        ("cloud", "flare.com/ajax"),
        ("tuna.", "tsinghua"),
        ("mirrors.", "aliyun"),
    )
)


def pins(name: str) -> dict[str, Version]:
    text = Path(f"requirements/{name}.txt").read_text(encoding="utf-8")
    return {canonicalize_name(found.split("[")[0]): Version(version) for found, version in _PIN.findall(text)}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_is_what_the_project_asks_for(name: str) -> None:
    locked = pins(name)
    for text in LOCKS[name]:
        wanted = Requirement(text)
        version = locked.get(canonicalize_name(wanted.name))
        assert version is not None and version in wanted.specifier, f"{text}: run make lock"


def test_tests_run_on_what_is_delivered() -> None:
    delivered, tested = pins("main"), pins("dev")
    assert {name: tested.get(name) for name in delivered} == delivered


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_by_hash(name: str) -> None:
    text = Path(f"requirements/{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"(?m)^(?=[a-z])", text) if entry and not entry.startswith("#")]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_browser_parts_are_pinned_by_hash_without_address() -> None:
    packages = json.loads(Path("package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_no_file_names_an_index_or_download_host() -> None:
    texts = {str(file): file.read_bytes() for file in committed()}
    assert {name: host for name, text in texts.items() for host in HOSTS if host.encode() in text} == {}
