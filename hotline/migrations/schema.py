"""Bring a database to the schema the models describe, and say where the two differ."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import DBAPIError

from hotline import db

FOLDER = Path(__file__).parent
ROOMS = ("hotline", "tickets")
TRIES, GIVES_WAY_SECONDS = 10, 0.5
log = logging.getLogger(__name__)


def models() -> tuple[str, ...]:
    """Return the names of the modules that describe tables: those whose name ends in ``models``."""
    found = (module.name for room in ROOMS for module in walk_packages([str(FOLDER.parents[1] / room)], f"{room}."))
    return tuple(sorted(name for name in found if name.endswith("models")))


def metadata() -> MetaData:
    """Return the metadata with every table of the application in it."""
    for name in models():
        import_module(name)
    return db.Base.metadata


def upgrade(url: str, revision: str = "head") -> None:
    """Apply the migrations that are missing; safe when several processes start at once, and while calls come in.

    Where it and a call wait for each other's tables and it is the one to give way, it begins again.
    """
    for left in reversed(range(TRIES)):
        try:
            _run(url, lambda config: command.upgrade(config, revision))
        except DBAPIError as error:
            if not left or not db.is_clash(error):
                raise
            log.warning("the migrations gave way to a call and begin again")
            time.sleep(GIVES_WAY_SECONDS)
        else:
            return


def downgrade(url: str, revision: str) -> None:
    """Go back to ``revision``; data in what is dropped is lost."""
    _run(url, lambda config: command.downgrade(config, revision))


def draft(url: str, message: str) -> Path:
    """Write a new migration from what the models have and the database at ``url`` has not; return its file."""
    number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
    written: list[Any] = []

    def revise(config: Config) -> None:
        written.append(command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}"))

    _run(url, revise)
    return Path(written[0].path)


def current(engine: Engine) -> str | None:
    """Return the revision a database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def differences(engine: Engine) -> list[Any]:
    """Return what would have to change for the database to be what the models say; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata()))


def _run(url: str, action: Callable[[Config], object]) -> None:
    engine = db.create(url, pool_size=1, statement_timeout_ms=0)
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            action(config)
    finally:
        engine.dispose()
