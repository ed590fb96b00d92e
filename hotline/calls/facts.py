"""What routing needs to know, as plain values. Pure; hotline.calls.lookup fills it from the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hotline.directory.policy import RoutingPolicy


@dataclass(frozen=True)
class Phone:
    """A telephone that could be rung."""

    kind: str
    """handset, staff or branch."""
    id: UUID
    number: str
    """As hotline.numbers keeps it, without extension."""
    label: str
    extension: str = ""
    state: str = "ok"
    """ok, suspect or dead."""
    busy: bool = False
    own_queue: bool = False
    """Takes several calls at once, so it is never busy."""
    station_id: UUID | None = None


@dataclass(frozen=True)
class StationFacts:
    """A station at the moment of the call: who is on duty there and what can be rung."""

    id: UUID
    name: str
    handsets: tuple[Phone, ...] = ()
    """By priority: the duty handset first, then the backup's."""
    first: Phone | None = None
    """The telephone of the person on duty; None: no roster, the first handset stands in."""
    backup: Phone | None = None
    unconfirmed: bool = False
    """The person on duty has not confirmed to be there, or cannot come: the backup rings together with the handset."""


@dataclass(frozen=True)
class BranchFacts:
    """A volunteer or partner line in whose area the caller lives."""

    phone: Phone
    owner_id: UUID
    owner: str
    kind: str
    """volunteer or partner."""
    serves: frozenset[str]
    open: bool
    priority: int = 1


@dataclass(frozen=True)
class Facts:
    """Everything a plan depends on."""

    now: datetime
    policy: RoutingPolicy
    station: StationFacts
    """The station whose duty handset rings first."""
    village: StationFacts | None = None
    neighbours: tuple[StationFacts, ...] = ()
    """Stations that help out, nearest first; a parent below the top stands last."""
    county: StationFacts | None = None
    paired: Phone | None = None
    """The telephone of the person paired with the survivor."""
    paired_on_duty: bool = False
    branches: tuple[BranchFacts, ...] = ()
    caller: str | None = None
    flow: str = "main"
    need: str = ""
    domain: str = ""
    urgent: bool = False
    called_owner: UUID | None = None
    """Team or partner whose published line was called."""
    cut_off: Phone | None = None
    """The telephone on which this caller's last call was cut off a short while ago."""
    tried: frozenset[str] = field(default_factory=frozenset)
    """Numbers already rung in this call."""
