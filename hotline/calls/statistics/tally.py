"""What is added up: shares, times, and where calls fall in time and in the chain. Pure.

Sums over stations and days are sums of tallies, so a day that is over need be counted once only; percentiles stay
exact (see seconds).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from hotline.calls.statistics.seconds import Quantiles, Seconds
from tickets.rates import Rate

Key = TypeVar("Key")
Document = Mapping[str, Any]
"""As it is kept: plain JSON."""


@dataclass
class Tally:
    """Code of a share -> how many of how many; code of a time -> its seconds."""

    shares: dict[str, tuple[int, int]] = field(default_factory=dict)
    spans: dict[str, Seconds] = field(default_factory=lambda: defaultdict(Seconds))

    def __bool__(self) -> bool:
        """True when anything was counted (what is taken away again leaves noughts)."""
        return any(whole for _part, whole in self.shares.values())

    def share(self, code: str) -> Rate:
        """Return a share; of nothing where nothing was counted."""
        return Rate(*self.shares.get(code, (0, 0)))

    def span(self, code: str) -> Quantiles:
        """Return the percentiles of a time."""
        seconds = self.spans.get(code)
        return seconds.quantiles() if seconds else Quantiles()

    def add(self, other: Tally) -> None:
        """Add what another part counted."""
        for code, pair in other.shares.items():
            plus(self.shares, code, pair)
        for code, seconds in other.spans.items():
            self.spans[code].add(seconds)

    def take_kept(self, kept: Document) -> None:
        """Take away what ``document`` wrote."""
        for code, (part, whole) in kept["shares"].items():
            plus(self.shares, code, (-part, -whole))
        for code, written in kept["spans"].items():
            self.spans[code].take_written(written)

    def add_kept(self, kept: Document, without: Collection[str] = ()) -> None:
        """Add what ``document`` wrote, but for the times that are named."""
        for code, (part, whole) in kept["shares"].items():
            plus(self.shares, code, (part, whole))
        for code, written in kept["spans"].items():
            if code not in without:
                self.spans[code].add_written(written)

    def document(self, *times: str) -> Document:
        """Return it as it is kept, with these times alone (none given: all); what is nought is left out."""
        spans = {code: seconds for code, seconds in self.spans.items() if seconds.count}
        return {
            "shares": {code: pair for code, pair in self.shares.items() if pair[1]},
            "spans": {code: seconds.written() for code, seconds in spans.items() if not times or code in times},
        }


@dataclass
class Count:
    """Everything counted of some calls and tickets."""

    needs: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """What was asked for (empty: no key was pressed); together they are all."""
    hours: dict[tuple[date, int], tuple[int, int]] = field(default_factory=dict)
    """Day and hour here -> calls over, of them reached."""
    depth: Counter[str] = field(default_factory=Counter)
    """What answered a call, or how it was lost -> calls over."""
    helpers: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """Identifier of a branch's line (rung) or of a team or partner (handed a ticket) -> how they did."""

    def all(self) -> Tally:
        """Return the sum of all needs."""
        return total(self.needs.values())

    def add(self, other: Count) -> None:
        """Add what another part counted."""
        for mine, theirs in ((self.needs, other.needs), (self.helpers, other.helpers)):
            for code, tally in theirs.items():
                mine[code].add(tally)
        for key, pair in other.hours.items():
            plus(self.hours, key, pair)
        self.depth.update(other.depth)

    def document(self) -> Document:
        """Return it as it is kept, of one day."""
        return {
            "needs": {code: tally.document() for code, tally in self.needs.items()},
            "hours": {hour: pair for (_day, hour), pair in self.hours.items()},
            "depth": dict(self.depth),
            "helpers": {code: tally.document() for code, tally in self.helpers.items()},
        }

    def take_kept(self, kept: Document, day: date) -> None:
        """Take away what ``document`` wrote of a day."""
        for mine, name in ((self.needs, "needs"), (self.helpers, "helpers")):
            for code, tally in kept[name].items():
                mine[code].take_kept(tally)
        for hour, (calls, reached) in kept["hours"].items():
            plus(self.hours, (day, int(hour)), (-calls, -reached))
        self.depth.subtract(kept["depth"])

    def add_kept(self, kept: Document, day: date, without: Collection[str] = ()) -> None:
        """Add what ``document`` wrote of a day, but for the times that are named."""
        for mine, name in ((self.needs, "needs"), (self.helpers, "helpers")):
            for code, tally in kept[name].items():
                mine[code].add_kept(tally, without)
        for hour, (calls, reached) in kept["hours"].items():
            plus(self.hours, (day, int(hour)), (calls, reached))
        self.depth.update(kept["depth"])


def plus(sums: dict[Key, tuple[int, int]], key: Key, pair: tuple[int, int]) -> None:
    """Add a pair of numbers to that of a key."""
    was = sums.get(key, (0, 0))
    sums[key] = was[0] + pair[0], was[1] + pair[1]


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    found = Tally()
    for tally in tallies:
        found.add(tally)
    return found
