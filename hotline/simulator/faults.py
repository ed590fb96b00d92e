"""What can go wrong between carrier and application, on demand."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

Effect = Literal[
    "lost", "late", "reordered", "duplicate", "duplicate_at_once", "slow", "error", "error_after", "garbage"
]
EFFECTS: tuple[str, ...] = get_args(Effect)


@dataclass
class Fault:
    """A rule: what happens to the webhooks it matches.

    lost: never arrives. late: arrives after ``seconds``. reordered: arrives after the next one of its call.
    duplicate: arrives twice, one after the other; duplicate_at_once: at the same instant (the later answer counts).
    slow: the answer takes ``seconds``. error: answered 500 on the way. error_after: arrives, the answer becomes 500.
    garbage: arrives, the answer is no document.
    """

    effect: Effect
    kind: str = ""
    """voice, action, screen, status, recording, amd, fallback, audio; empty: any webhook."""
    url: str = ""
    """A regular expression that the address must contain; empty: any."""
    nth: int = 1
    """From which matching webhook on, counted from 1."""
    times: int = 1
    """How many of them; 0: all."""
    seconds: float = 5.0
    id: int = 0
    seen: int = 0
    used: int = 0

    def strikes(self, kind: str, url: str) -> bool:
        """Count a webhook and return whether this rule applies to it."""
        if self.kind not in ("", kind) or (kind == "audio" and self.kind != kind) or not re.search(self.url, url):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times and self.used >= self.times):
            return False
        self.used += 1
        return True


@dataclass
class Faults:
    """The rules in force, first match first."""

    rules: list[Fault] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(
        self, effect: Effect, kind: str = "", url: str = "", *, nth: int = 1, times: int = 1, seconds: float = 5.0
    ) -> Fault:
        """Put a rule in force and return it. Raises re.error on a bad expression."""
        re.compile(url)
        fault = Fault(effect, kind, url, nth, times, seconds, id=next(self._ids))
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Everything works again."""
        self.rules.clear()

    def strike(self, kind: str, url: str) -> Fault | None:
        """Return the rule that applies to this webhook, if any."""
        return next((rule for rule in list(self.rules) if rule.strikes(kind, url)), None)
