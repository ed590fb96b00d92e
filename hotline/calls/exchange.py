"""What a call needs besides the database session; made once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import sessionmaker

from hotline import db
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
    clock: Clock
    vault: Vault
    book: Book
    flows: Mapping[str, Flow]
    capabilities: Capabilities
    carrier: Carrier
    standby: Standby


def make_exchange(settings: Settings, clock: Clock = system_clock, carrier: Carrier | None = None) -> Exchange:
    """Return the exchange of a process that works with these settings."""
    keys = tuple(k.strip() for k in settings.vault_keys.get_secret_value().split(",") if k.strip())
    engine = db.create(settings.database_url)
    vault = Vault(keys, settings.vault_pepper.get_secret_value().encode())
    return Exchange(
        settings=settings,
        sessions=sessionmaker(engine, expire_on_commit=False),
        clock=clock,
        vault=vault,
        book=load_book(),
        flows=FLOWS,
        capabilities=CARRIERS[settings.carrier],
        carrier=carrier or Carrier(settings),
        standby=Standby(settings, vault, engine),
    )
