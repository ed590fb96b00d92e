"""One line of the journal: a webhook that was answered without the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One webhook that was answered without the database: what it said, what we decided, what we answered.

    ``owner`` and ``step`` name the webhook (call and number, leg and key, …): the same one again is the same entry.
    """

    owner: str
    step: str
    call: str
    """The call's identifier; empty where the webhook names only the carrier's."""
    kind: str
    """begin, turn, screen, key, leg_status, status or recording."""
    at: datetime
    facts: Mapping[str, Any]
    reply: str = ""
    seq: int = 0
