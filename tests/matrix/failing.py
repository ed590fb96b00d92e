"""What a part that fails is: how it is broken, how it is mended, for how long it is away."""

from __future__ import annotations

from collections.abc import Callable
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
