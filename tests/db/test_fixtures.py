"""The test fixtures keep their promises: databases are copies, sessions leave nothing, sockets stay here."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import redis
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from hotline.db import create
from hotline.settings import Settings


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_session_leaves_nothing_behind(session: Session, engine: Engine, attempt: int) -> None:
    session.execute(text("CREATE TABLE left_behind (id int)"))
    session.commit()
    with engine.connect() as other:
        assert other.execute(text("SELECT to_regclass('left_behind')")).scalar() is None


def test_a_fresh_database_is_a_copy_of_its_own(fresh_database: Callable[[], str]) -> None:
    first, second = create(fresh_database()), create(fresh_database())
    with first.begin() as one:
        one.execute(text("CREATE TABLE mine (id int)"))
        assert one.execute(text("SELECT to_regclass('tenant')")).scalar() == "tenant"
    with second.begin() as two:
        assert two.execute(text("SELECT to_regclass('mine')")).scalar() is None
    first.dispose()
    second.dispose()


def test_the_broker_answers(settings: Settings) -> None:
    with redis.Redis.from_url(settings.redis_url) as broker:
        assert broker.ping()


@pytest.mark.parametrize("address", ["192.0.2.1", "example.invalid"])
def test_nothing_leaves_this_machine(address: str) -> None:
    with pytest.raises(PermissionError, match="only loopback"):
        socket.create_connection((address, 80), timeout=1)
