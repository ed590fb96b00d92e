"""Times as they are counted: every second that occurred and how often, so that percentiles stay exact. Pure.

Sums are never made: what was kept of each day stays a part of its own, and a percentile is found by asking all parts
how many took at most so long. Adding up a month's histograms took longer than everything else on a page.
"""

from __future__ import annotations

import sys
from array import array
from binascii import a2b_base64, b2a_base64
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil
from typing import Any

POINTS = (0.5, 0.9, 0.95)

Written = list[Any] | str
"""As it is kept in JSON."""


@dataclass(frozen=True)
class Quantiles:
    """How many, and the seconds that half, nine tenths and nineteen twentieths of them needed at most."""

    count: int = 0
    median: int | None = None
    p90: int | None = None
    p95: int | None = None


@dataclass
class Seconds:
    """A time: ``single`` seconds, each as often as it occurred, and ``kept`` ones of whole days.

    A kept part is the seconds that occurred, sorted, and 0 followed by how many took at most as long as each.
    """

    single: list[int] = field(default_factory=list)
    kept: list[tuple[Sequence[int], Sequence[int]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.single) + sum(seen[-1] for _values, seen in self.kept)

    def add(self, other: Seconds) -> None:
        """Add those of another part."""
        self.single += other.single
        self.kept += other.kept

    def take_written(self, written: Written) -> None:
        """Take away what ``written`` gave: the same part, counting down."""
        taken = Seconds()
        taken.add_written(written)
        taken.kept.append((sorted(taken.single), range(len(taken.single) + 1)))
        self.kept += [(values, [-count for count in seen]) for values, seen in taken.kept if values]

    def add_written(self, written: Written) -> None:
        """Add what ``written`` gave; days kept by earlier versions have two lists where now one text is written."""
        if isinstance(written, str):
            numbers = array("i", a2b_base64(written))
            if sys.byteorder == "big":
                numbers.byteswap()
            self.kept.append((numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]))
        elif written and isinstance(written[0], list):
            values, counts = written
            self.kept.append((values, [0, *accumulate(counts)]))
        else:
            self.single += written

    def written(self) -> Written:
        """Return it as it is kept: the single seconds, or where each occurs often a kept part in base64.

        Reading a busy month's 300,000 numbers as JSON took longer than finding their percentiles.
        """
        often = Counter(self.single)
        for values, seen in self.kept:
            for value, before, until in zip(values, seen, seen[1:], strict=False):
                often[value] += until - before
        if 2 * len(often) >= often.total():
            return sorted(often.elements())
        values = sorted(often)
        numbers = array("i", [*values, 0, *accumulate(often[value] for value in values)])
        if sys.byteorder == "big":
            numbers.byteswap()
        return b2a_base64(numbers.tobytes(), newline=False).decode()

    def quantiles(self) -> Quantiles:
        """Return the percentiles: seconds that somebody really needed (as percentile_disc)."""
        count = self.count
        if not count:
            return Quantiles()
        self.single.sort()
        ends = [(values[0], values[-1]) for values in (self.single, *(values for values, _seen in self.kept)) if values]
        every = range(min(first for first, _last in ends), max(last for _first, last in ends) + 1)
        return Quantiles(count, *(every[bisect_left(every, ceil(p * count), key=self._at_most)] for p in POINTS))

    def _at_most(self, value: int) -> int:
        """Return how many took at most so long; ``single`` is sorted."""
        return bisect_right(self.single, value) + sum([seen[bisect_right(values, value)] for values, seen in self.kept])
