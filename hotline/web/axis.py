"""The seconds axis of a call: how long it is, where its marks stand, which bars a leg has. Pure; places in percent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

STEPS = (2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
MOST_MARKS = 8
SHORTEST_SECONDS = 20.0
SLIVER = 0.6
"""Narrowest bar that can still be seen, in percent."""


@dataclass(frozen=True)
class Mark:
    """A second that is written under the axis."""

    seconds: int
    at: float


@dataclass(frozen=True)
class Bar:
    """A stretch of time: ``kind`` is wait, ring, whisper, talk or message; ``open``: it goes on beyond the axis."""

    kind: str
    at: float
    width: float
    open: bool = False


@dataclass(frozen=True)
class Axis:
    """The time from ``start`` on, ``seconds`` long."""

    start: datetime
    seconds: float
    step: int

    def place(self, seconds: float) -> float:
        """Return where a second stands, in percent of the axis; beyond its ends: the ends."""
        return round(100 * min(max(seconds, 0.0), self.seconds) / self.seconds, 2)

    def marks(self) -> tuple[Mark, ...]:
        """Return the seconds to write, the last one left out so that it does not hang over the edge."""
        return tuple(Mark(s, self.place(s)) for s in range(0, ceil(self.seconds), self.step))

    def bar(self, kind: str, begins: datetime | None, ends: datetime | None, now: datetime) -> Bar | None:
        """Return the bar of a stretch that began (else None), until its end or ``now``."""
        if begins is None:
            return None
        last = ((ends or now) - self.start).total_seconds()
        at, until = self.place((begins - self.start).total_seconds()), self.place(last)
        at = min(at, 100 - SLIVER)
        return Bar(kind, at, round(max(SLIVER, until - at), 2), open=last > self.seconds)

    def leg(
        self,
        rung: datetime | None,
        picked_up: datetime | None,
        accepted: datetime | None,
        ended: datetime | None,
        now: datetime,
    ) -> tuple[Bar, ...]:
        """Return the bars of a telephone: it rings, is picked up and whispered to, is talked on."""
        stretches = (
            self.bar("ring", rung, picked_up or accepted or ended, now),
            self.bar("whisper", picked_up, accepted or ended, now),
            self.bar("talk", accepted, ended, now),
        )
        return tuple(bar for bar in stretches if bar)


def make_axis(start: datetime, last: datetime) -> Axis:
    """Return an axis from ``start`` that shows ``last`` and ends on a full step."""
    wanted = max(SHORTEST_SECONDS, (last - start).total_seconds())
    step = next((s for s in STEPS if wanted / s <= MOST_MARKS), STEPS[-1])
    return Axis(start, float(ceil(wanted / step) * step), step)
