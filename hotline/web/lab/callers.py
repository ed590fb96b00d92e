"""Who is to ring in the routing lab: somebody of the ledger, a number nobody knows, or a withheld number.

What is typed is sent by POST and goes on as the survivor's identifier: no number and no name is in an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.directory.models import Station, Survivor, SurvivorPhone
from hotline.directory.words import short_name
from hotline.numbers import Number, from_stored, parse_caller
from hotline.reach import Reach
from hotline.vault import Vault
from hotline.web.language import N_, language
from hotline.web.place import Place

KINDS = {
    "unknown": N_("号码不在通讯录"),
    "withheld": N_("未显示号码"),
    "known": N_("通讯录中的遗属"),
}
"""Kind of caller -> its words."""
MOST = 8


@dataclass(frozen=True)
class Caller:
    """Somebody of the ledger who could ring; ``number``: the first telephone, None when there is none."""

    survivor: Survivor
    station: str
    number: Number | None


def chosen(session: Session, vault: Vault, reach: Reach, where: Place) -> Caller | None:
    """Return the survivor that the address names, None for no such caller. Answers 404 for one out of reach."""
    if request.args.get("caller") != "known":
        return None
    try:
        id_ = UUID(request.args.get("survivor", ""))
    except ValueError:
        return None
    mine = select(Survivor).where(Survivor.id == id_, Survivor.tenant_id == where.tenant.id)
    found = session.scalars(mine.where(reach.covers(Survivor.tenant_id, Survivor.station_id))).first() or abort(404)
    return _callers(session, vault, [found])[0]


def look_up(session: Session, vault: Vault, reach: Reach, where: Place, typed: str) -> Sequence[Caller]:
    """Return survivors with a name or a telephone number, at most a few."""
    number = parse_caller(typed)
    wanted = [Survivor.name.icontains(typed, autoescape=True), Survivor.code == typed]
    if number:
        phones = select(SurvivorPhone.survivor_id)
        wanted.append(Survivor.id.in_(phones.where(SurvivorPhone.number_hash == vault.fingerprint(number.value))))
    mine = select(Survivor).where(Survivor.tenant_id == where.tenant.id, Survivor.active, or_(*wanted))
    mine = mine.where(reach.covers(Survivor.tenant_id, Survivor.station_id)).order_by(Survivor.name, Survivor.code)
    return _callers(session, vault, session.scalars(mine.limit(MOST)).all())


def _callers(session: Session, vault: Vault, people: Sequence[Survivor]) -> list[Caller]:
    ids = [person.id for person in people]
    by_priority = (
        select(SurvivorPhone).where(SurvivorPhone.survivor_id.in_(ids)).order_by(SurvivorPhone.priority.desc())
    )
    phones = {phone.survivor_id: phone.number_sealed for phone in session.scalars(by_priority)}
    homes = select(Station).where(Station.id.in_([person.station_id for person in people]))
    stations = {station.id: short_name(station, language()) for station in session.scalars(homes)}
    return [
        Caller(
            person,
            stations.get(person.station_id, ""),
            from_stored(vault.open(phones[person.id])) if person.id in phones else None,
        )
        for person in people
    ]
