"""Rosters for other systems: who is on duty at a moment or through a period, the gaps, the single shifts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.directory.models import Staff, Station
from hotline.roster import duty
from hotline.roster.duty import ROLES, OnDuty
from hotline.roster.models import Shift
from hotline.roster.queries import duty_at, load_rosters, stations_shown
from hotline.web.api.access import api, scope
from hotline.web.api.document import answers, spec
from hotline.web.api.places import Part, part_of
from hotline.web.api.schema import Place
from hotline.web.api.schema_roster import (
    DutyAsked,
    DutyOut,
    GapOut,
    Gaps,
    OnDutyOut,
    PeriodAsked,
    Person,
    ShiftOut,
    Shifts,
    StationDutyOut,
    TurnOut,
    Turns,
)  # fmt: skip
from hotline.web.webhooks import exchange

SEE = Permission.ROSTER_SEE


@api.get("/roster/duty")
@scope(SEE)
@spec.validate(resp=answers(DutyOut, 404), tags=["roster"])
def on_duty(query: DutyAsked) -> DutyOut:
    """Who is on duty at a moment, at every station that a roster is expected of."""
    x = exchange()
    at = query.at or x.clock()
    with x.sessions() as session:
        part = part_of(session, query.tenant, query.station)
        found = duty_at(session, _expected(session, part), at)
        people = _people(session, (p.staff_id for d in found.values() for p in (d.first, d.backup) if p))
        shown = [
            StationDutyOut(
                station=_place(part, id_), first=_holder(one.first, people), backup=_holder(one.backup, people)
            )
            for id_, one in found.items()
        ]
    return DutyOut(at=at, stations=shown)


@api.get("/roster/turns")
@scope(SEE)
@spec.validate(resp=answers(Turns, 404), tags=["roster"])
def turns(query: PeriodAsked) -> Turns:
    """Who is on duty from when to when: patterns, shifts, swaps and overrides taken together."""
    with exchange().sessions() as session:
        part = part_of(session, query.tenant, query.station)
        rosters = load_rosters(session, _expected(session, part), query.since, query.until)
        found = [
            (id_, role, piece)
            for id_, roster in rosters.items()
            for role in ROLES
            for piece in duty.segments(roster.role(role), query.since, query.until)
            if piece.staff_id
        ]
        people = _people(session, (piece.staff_id for _, _, piece in found))
        shown = [
            TurnOut(
                station=_place(part, id_), role=role, staff=people[piece.staff_id], source=piece.source or "",
                starts=piece.start, ends=piece.end,
            )
            for id_, role, piece in found
            if piece.staff_id
        ]  # fmt: skip
    return Turns(turns=shown)


@api.get("/roster/gaps")
@scope(SEE)
@spec.validate(resp=answers(Gaps, 404), tags=["roster"])
def gaps(query: PeriodAsked) -> Gaps:
    """Where nobody is on duty, and who keeps no roster at all."""
    with exchange().sessions() as session:
        part = part_of(session, query.tenant, query.station)
        rosters = load_rosters(session, _expected(session, part), query.since, query.until)
        kept = [roster for roster in rosters.values() if roster.first.is_kept]
        found = [gap for roster in kept for gap in duty.gaps(roster, query.since, query.until)]
        return Gaps(
            gaps=[
                GapOut(station=_place(part, gap.station_id), starts=gap.start, ends=gap.end)
                for gap in sorted(found, key=lambda gap: gap.start)
            ],
            without_roster=[_place(part, id_) for id_, roster in rosters.items() if not roster.first.is_kept],
        )


@api.get("/roster/shifts")
@scope(SEE)
@spec.validate(resp=answers(Shifts, 404), tags=["roster"])
def shifts(query: PeriodAsked) -> Shifts:
    """The single pieces of duty that touch a period, as they were entered."""
    with exchange().sessions() as session:
        part = part_of(session, query.tenant, query.station)
        mine = select(Shift).where(
            Shift.station_id.in_(list(part.names)), Shift.starts < query.until, Shift.ends > query.since
        )
        rows = session.scalars(mine.order_by(Shift.starts, Shift.id)).all()
        people = _people(session, (row.staff_id for row in rows))
        return Shifts(shifts=[shift_out(row, part.names[row.station_id], people[row.staff_id]) for row in rows])


def shift_out(row: Shift, station: Station, person: Person) -> ShiftOut:
    """Return a shift as the API shows it."""
    return ShiftOut(
        id=row.id, code=row.code, station=Place(code=station.code, name=station.name), role=row.role, staff=person,
        starts=row.starts, ends=row.ends,
    )  # fmt: skip


def _expected(session: Session, part: Part) -> list[UUID]:
    """The stations that a roster is expected of; the one that was asked for in any case."""
    shown = {row.id for row in stations_shown(session, part.tenant.code)}
    return [station.id for station in part.tree if station.id in shown] or [part.tree[0].id]


def _people(session: Session, ids: Iterable[UUID | None]) -> Mapping[UUID | None, Person]:
    rows = session.scalars(select(Staff).where(Staff.id.in_({id_ for id_ in ids if id_})))
    return {row.id: Person(code=row.code, name=row.name) for row in rows}


def _holder(found: OnDuty | None, people: Mapping[UUID | None, Person]) -> OnDutyOut | None:
    return OnDutyOut(staff=people[found.staff_id], source=found.source, until=found.until) if found else None


def _place(part: Part, id_: UUID) -> Place:
    station = part.names[id_]
    return Place(code=station.code, name=station.name)
