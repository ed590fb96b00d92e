"""What the roster's forms have in common: whose roster, who may be put on it, and a refusal in one language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import Handset, Staff
from hotline.roster.desk import RosterError
from hotline.web import place
from hotline.web.language import language
from hotline.web.place import Place
from hotline.web.sign_in import current

FREE = ("休", "空", "-", "—", "off")
"""Written instead of a name: that turn is left free."""


def place_asked(session: Session) -> Place:
    """Return whose roster it is; answers 404 where there is none within reach."""
    return place.find(session, current.reach()) or abort(404)


def here_args() -> dict[str, Any]:
    """Return the part of an address that says whose roster it is."""
    return {"station": request.args.get("station"), "tenant": request.args.get("tenant")}


def staff_of(session: Session, where: Place) -> Sequence[Staff]:
    """Who may be put on duty: the station's own people first, then those of the stations below."""
    found = session.scalars(select(Staff).where(Staff.station_id.in_(where.ids), Staff.active)).all()
    return sorted(found, key=lambda person: (where.ids.index(person.station_id), person.name))


def handsets_of(session: Session, where: Place) -> Sequence[Handset]:
    """The station's own handsets."""
    query = select(Handset).where(Handset.station_id == where.station.id, Handset.active)
    return session.scalars(query.order_by(Handset.priority, Handset.code)).all()


def said(error: ValueError) -> str:
    """Return the reason of a refusal in the reader's language; rooms below write "中文 (English)"."""
    chinese, _between, english = str(error).rstrip(")").rpartition(" (")
    return english if language() == "en" else chinese


def read_day(text: str) -> date:
    """Return a date of a form. Raises RosterError."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise RosterError("请写日期，例如 2026-12-01 (a date such as 2026-12-01)") from None
    if not 2000 <= day.year <= 2099:
        raise RosterError("年份应在 2000 至 2099 之间 (the year must be between 2000 and 2099)")
    return day


def read_names(text: str, staff: Sequence[Staff]) -> tuple[UUID | None, ...]:
    """Return the people named in a list such as ``李建国、王芳、休``; ``休`` is a free turn. Raises RosterError."""
    found = tuple(
        None if name in FREE else read_person(name, staff) for name in re.split(r"[\s、,，;；/]+", text.strip()) if name
    )
    if not any(found):
        raise RosterError("请写轮值人员，用顿号分开 (name those who take turns, with commas between)")
    return found


def read_person(name: str, staff: Sequence[Staff]) -> UUID:
    """Return who is called so, by name or by code. Raises RosterError when nobody is, or several."""
    same = [person for person in staff if person.name == name or person.code == name]
    own = [person for person in same if person.station_id == staff[0].station_id]
    if len(own or same) > 1:
        raise RosterError(f"有几位“{name}”，请改写人员代码 (several people are called {name}: write the code instead)")
    if not same:
        raise RosterError(f"没有叫“{name}”的人员 (nobody is called {name})")
    return (own or same)[0].id
