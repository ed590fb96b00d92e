"""What a part that fails is: how it is broken, how it is mended, for how long it is away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from tests.stories.town import Town

Mend = Callable[[], None]


@dataclass(frozen=True)
class Part:
    """``fails`` breaks it in a town and returns what mends it."""

    fails: Callable[[Town], Mend]
    lasts: timedelta = timedelta(seconds=25)
    """How long it is away: longer than a tier rings."""
    asked: bool = True
    """Whether webhooks need it, so that the web's keeper has something to do."""
    stops: bool = False
    """Whether the web process stands still, and its keeper with it."""
    around: Callable[[Town], AbstractContextManager[object]] = nullcontext
    """What stands in the town from the beginning to the end, so that the part can fail in the middle."""
