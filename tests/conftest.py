"""What every test may ask for: real servers, a database of its own, settings; and no way out of this machine."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hotline.accounts import passwords
from hotline.db import create
from hotline.settings import Settings
from tests.chromium import HOW, REQUIRED
from tests.chromium import find as find_chromium
from tests.kept import keep
from tests.order import long_first
from tests.servers import Addresses, Servers

hypothesis.settings.register_profile("here", deadline=None)  # a busy machine is no failure: no test is timed
hypothesis.settings.load_profile("here")

_SERVERS = pytest.StashKey[Servers]()


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections and look-ups beyond loopback, whoever asks (an audit hook cannot be patched around)."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return
    try:
        if ipaddress.ip_address(str(host)).is_loopback:
            return
    except ValueError:
        pass
    raise PermissionError(f"a test tried to reach {host}; only loopback is allowed")


def _servers(config: pytest.Config) -> Servers:
    if _SERVERS not in config.stash:
        config.stash[_SERVERS] = Servers()
    return config.stash[_SERVERS]


def pytest_configure() -> None:
    sys.addaudithook(_stay_here)
    keep()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell each xdist worker where the one pair of servers is."""
    addresses = _servers(node.config).addresses  # type: ignore[attr-defined]
    node.workerinput["servers"] = (addresses.socket_folder, addresses.redis_url)  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SERVERS in config.stash:
        config.stash[_SERVERS].stop()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Addresses:
    """Where PostgreSQL and Valkey are; started on first use, shared by all workers."""
    worker = getattr(request.config, "workerinput", None)
    return Addresses(*worker["servers"]) if worker else _servers(request.config).addresses


@pytest.fixture(scope="session")
def database_url(servers: Addresses, worker_id: str) -> str:
    """URL of this worker's database, schema in place, empty. Nothing committed here is cleaned up for you."""
    return servers.create_database(f"worker_{worker_id}")


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on this worker's database."""
    engine = create(database_url)
    yield engine
    engine.dispose()


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """Give a session inside an outer transaction; even what it commits is rolled back afterwards."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session inside an outer transaction; even what it commits is rolled back after the test."""
    with rolled_back(engine) as session:
        yield session


@pytest.fixture(scope="module")
def own_engine(servers: Addresses) -> Iterator[Engine]:
    """An engine on a database of a module's own (schema in place, empty), to be filled once for many tests."""
    name = f"module_{uuid4().hex}"
    engine = create(servers.create_database(name))
    yield engine
    engine.dispose()
    servers.drop_database(name)


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Argon2id at the least cost: for tests that sign in scores of times and are not about what a guess costs.

    tests/unit/accounts/test_passwords.py tests what it costs otherwise.
    """
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def fresh_database(servers: Addresses) -> Iterator[Callable[[], str]]:
    """Make databases of one's own (schema in place, empty) for stories that commit from several threads.

    Call it for a URL; the databases are dropped after the test, open sessions or not. Dispose of your engines.
    """
    made: list[str] = []

    def make() -> str:
        made.append(f"fresh_{uuid4().hex}")
        return servers.create_database(made[-1])

    yield make
    for name in made:
        servers.drop_database(name)


@pytest.fixture(scope="session")
def county_template(servers: Addresses, worker_id: str) -> str:
    """Name of a database with the sample county, to be copied."""
    from tests.stories.town import populate

    name = f"county_{worker_id}"
    url = servers.create_database(name)
    populate(Settings(database_url=url), lambda: datetime(2026, 11, 23, tzinfo=UTC))
    return name


@pytest.fixture(scope="session")
def city_template(servers: Addresses, worker_id: str) -> str:
    """Name of a database with the sample city of four tiers, to be copied."""
    from tests.stories.town import SAMPLE, populate

    name = f"city_{worker_id}"
    url = servers.create_database(name)
    sample = SAMPLE.with_name("shenzhen.yaml")
    populate(Settings(database_url=url), lambda: datetime(2026, 11, 23, tzinfo=UTC), sample)
    return name


@pytest.fixture
def settings(database_url: str, servers: Addresses, tmp_path: Path) -> Settings:
    """Settings that point at the test servers, whatever the environment says."""
    return Settings(
        database_url=database_url,
        redis_url=servers.redis_url,
        data_dir=tmp_path,
        host="127.0.0.1",
        port=8080,
        public_url="http://hotline.test",
        carrier="simulator",
        carrier_token=SecretStr("simulated-carrier-token"),
    )


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium for Playwright's ``executable_path``; without one the story is skipped, in CI it fails."""
    found = find_chromium()
    if found is None:
        (pytest.fail if REQUIRED else pytest.skip)(HOW)
    return found
