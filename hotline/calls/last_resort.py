"""The last resort: for each published line a document that the carrier runs while the whole application is down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.explain import facts_from
from hotline.calls.facts import Facts, Phone, StationFacts
from hotline.directory.models import Line, Station, Tenant
from hotline.numbers import Number, from_stored
from hotline.settings import Settings
from hotline.telephony.static_document import Round, Voice, beside, for_line

MOST_AT_ONCE = 10
"""A carrier rings no more telephones at once."""
RING_SECONDS = 25
"""Longer than in the chain: there is no second try."""
STALE_AFTER = timedelta(minutes=15)
"""Documents that nobody has renewed for this long may ring a handset that is off duty."""
STAMP = "renewed-at"
"""The file that says when the documents were last known to be right."""


@dataclass(frozen=True)
class LastResort:
    """How old the documents are; ``age`` None: there are none."""

    age: timedelta | None

    @property
    def stale(self) -> bool:
        """True when somebody must look why nobody renews them."""
        return self.age is None or self.age > STALE_AFTER


def folder(settings: Settings) -> Path:
    """Return where the documents are kept; this folder is what an operator publishes."""
    return settings.data_dir / "fallback"


def documents(x: Exchange, session: Session, now: datetime) -> Mapping[str, str]:
    """Return every line's document as it should be at ``now``, by file name, and the files beside them."""
    voice = Voice(x.book, x.settings.default_language, x.capabilities, x.settings.fallback_url)
    found: dict[str, str] = {}
    lines = select(Line, Tenant.code).join(Tenant, Tenant.id == Line.tenant_id).where(Line.active)
    for line, tenant in session.execute(lines.order_by(Tenant.code, Line.code)).all():
        shown = x.settings.carrier_from or from_stored(x.vault.open(line.number_sealed)).value
        voice_of_line = Voice(voice.book, line.language, voice.carrier, voice.folder_url)
        rounds = [Round(numbers, RING_SECONDS) for numbers in _rounds(x, session, line, now)]
        found[_name(tenant, line.code)] = for_line(rounds, shown, voice_of_line)
    return {**found, **(beside(voice) if voice.folder_url and voice.carrier.screening else {})}


def write(x: Exchange, target: Path, now: datetime) -> Sequence[str]:
    """Write the documents into a folder, each whole or not at all, and return their names.

    Files of lines that are no longer published go. They name telephones: only the owner and the group may read them.
    Raises OSError.
    """
    with x.sessions() as session:
        x.prompts.refresh(session)
        wanted = documents(x, session, now)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        if not (target / name).is_file() or (target / name).read_text(encoding="utf-8") != text:
            _put(target / name, text)
    for file in target.glob("*.xml"):
        if file.name not in wanted:
            file.unlink(missing_ok=True)
    _put(target / STAMP, now.isoformat())
    return tuple(wanted)


def standing(settings: Settings, now: datetime) -> LastResort:
    """Return how old the documents in our own folder are at ``now``."""
    try:
        written = datetime.fromisoformat((folder(settings) / STAMP).read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return LastResort(None)
    return LastResort(max(timedelta(), now - written))


def _rounds(x: Exchange, session: Session, line: Line, now: datetime) -> Iterator[tuple[Number, ...]]:
    """The duty handsets of the line's station at once, then the county centre; its own line asks the townships then.

    Who is on another call at this moment is rung all the same: the document outlives the moment.
    """
    facts = facts_from(session, x.vault, line, now)
    seen: set[str] = set()
    first = [*_own_lines(facts), *_on_duty(facts.station)]
    if facts.county:
        then = _on_duty(facts.county)
    else:
        below = select(Station).where(Station.parent_id == facts.station.id, Station.active).order_by(Station.code)
        stations = [facts_from(session, x.vault, line, now, home=s.id).station for s in session.scalars(below)]
        then = [phone for station in stations for phone in _on_duty(station)[:1]]
    for phones in (first, then):
        usable = [p for p in phones if p.number and p.number not in seen]
        alive = [p for p in usable if p.state != "dead"] or usable
        numbers = {p.number: Number(p.number, p.extension or None) for p in alive}
        if ringing := tuple(numbers.values())[:MOST_AT_ONCE]:
            seen.update(number.value for number in ringing)
            yield ringing


def _own_lines(facts: Facts) -> list[Phone]:
    return [b.phone for b in facts.branches if b.owner_id == facts.called_owner and b.open]


def _on_duty(station: StationFacts) -> list[Phone]:
    return [phone for phone in (station.first, station.backup, *station.handsets) if phone]


def _name(tenant: str, line: str) -> str:
    return re.sub(r"[^\w.-]", "_", f"{tenant}-{line}.xml")


def _put(file: Path, text: str) -> None:
    partial = file.with_name(f".{file.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.chmod(0o640)
    partial.replace(file)
