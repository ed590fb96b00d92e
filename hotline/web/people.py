"""Names for identifiers: read for a whole page at once, shown with numbers masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import Line, Station, Survivor
from hotline.directory.words import short_name
from hotline.numbers import from_stored
from hotline.vault import Vault, VaultError
from hotline.web.language import _, language
from tickets.models import Ticket

T = TypeVar("T", Station, Survivor, Line)


@dataclass(frozen=True)
class Who:
    """A caller as pages show one: the name if the ledger knows it, the masked number, the place."""

    name: str
    number: str
    place: str

    @property
    def title(self) -> str:
        """The name; for somebody the ledger does not know, the masked number."""
        return self.name or self.number or _("未显示号码")


@dataclass(frozen=True)
class Names:
    """The directory rows that a page's tickets and calls speak of."""

    stations: Mapping[UUID, Station]
    survivors: Mapping[UUID, Survivor]
    lines: Mapping[UUID, Line]

    def station(self, id_: UUID | None) -> str:
        """Return a station's short name in the reader's language, or an empty string."""
        found = self.stations.get(id_) if id_ else None
        return short_name(found, language()) if found else ""

    def line(self, id_: UUID | None) -> str:
        """Return a published line's name in the reader's language, or an empty string."""
        found = self.lines.get(id_) if id_ else None
        return ((found.name_en if language() == "en" else "") or found.name) if found else ""

    def who(self, ticket: Ticket, vault: Vault) -> Who:
        """Return the caller of a ticket."""
        survivor = self.survivors.get(ticket.survivor_id) if ticket.survivor_id else None
        places = (survivor.village if survivor else "", self.station(ticket.station_id))
        place = " · ".join(dict.fromkeys(p for p in places if p))
        return Who(survivor.name if survivor else "", masked(vault, ticket.caller_sealed), place)


def read(
    session: Session,
    tickets: Iterable[Ticket] = (),
    *,
    stations: Iterable[UUID | None] = (),
    survivors: Iterable[UUID | None] = (),
    lines: Iterable[UUID | None] = (),
) -> Names:
    """Return the names for some tickets and for further identifiers: one query a kind."""
    rows = list(tickets)
    return Names(
        stations=_by_id(session, Station, [t.station_id for t in rows] + list(stations)),
        survivors=_by_id(session, Survivor, [t.survivor_id for t in rows] + list(survivors)),
        lines=_by_id(session, Line, [t.line_id for t in rows] + list(lines)),
    )


def masked(vault: Vault, sealed: bytes | None) -> str:
    """Return a sealed number with its middle hidden; empty where there is none or its key is gone."""
    if sealed is None:
        return ""
    try:
        return from_stored(vault.open(sealed)).masked
    except VaultError:
        return _("号码已加密")


def _by_id(session: Session, kind: type[T], ids: Iterable[UUID | None]) -> Mapping[UUID, T]:
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(wanted)))}
