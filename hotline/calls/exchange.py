"""What a call needs besides the database session; made once per process by hotline.app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.clock import Clock
from hotline.db import SessionFactory
from hotline.settings import Settings
from hotline.telephony.capabilities import Capabilities
from hotline.telephony.rest import Carrier
from hotline.vault import Vault
from ivr_flows.engine.nodes import Flow
from ivr_flows.wording import Book


@dataclass(frozen=True)
class Exchange:
    """The switchboard's surroundings: settings, time, keys, words, carrier."""

    settings: Settings
    sessions: SessionFactory
    clock: Clock
    vault: Vault
    book: Book
    flows: Mapping[str, Flow]
    capabilities: Capabilities
    carrier: Carrier
