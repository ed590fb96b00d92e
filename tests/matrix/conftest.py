"""One town after the other: there are hundreds of cells, and each has a county of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from hotline.settings import Settings
from hotline.simulator.world import World
from tests.servers import Addresses
from tests.stories.conftest import TOKEN
from tests.stories.town import Town, settle

OneTown = Callable[..., AbstractContextManager[Town]]


@pytest.fixture
def one_town(servers: Addresses, county_template: str, tmp_path: Path) -> OneTown:
    """Give a county that is gone after the with; ``patience_ms``: with the database."""

    @contextmanager
    def make(patience_ms: int = 1500) -> Iterator[Town]:
        name = f"cell_{uuid4().hex}"
        url = servers.create_database(name, county_template)
        world = World(tmp_path / name, token=TOKEN)
        settings = Settings(
            database_url=url, redis_url=servers.redis_url, data_dir=tmp_path, public_url=world.webhook,
            carrier_token=SecretStr(TOKEN), database_patience_ms=patience_ms,
        )  # fmt: skip
        town = settle(settings, world)
        try:
            yield town
        finally:
            town.close()
            servers.drop_database(name)

    return make
