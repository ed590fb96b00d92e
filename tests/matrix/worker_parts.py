"""The worker is killed over its commits one after the other, or is not there for a while."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from tests.matrix.failing import Mend
from tests.stories.dying import Killed
from tests.stories.town import Deed, Town

LIVES = 5
"""A call that the system places takes so many commits: claimed, taken, asking, placed, done."""
_WRITES = re.compile(r"\b(INSERT INTO|DELETE FROM|UPDATE \w+ (AS \w+ )?SET)\b")


@dataclass
class Mortal:
    """A worker that dies over the first thing it commits; the next one dies over its second, and so on."""

    life: int = 1
    commits: int = 0
    wrote: bool = False

    def __call__(self, deed: Deed) -> object:
        self.commits, self.wrote = 0, False
        try:
            return deed()
        except Killed:
            self.life += 1
            return None

    def executed(self, _connection: Any, cursor: Any, statement: str, *_: object) -> None:
        self.wrote |= cursor.rowcount > 0 and _WRITES.search(statement) is not None

    def committed(self, _session: object) -> None:
        self.commits, self.wrote = self.commits + self.wrote, False
        if self.commits == self.life <= LIVES:
            raise Killed


def killed(moment: str) -> Callable[[Town], Mend]:
    """Return what kills the workers ``before_commit`` or ``after_commit``."""

    def fails(town: Town) -> Mend:
        mortal, sessions = Mortal(), town.x.sessions
        engine: Engine = sessions.kw["bind"]
        event.listen(engine, "after_cursor_execute", mortal.executed)
        event.listen(sessions, moment, mortal.committed)
        town.worker = mortal

        def mend() -> None:
            event.remove(engine, "after_cursor_execute", mortal.executed)
            event.remove(sessions, moment, mortal.committed)
            town.worker = _well

        return mend

    return fails


def absent(town: Town) -> Mend:
    """Nobody does what is due."""
    town.worker = lambda _: None

    def mend() -> None:
        town.worker = _well

    return mend


def _well(deed: Deed) -> object:
    return deed()
