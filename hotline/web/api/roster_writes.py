"""Shifts added, moved and removed by other systems: by the rules of the roster's page; those concerned are told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

from flask import Response, make_response, request
from spectree import Response as Answers
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.directory.models import Staff, Station
from hotline.roster import desk
from hotline.roster.batch import seen
from hotline.roster.changes import RosterError
from hotline.roster.models import Shift
from hotline.web.api.access import api, reach, scope, token
from hotline.web.api.document import answers, spec
from hotline.web.api.places import tenant_of
from hotline.web.api.problems import halves, refuse
from hotline.web.api.roster import SEE, shift_out
from hotline.web.api.schema import Problem
from hotline.web.api.schema_roster import Person, ShiftOut
from hotline.web.api.schema_writes import Fresh, ShiftMoved, ShiftSent
from hotline.web.webhooks import exchange

EDIT = Permission.ROSTER_EDIT


@api.get("/roster/shifts/<uuid:shift_id>")
@scope(SEE)
@spec.validate(resp=answers(ShiftOut, 404), tags=["roster"])
def shift(shift_id: UUID) -> Response:
    """One piece of duty, with the ETag that a change of it needs."""
    with exchange().sessions() as session:
        return _told(session, _found(session, shift_id), 200)


@api.post("/roster/shifts")
@scope(EDIT)
@spec.validate(
    resp=Answers(
        HTTP_200=ShiftOut, HTTP_201=ShiftOut, HTTP_400=Problem, HTTP_401=Problem, HTTP_403=Problem, HTTP_404=Problem,
        HTTP_409=Problem, HTTP_429=Problem,
    ),
    tags=["roster"],
)  # fmt: skip
def add_shift(json: ShiftSent) -> Response:
    """Add a piece of duty. 201: it was added; 200: it had been, under the same code. 409: it overlaps another."""

    def work(session: Session) -> Response:
        tenant = tenant_of(session, json.tenant)
        mine = select(Station).where(
            Station.tenant_id == tenant.id, Station.code == json.station, Station.active,
            reach().covers(Station.tenant_id, Station.id),
        )  # fmt: skip
        station = session.scalars(mine).first() or refuse(404)
        made = Shift(
            tenant_id=tenant.id, station_id=station.id, role=json.role, staff_id=_staff(session, tenant.id, json.staff),
            code=json.code, starts=json.starts, ends=json.ends,
        )  # fmt: skip
        same = select(Shift).where(Shift.tenant_id == tenant.id, Shift.code == json.code)
        if (before := session.scalars(same).first()) is not None:
            if _content(before) != _content(made):
                refuse(409, ("这个代码已用于另一个班次", "This code was used for another shift"))
            return _told(session, before, 200)
        desk.add_shift(session, made, exchange().clock(), token().name)
        return _told(session, made, 201)

    return _changed(work)


@api.patch("/roster/shifts/<uuid:shift_id>")
@scope(EDIT)
@spec.validate(resp=answers(ShiftOut, 400, 404, 409, 412, 428), tags=["roster"])
def move_shift(shift_id: UUID, json: ShiftMoved, headers: Fresh) -> Response:  # noqa: ARG001  (read off the request)
    """Move a piece of duty, or give it to somebody else."""

    def work(session: Session) -> Response:
        row = _fresh(session, shift_id)
        staff = _staff(session, row.tenant_id, json.staff) if json.staff is not None else None
        desk.edit_shift(
            session, row, exchange().clock(), token().name, starts=json.starts, ends=json.ends, staff_id=staff
        )
        return _told(session, row, 200)

    return _changed(work)


@api.delete("/roster/shifts/<uuid:shift_id>")
@scope(EDIT)
@spec.validate(
    resp=Answers(
        "HTTP_204", HTTP_400=Problem, HTTP_401=Problem, HTTP_403=Problem, HTTP_404=Problem, HTTP_409=Problem,
        HTTP_412=Problem, HTTP_428=Problem, HTTP_429=Problem,
    ),
    tags=["roster"],
)  # fmt: skip
def remove_shift(shift_id: UUID, headers: Fresh) -> Response:  # noqa: ARG001  (read off the request)
    """Take a piece of duty that has not begun off the roster."""

    def work(session: Session) -> Response:
        desk.remove_shift(session, _fresh(session, shift_id), exchange().clock(), token().name)
        return make_response("", 204)

    return _changed(work)


def _changed(work: Callable[[Session], Response]) -> Response:
    try:
        with exchange().sessions.begin() as session:
            return work(session)
    except RosterError as error:
        refuse(409, halves(str(error)))


def _found(session: Session, shift_id: UUID, *, lock: bool = False) -> Shift:
    row = session.get(Shift, shift_id, with_for_update=lock)
    return row if row is not None and reach().includes(row.tenant_id, row.station_id) else refuse(404)


def _fresh(session: Session, shift_id: UUID) -> Shift:
    row = _found(session, shift_id, lock=True)
    if not request.if_match:
        refuse(428)
    if not request.if_match.contains(_etag(row)):
        refuse(412)
    return row


def _staff(session: Session, tenant_id: UUID, code: str) -> UUID:
    mine = select(Staff.id).where(
        Staff.tenant_id == tenant_id, Staff.code == code, reach().covers(Staff.tenant_id, Staff.station_id)
    )
    return session.scalars(mine).first() or refuse(422, errors=[{"field": "staff", "reason": "nobody within reach"}])


def _content(row: Shift) -> tuple[object, ...]:
    return row.station_id, row.role, row.staff_id, row.starts, row.ends


def _etag(row: Shift) -> str:
    return hashlib.sha256(seen(row).encode()).hexdigest()[:32]


def _told(session: Session, row: Shift, status: int) -> Response:
    station, person = session.get_one(Station, row.station_id), session.get_one(Staff, row.staff_id)
    shown = shift_out(row, station, Person(code=person.code, name=person.name))
    answer = make_response(shown.model_dump_json(), status, {"Content-Type": "application/json"})
    answer.set_etag(_etag(row))
    return answer
