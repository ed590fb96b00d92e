"""Stories: each gets the sample county in a database of its own and a carrier of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from hotline.settings import Settings
from hotline.simulator.world import World
from tests.servers import Addresses
from tests.stories.town import Town, settle

TOKEN = "story-token"


@pytest.fixture
def make_town(servers: Addresses, county_template: str, tmp_path: Path) -> Iterator[Callable[..., Town]]:
    """Make counties: ``carrier`` and ``language`` go to the settings, other keyword arguments to the World."""
    made: list[tuple[str, Town]] = []

    def make(
        carrier: str = "simulator", template: str = county_template, language: str = "zh-CN", **world_options: object
    ) -> Town:
        name = f"story_{template}_{tmp_path.name}_{len(made)}"
        url = servers.create_database(name, template)
        world = World(tmp_path / f"carrier{len(made)}", token=TOKEN, **world_options)  # type: ignore[arg-type]
        settings = Settings(
            database_url=url,
            redis_url=servers.redis_url,
            data_dir=tmp_path,
            public_url=world.webhook,
            carrier=carrier,
            carrier_token=SecretStr(TOKEN),
            default_language=language,
            database_patience_ms=3000,
        )
        made.append((name, settle(settings, world)))
        return made[-1][1]

    yield make
    for name, town in made:
        town.close()
        servers.drop_database(name)


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """The sample county on a Monday at nine in the morning."""
    return make_town()
