"""One day of a station's roster for whoever may change it: forms for each piece of duty, and who has been told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.roster import desk, drafts
from hotline.roster.batch import piece_of, replacing, seen
from hotline.roster.desk import RosterError
from hotline.roster.duty import ROLES
from hotline.roster.models import Shift
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import load_rosters
from hotline.roster.walltime import read_moment, write_moment
from hotline.web.board import span_of
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster import grid
from hotline.web.roster.asked import here_args, place_asked, said, staff_of
from hotline.web.roster.history import read_told
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_day", __name__, url_prefix="/roster/days")
EDIT = Permission.ROSTER_EDIT
Page = tuple[str, int]


@dataclass(frozen=True)
class Typed:
    """What was typed into a form that was refused (``id`` empty: the one for a new piece), and why."""

    id: str = ""
    role: str = ""
    staff: str = ""
    starts: str = ""
    ends: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _Wanted:
    """A form that could be read."""

    role: str
    staff_id: UUID
    starts: datetime
    ends: datetime


@views.get("/<day>")
@needs(EDIT)
def show(day: str) -> Page:
    """The day."""
    with exchange().sessions() as session:
        return _page(session, place_asked(session), _day(day), Typed())


@views.post("/<day>/shifts")
@needs(EDIT)
def add(day: str) -> AnyResponse | Page:
    """Put a piece of duty on the roster."""
    x, by = exchange(), current.current().account.login
    try:
        with x.sessions.begin() as session:
            where, wanted = place_asked(session), _wanted()
            shift = Shift(
                tenant_id=where.tenant.id, station_id=where.station.id, role=wanted.role, staff_id=wanted.staff_id,
                starts=wanted.starts, ends=wanted.ends,
            )  # fmt: skip
            if request.form.get("do") == "draft":
                piece = Piece(wanted.starts, wanted.ends, wanted.role, wanted.staff_id)
                drafts.put(session, (where.tenant.id, where.station.id), [Edit(piece)], x.clock(), by)
                return _drafted()
            desk.add_shift(session, shift, x.clock(), by)
    except (RosterError, ValueError) as error:
        return _refused(day, "", error)
    return _done(day, _("班次已排入，有关人员会收到通知。"))


@views.post("/<day>/shifts/<uuid:shift_id>")
@needs(EDIT)
def edit(day: str, shift_id: UUID) -> AnyResponse | Page:
    """Move a piece of duty or give it to somebody else; or take it off the roster."""
    x, by = exchange(), current.current().account.login
    try:
        with x.sessions.begin() as session:
            shift = _shift(session, place_asked(session), shift_id)
            if request.form.get("do") == "remove":
                desk.remove_shift(session, shift, x.clock(), by)
            else:
                wanted = _wanted()
                if request.form.get("do") == "draft":
                    _draft(session, shift, wanted, x.clock(), by)
                    return _drafted()
                desk.edit_shift(
                    session, shift, x.clock(), by, starts=wanted.starts, ends=wanted.ends, staff_id=wanted.staff_id
                )
    except (RosterError, ValueError) as error:
        return _refused(day, str(shift_id), error)
    return _done(day, _("排班已修改，有关人员会收到通知。"))


def _draft(session: Session, shift: Shift, wanted: _Wanted, now: datetime, by: str) -> None:
    piece = replace(piece_of(shift), starts=wanted.starts, ends=wanted.ends, staff_id=wanted.staff_id)
    drafts.put(session, (shift.tenant_id, shift.station_id), [replacing(shift, piece)], now, by)


def _drafted() -> AnyResponse:
    flash(_("已放进草稿，发布之前来电仍按原来的班表。"))
    return redirect(url_for("roster_draft.show", **here_args()), 303)


def _shift(session: Session, where: Place, shift_id: UUID) -> Shift:
    shift = session.get(Shift, shift_id, with_for_update=True)
    if shift is None:
        raise RosterError("这个班次刚刚被别人撤销 (somebody else has just removed it)")
    if shift.station_id != where.station.id:
        abort(404)
    if request.form.get("seen") != seen(shift):
        raise RosterError("这个班次刚刚被别人改过，请看清后再改 (somebody else has just changed it: look again)")
    return shift


def _wanted() -> _Wanted:
    form = request.form
    if form.get("role", "first") not in ROLES:
        abort(400)
    try:
        staff = UUID(form.get("staff", ""))
    except ValueError:
        raise RosterError("请选择人员 (choose a person)") from None
    return _Wanted(form.get("role", "first"), staff, read_moment(form.get("starts")), read_moment(form.get("ends")))


def _refused(day: str, id_: str, error: ValueError) -> Page:
    form, problem = request.form, said(error)
    typed = Typed(
        id_, form.get("role", ""), form.get("staff", ""), form.get("starts", ""), form.get("ends", ""), problem
    )
    with exchange().sessions() as session:
        return _page(session, place_asked(session), _day(day), typed)


def _done(day: str, words: str) -> AnyResponse:
    flash(words)
    return redirect(url_for(".show", day=day, **here_args()), 303)


def _page(session: Session, where: Place, day: date, typed: Typed) -> Page:
    since, until = span_of(day)
    now, station = exchange().clock(), where.station.id
    roster = load_rosters(session, [station], since, until)[station]
    mine = select(Shift).where(Shift.station_id == station, Shift.starts < until, Shift.ends > since)
    page = render_template(
        "roster_day.html", where=where, tenant=where.tenant, day=day, typed=typed, seen=seen,
        today=local(now).date(), shown=grid.build("week", day, roster).on(day), write=_for_input,
        shifts=session.scalars(mine.order_by(Shift.role.desc(), Shift.starts)).all(),
        staff=staff_of(session, where), told=read_told(session, station, now),
        draftable=since >= drafts.earliest(now),
    )  # fmt: skip
    return page, 422 if typed.problem else 200


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return day if 2000 <= day.year <= 2099 else abort(404)


def _for_input(moment: datetime) -> str:
    return write_moment(moment).replace(" ", "T")[:16]
