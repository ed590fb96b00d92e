"""My shifts: the month, and what is asked of me and by me."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.models import Staff, Station, Tenant
from hotline.directory.words import short_name
from hotline.roster.models import Swap
from hotline.roster.turns import Turn, read_turns
from hotline.web.board import span_of
from hotline.web.duty import me
from hotline.web.duty.me import Me
from hotline.web.language import language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("duty_shifts", __name__, url_prefix="/duty/shifts")
DAY = timedelta(days=1)
SETTLED = timedelta(days=14)
"""So long the answer to a request is shown."""


@dataclass(frozen=True)
class Cell:
    """A day of the month: ``role`` of the turn that begins on it or runs through it, empty for none."""

    day: date
    inside: bool
    role: str


@dataclass(frozen=True)
class Asked:
    """A swap request as one of the two sees it."""

    swap: Swap
    giver: str
    taker: str
    place: str

    def waits_for(self, reader: Me) -> bool:
        """Return whether it is for this person to answer."""
        return self.swap.state == "asked" and reader.staff is not None and self.swap.taker_id == reader.staff.id


@views.get("")
@needs(Permission.DUTY_DESK)
def show() -> str:
    """The month, and what is asked of me and by me."""
    x = exchange()
    now = x.clock()
    month = _month(now)
    with x.sessions() as session:
        reader = me.read(session, current.current().account, now)
        first, end = month, _later(month)
        since, until = span_of(first - 7 * DAY)[0], span_of(end + 7 * DAY)[0]
        turns = read_turns(session, reader.staff.id, since, until) if reader.staff else []
        listed = [turn for turn in turns if first <= local(turn.start).date() < end]
        asked = read_asked(session, reader, now)
        waiting = {
            (one.swap.station_id, one.swap.role, one.swap.during.lower) for one in asked if one.swap.state == "asked"
        }
        return render_template(
            "duty_shifts.html", me=reader, tenant=tenant(session, reader), now=now, today=local(now).date(),
            month=first, earlier=(first - DAY).replace(day=1), later=end, weeks=_weeks(first, end, turns),
            turns=listed, waiting=waiting, names=places(session, listed), asked=asked,
        )  # fmt: skip


def read_asked(session: Session, reader: Me, now: datetime) -> Sequence[Asked]:
    """Return what is asked of and by a person: what waits for an answer first, then the answers of late."""
    if reader.staff is None:
        return ()
    mine = or_(Swap.giver_id == reader.staff.id, Swap.taker_id == reader.staff.id)
    recent = or_(Swap.state == "asked", Swap.settled_at > now - SETTLED)
    order = (Swap.state != "asked", Swap.asked_at.desc())
    found = session.scalars(select(Swap).where(mine, recent).order_by(*order).limit(20)).all()
    ids = {id_ for swap in found for id_ in (swap.giver_id, swap.taker_id)}
    names = {row.id: row.name for row in session.scalars(select(Staff).where(Staff.id.in_(ids)))} if ids else {}
    places = {row.id: short_name(row, language()) for row in session.scalars(
        select(Station).where(Station.id.in_({swap.station_id for swap in found})))}  # fmt: skip
    return [
        Asked(swap, names.get(swap.giver_id, ""), names.get(swap.taker_id, ""), places[swap.station_id])
        for swap in found
    ]


def _weeks(first: date, end: date, turns: Sequence[Turn]) -> Sequence[Sequence[Cell]]:
    start = first - first.weekday() * DAY
    days = [start + n * DAY for n in range(((end - start).days + 6) // 7 * 7)]
    cells = [Cell(day, first <= day < end, _role_on(day, turns)) for day in days]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _role_on(day: date, turns: Sequence[Turn]) -> str:
    """The role in which somebody's turn begins on a day: as first before backup."""
    roles = {turn.role for turn in turns if local(turn.start).date() == day}
    return "first" if "first" in roles else "backup" if roles else ""


def _month(now: datetime) -> date:
    try:
        month = date.fromisoformat(f"{request.args['month']}-01") if request.args.get("month") else local(now).date()
    except ValueError:
        abort(400)
    return month.replace(day=1) if 2000 <= month.year <= 2099 else abort(400)


def _later(month: date) -> date:
    return (month + 31 * DAY).replace(day=1)


def places(session: Session, turns: Sequence[Turn]) -> Mapping[UUID, str]:
    """Return the names of the stations of some turns."""
    found = session.scalars(select(Station).where(Station.id.in_({turn.station_id for turn in turns})))
    return {station.id: short_name(station, language()) for station in found}


def tenant(session: Session, reader: Me) -> Tenant | None:
    """Return whose colours the page bears."""
    return session.get(Tenant, reader.station.tenant_id) if reader.station else None
