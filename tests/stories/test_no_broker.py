"""No webhook asks the broker for anything: what is to be done later is a row, a Valkey that is away delays nobody."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from kombu import Producer

from hotline.app import create_app
from tests.matrix.cases import CASES
from tests.stories.town import Town


@pytest.fixture
def broker() -> Iterator[socket.socket]:
    """Nobody: a port that would see who comes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def test_a_life_of_calls_passes_without_one_word_to_the_broker(
    town: Town, broker: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[object] = []
    monkeypatch.setattr(Producer, "publish", lambda *_, **given: published.append(given))
    url = f"redis://127.0.0.1:{broker.getsockname()[1]}/0"
    town.x = replace(town.x, settings=town.x.settings.model_copy(update={"redis_url": url}))
    town.world.connect(create_app(town.x).wsgi_app)
    town.play(CASES["message"](town), working=False)
    assert town.events().count("wrapped_up") == 1 and len(town.world.sent()) > 20
    assert not published, published
    with pytest.raises(BlockingIOError):
        broker.accept()
