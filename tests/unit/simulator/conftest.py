"""A world with a toy application; tests may be coroutines, played in virtual time."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.simulator.world import World
from tests.unit.simulator.toy import Toy

LINE = "+8635600000001"


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, toy: Toy) -> Iterator[World]:
    marker = request.node.get_closest_marker("carrier")
    world = World(tmp_path, **(marker.kwargs if marker else {}))
    world.connect(toy.app)
    world.line(LINE)
    yield world
    world.close()
    assert toy.unsigned == []


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Play a coroutine test in its world."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    pyfuncitem.funcargs["world"].play(pyfuncitem.obj(**arguments))
    return True


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "carrier(**settings): how this test's World is set up")
