"""The telephones of the directory as the simulated carrier's phone wall shows them. Synthetic numbers in the clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import BranchLine, Handset, Line, Partner, Station, Survivor, SurvivorPhone, Team
from hotline.numbers import from_stored
from hotline.vault import Vault

Entry = dict[str, str]


def write_phonebook(session: Session, vault: Vault, file: Path) -> int:
    """Write every telephone of the directory to ``file`` as JSON; return how many there are."""
    entries = list(phonebook(session, vault))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(entries)


def phonebook(session: Session, vault: Vault) -> Iterator[Entry]:
    """Yield lines, survivors' telephones, handsets and branch lines, each number once a kind."""
    stations = {station.id: station for station in session.scalars(select(Station))}

    def group(station_id: UUID | None) -> str:
        return stations[station_id].name if station_id in stations else ""

    for line in session.scalars(select(Line).where(Line.active).order_by(Line.code)):
        yield _entry(vault, line.number_sealed, "line", line.name, line.name_en, group(line.station_id))
    people = select(SurvivorPhone, Survivor).join(Survivor).where(Survivor.active)
    seen: dict[bytes, Entry] = {}
    for phone, person in session.execute(people.order_by(Survivor.code, SurvivorPhone.priority)).tuples():
        known = seen.get(phone.number_hash)
        if known:  # one telephone, several people
            known["label"] += f"、{person.name}"
        else:
            where = group(person.station_id)
            label = f"{person.name} · {phone.label}" if phone.label else person.name
            seen[phone.number_hash] = _entry(vault, phone.number_sealed, "survivor", label, "", where)
    yield from seen.values()
    for handset in session.scalars(select(Handset).where(Handset.active).order_by(Handset.code)):
        station = stations[handset.station_id]
        suffix, suffix_en = ("值班手机", "duty handset") if handset.priority == 1 else ("备班手机", "backup handset")
        english = f"{station.name_en} {suffix_en}" if station.name_en else ""
        yield _entry(vault, handset.number_sealed, "handset", f"{station.name}{suffix}", english, station.name)
    owned = select(BranchLine, Team, Partner).outerjoin(Team, BranchLine.team_id == Team.id)
    owned = owned.outerjoin(Partner, BranchLine.partner_id == Partner.id).where(BranchLine.active)
    for branch, team, partner in session.execute(owned.order_by(BranchLine.code)).tuples():
        owner = team or partner
        yield _entry(vault, branch.number_sealed, "branch", owner.name, owner.name_en, group(owner.station_id))


def _entry(vault: Vault, sealed: bytes, kind: str, label: str, label_en: str, group: str) -> Entry:
    number = from_stored(vault.open(sealed)).value
    return {"number": number, "label": label, "label_en": label_en, "kind": kind, "group": group}
