"""What a call needs besides the database session; made once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import sessionmaker

from hotline import db
from hotline.calls.prompts.live import LiveBook
from hotline.calls.standby.standby import Standby
from hotline.clock import Clock, system_clock
from hotline.db import SessionFactory
from hotline.settings import Settings
from hotline.telephony.capabilities import CARRIERS, Capabilities
from hotline.telephony.rest import Carrier
from hotline.vault import Vault
from ivr_flows.engine.nodes import Flow
from ivr_flows.flows import FLOWS
from ivr_flows.wording import Book, load_book


@dataclass(frozen=True)
class Exchange:
    """The switchboard's surroundings: settings, time, keys, words, carrier."""

    settings: Settings
    sessions: SessionFactory
    """For pages, commands and background work."""
    call_sessions: SessionFactory
    """For the carrier's webhooks alone: connections of their own, so that no page stands before a caller."""
    clock: Clock
    vault: Vault
    prompts: LiveBook
    flows: Mapping[str, Flow]
    capabilities: Capabilities
    carrier: Carrier
    standby: Standby

    @property
    def book(self) -> Book:
        """The words that callers hear now."""
        return self.prompts.book

    def close(self) -> None:
        """Give the connections to the database back, and the journal's file."""
        for sessions in (self.sessions, self.call_sessions):
            sessions.kw["bind"].dispose()
        self.standby.journal.close()


def make_exchange(settings: Settings, clock: Clock = system_clock, carrier: Carrier | None = None) -> Exchange:
    """Return the exchange of a process that works with these settings."""
    keys = tuple(k.strip() for k in settings.vault_keys.get_secret_value().split(",") if k.strip())
    engine = db.create(settings.database_url)
    patience = settings.database_patience_ms / 1000
    calls = db.create(settings.database_url, statement_timeout_ms=2_500, pool_timeout_seconds=max(patience, 1))
    vault = Vault(keys, settings.vault_pepper.get_secret_value().encode())
    return Exchange(
        settings=settings,
        sessions=sessionmaker(engine, expire_on_commit=False),
        call_sessions=sessionmaker(calls, expire_on_commit=False),
        clock=clock,
        vault=vault,
        prompts=LiveBook(load_book(), settings.prompts_dir),
        flows=FLOWS,
        capabilities=CARRIERS[settings.carrier],
        carrier=carrier or Carrier(settings),
        standby=Standby(settings, vault, calls),
    )
