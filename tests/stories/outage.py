"""The database goes away and comes back, as a process sees it: every connection is refused."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from hotline.calls.exchange import Exchange
from hotline.calls.standby import keeper
from tests.stories.town import Town


def unplug(town: Town) -> Callable[[], None]:
    """Let the database refuse every connection; returns what plugs it in again."""
    engines: list[Engine] = [sessions.kw["bind"] for sessions in (town.x.sessions, town.x.call_sessions)]
    good = [engine.pool._creator for engine in engines]  # type: ignore[attr-defined]

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("the database is stopped")

    for engine in engines:
        engine.dispose()
        engine.pool._creator = refuse  # type: ignore[attr-defined]

    def plug_in() -> None:
        for engine, creator in zip(engines, good, strict=True):
            engine.pool._creator = creator  # type: ignore[attr-defined]

    return plug_in


def looked_after(x: Exchange) -> bool:
    """Do a round of both threads of the keeper; return whether the database answers."""
    return keeper.watch(x) and keeper.renew(x)


def prepared(town: Town) -> Town:
    """Let this process have its snapshot."""
    assert looked_after(town.x)
    return town


async def back(town: Town, plug_in: Callable[[], None]) -> None:
    """The database is there again, and the keeper sees it."""
    plug_in()
    assert await town.world.work(looked_after, town.x)
