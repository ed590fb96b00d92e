"""Migrations build from nothing what the models describe, and the latest can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from hotline.db import create
from hotline.migrations import schema
from tests.servers import Addresses

WHAT_IS_THERE = """
SELECT 'column', table_name, column_name, data_type, udt_name, is_nullable, column_default, generation_expression
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', '', ''
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '', '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '', '', ''
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, '', regexp_replace(prosrc, '\\s+', ' ', 'g'), '', '', '', ''
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> 13
UNION ALL SELECT 'extension', extname, '', '', '', '', '', '' FROM pg_extension
"""


@pytest.fixture
def empty(servers: Addresses) -> Iterator[str]:
    """URL of a database with nothing in it, not even the extensions."""
    name = f"empty_{uuid4().hex}"
    yield servers.create_database(name, template="template0")
    servers.drop_database(name)


def catalogue(engine: Engine) -> set[tuple[str, ...]]:
    """Return what PostgreSQL says is there; more than Alembic compares (checks, predicates, triggers, functions)."""
    with engine.connect() as connection:
        rows = connection.execute(text(WHAT_IS_THERE)).all()
    return {tuple(str(value) for value in row) for row in rows if "alembic_version" not in row[1]}


def test_they_build_the_schema_of_the_models_from_nothing(empty: str, engine: Engine) -> None:
    schema.upgrade(empty)
    built = create(empty)
    assert schema.differences(built) == []
    assert schema.current(built) == schema.head() is not None
    migrated, modelled = catalogue(built), catalogue(engine)
    built.dispose()
    assert (sorted(modelled - migrated), sorted(migrated - modelled)) == ([], [])
    assert len(modelled) > 100


def test_every_module_with_tables_is_known() -> None:
    sources = [file for room in ("hotline", "tickets") for file in Path(room).rglob("*.py")]
    with_tables = [file for file in sources if "__tablename__" in file.read_text(encoding="utf-8")]
    assert {".".join(file.with_suffix("").parts) for file in with_tables} == set(schema.models())


def test_the_latest_can_be_taken_back_and_put_on_again(empty: str) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty, "-1")
    engine = create(empty)
    assert schema.current(engine) != schema.head()
    schema.upgrade(empty)
    assert schema.differences(engine) == []
    engine.dispose()


def test_a_call_that_they_wait_for_in_turn_only_holds_them_up(empty: str, caplog: pytest.LogCaptureFixture) -> None:
    """They hold the stations and want the rosters; somebody has changed a roster and is about to change a station."""
    schema.upgrade(empty, "0033")
    engine = create(empty)
    with engine.begin() as admin:  # they look once, and on a busy machine the page may need more than the usual second
        admin.execute(text(f"ALTER DATABASE {admin.engine.url.database} SET deadlock_timeout = '3s'"))
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pattern'::regclass")
    with ThreadPoolExecutor(1) as thread:
        with engine.begin() as page, engine.connect() as watcher:
            page.execute(text("SET LOCAL deadlock_timeout = '1min'"))  # whoever looks first gives way: not the page
            page.execute(text("LOCK TABLE pattern IN ROW EXCLUSIVE MODE"))
            upgraded = thread.submit(schema.upgrade, empty)
            while not watcher.scalar(waiting):
                watcher.rollback()
            page.execute(text("LOCK TABLE station IN ROW EXCLUSIVE MODE"))
        upgraded.result(30)
    assert "gave way" in caplog.text
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
