"""The web process and its way to the database fail."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy import Engine

from hotline.app import create_app
from hotline.calls.exchange import make_exchange
from tests.matrix.failing import Mend
from tests.stories.town import Town


def refusing(town: Town) -> Mend:
    """The database refuses every connection of the web."""
    engine: Engine = town.x.call_sessions.kw["bind"]
    pool: Any = engine.pool
    good = pool._creator

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("the database is stopped")

    engine.dispose()
    engine.pool._creator = refuse  # type: ignore[attr-defined]

    def mend() -> None:
        pool.dispose()  # what was in use when it happened has come back to it
        engine.pool._creator = good  # type: ignore[attr-defined]

    return mend


def no_connections(town: Town) -> Mend:
    """Every connection that webhooks may have is in somebody's hands."""
    hands, engine = ExitStack(), town.x.call_sessions.kw["bind"]
    pool: Any = engine.pool
    for _ in range(pool.size() + pool._max_overflow - pool.checkedout()):
        hands.enter_context(engine.connect())
    return hands.close


def killed(town: Town) -> Mend:
    """The web process is killed and another one is there: what it had in memory is gone."""
    gone = town.x
    town.x = make_exchange(town.x.settings, town.world.now, town.x.carrier)
    town.x.standby.find()
    town.app = create_app(town.x)
    return gone.close
