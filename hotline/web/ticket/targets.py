"""Whom tickets may be handed to, and what somebody typed of it: a station or a person within reach."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.reach import Reach
from hotline.web.language import _
from hotline.web.ticket.wrong import WrongError
from tickets.assigning import Target

MOST = 300
"""Stations, and people, that the field offers while one types; any other is found by its code."""


def offered(session: Session, reach: Reach, tenant_id: UUID) -> Sequence[str]:
    """Return what may be typed: stations, and people with their stations."""
    mine = (Station.tenant_id == tenant_id, Station.active, reach.covers(Station.tenant_id, Station.id))
    stations = session.scalars(select(Station).where(*mine).order_by(Station.level, Station.code).limit(MOST)).all()
    people = select(Staff, Station).join(Station, Station.id == Staff.station_id).where(*mine, Staff.active)
    rows = session.execute(people.order_by(Station.level, Station.code, Staff.code).limit(MOST))
    return [*(station.name for station in stations), *(_person(staff, station) for staff, station in rows)]


def read(session: Session, reach: Reach, tenant_id: UUID, typed: str) -> Target:
    """Return who is meant. Raises WrongError for nobody, and for several of that name."""
    said = unicodedata.normalize("NFKC", typed).strip()
    if not said:
        raise WrongError(_("请写明交给哪个服务站或哪个人。"))
    name, _bracket, place = said.partition("(")  # NFKC has made the Chinese brackets plain ones
    mine = (Station.tenant_id == tenant_id, Station.active, reach.covers(Station.tenant_id, Station.id))
    stations = session.scalars(select(Station).where(*mine, or_(Station.code == said, Station.name == said))).all()
    if not stations:
        every = session.scalars(select(Station).where(*mine)).all()
        stations = [s for s in every if short_name(s, "zh-CN") == said] or [s for s in every if s.name.startswith(said)]
    people = select(Staff, Station).join(Station, Station.id == Staff.station_id).where(*mine, Staff.active)
    rows = session.execute(people.where(or_(Staff.code == said, Staff.name == name.strip()))).all()
    if place:
        rows = [row for row in rows if short_name(row[1], "zh-CN") == place.rstrip(") ")]
    found = [Target(s.tenant_id, s.id, s.name) for s in stations]
    found += [Target(s.tenant_id, s.id, _person(p, s), p.id) for p, s in rows]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(sorted([*(s.code for s in stations), *(p.code for p, _s in rows)]))
        raise WrongError(_("交给“%(typed)s”：有几个同名的，请写编码：%(codes)s。", typed=said[:50], codes=names))
    raise WrongError(_("交给“%(typed)s”：您的范围里没有这个服务站或这个人。", typed=said[:50]))


def _person(staff: Staff, station: Station) -> str:
    return f"{staff.name}（{short_name(station, 'zh-CN')}）"
