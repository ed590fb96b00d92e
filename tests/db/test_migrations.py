"""Migrations build from nothing what the models describe, and the latest can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from hotline.db import create
from hotline.migrations import schema
from tests.servers import Addresses


@pytest.fixture
def empty(servers: Addresses) -> Iterator[str]:
    """URL of a database with nothing in it, not even the extensions."""
    name = f"empty_{uuid4().hex}"
    yield servers.create_database(name, template="template0")
    servers.drop_database(name)


def test_they_build_the_schema_of_the_models_from_nothing(empty: str) -> None:
    schema.upgrade(empty)
    engine = create(empty)
    found = schema.differences(engine)
    at = schema.current(engine)
    engine.dispose()
    assert found == []
    assert at == schema.head() is not None


def test_the_latest_can_be_taken_back_and_put_on_again(empty: str) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty, "-1")
    engine = create(empty)
    assert schema.current(engine) != schema.head()
    schema.upgrade(empty)
    assert schema.differences(engine) == []
    engine.dispose()


def test_a_second_run_changes_nothing(empty: str) -> None:
    schema.upgrade(empty)
    engine = create(empty)
    tables = "SELECT relname, relfilenode FROM pg_class WHERE relkind IN ('r', 'i') ORDER BY 1"
    with engine.connect() as connection:
        before = connection.execute(text(tables)).all()
    schema.upgrade(empty)
    with engine.connect() as connection:
        assert connection.execute(text(tables)).all() == before
    engine.dispose()
