"""How long nobody may try again after failed sign-ins: longer each time, so that guessing is hopeless. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(hours=24)
"""Failures older than this no longer count."""


@dataclass(frozen=True)
class Limit:
    """``free`` failures cost nothing; the next one ``first``, each further one twice as long, at most ``longest``."""

    free: int
    first: timedelta
    longest: timedelta

    def pause(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures in a row."""
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        return min(self.first * (1 << min(over - 1, 16)), self.longest)


ACCOUNT = Limit(free=4, first=timedelta(seconds=30), longest=timedelta(minutes=30))
"""For one sign-in name, whether or not an account has it: who guesses learns nothing."""
ADDRESS = Limit(free=20, first=timedelta(seconds=30), longest=timedelta(hours=1))
"""For one network address: a whole office may share one."""


@dataclass(frozen=True)
class Failures:
    """Tries in a row that did not succeed, and when the last was."""

    count: int = 0
    last_at: datetime | None = None


def wait(failures: Failures, limit: Limit, now: datetime) -> timedelta:
    """Return how long from ``now`` the next try is refused; zero when it may be made."""
    if failures.last_at is None or now - failures.last_at >= FORGOTTEN_AFTER:
        return timedelta(0)
    return max(failures.last_at + limit.pause(failures.count) - now, timedelta(0))


def after(failures: Failures, now: datetime) -> Failures:
    """Return the failures once another try is made; it counts as failed until it has succeeded."""
    if failures.last_at is None or now - failures.last_at >= FORGOTTEN_AFTER:
        return Failures(1, now)
    return Failures(failures.count + 1, now)
