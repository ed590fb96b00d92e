"""Somebody else for a while: "for the next hours X is rung instead", seen and ended here; in force at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.directory.models import Staff
from hotline.roster import desk
from hotline.roster.desk import RosterError
from hotline.roster.duty import ROLES, on_duty
from hotline.roster.models import Override
from hotline.roster.queries import load_rosters
from hotline.roster.walltime import read_moment, write_moment
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster.asked import here_args, place_asked, said, staff_of
from hotline.web.roster.history import read_told
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_overrides", __name__, url_prefix="/roster/overrides")
EDIT = Permission.ROSTER_EDIT
HOURS = (1, 2, 4, 8, 12, 24)
"""For how long, from now."""


@views.get("")
@needs(EDIT)
def show() -> str:
    """What is overridden now and later, and the form for another."""
    with exchange().sessions() as session:
        return _page(session, place_asked(session))


@views.post("")
@needs(EDIT)
def change() -> AnyResponse | tuple[str, int]:
    """Make an override, or end one."""
    x, by = exchange(), current.current().account.login
    try:
        with x.sessions.begin() as session:
            where, now = place_asked(session), x.clock()
            if id_ := request.form.get("end"):
                desk.end_override(session, _override(session, where, id_), now, by)
                words = _("替班已结束，恢复原来的班表。")
            else:
                desk.override(session, _wanted(session, where, now), now, by)
                words = _("立即生效，有关人员会收到通知。")
    except (RosterError, ValueError) as error:
        with x.sessions() as session:
            return _page(session, place_asked(session), said(error)), 422
    flash(words, "good")
    return redirect(url_for(".show", **here_args()), 303)


def _override(session: Session, where: Place, id_: str) -> Override:
    try:
        piece = session.get(Override, UUID(id_), with_for_update=True)
    except ValueError:
        abort(404)
    return piece if piece and piece.station_id == where.station.id else abort(404)


def _wanted(session: Session, where: Place, now: datetime) -> Override:
    form = request.form
    person = next((one.id for one in staff_of(session, where) if str(one.id) == form.get("staff")), None)
    if person is None:
        raise RosterError("人员：请选择谁来值 (person: choose who serves)")
    if form.get("role") not in ROLES:
        raise RosterError("岗位：请选择值班或备班 (role: choose on duty or backup)")
    return Override(
        tenant_id=where.tenant.id, station_id=where.station.id, role=form["role"], staff_id=person, kind="override",
        during=_during(now), reason=form.get("reason", "").strip()[:200],
    )  # fmt: skip


def _during(now: datetime) -> Range[datetime]:
    form = request.form
    if form.get("hours", "") in {str(hours) for hours in HOURS}:
        return Range(now, now + timedelta(hours=int(form["hours"])))
    since, until = read_moment(form.get("starts")), read_moment(form.get("ends"))
    if until <= now:
        raise RosterError("结束：这段时间已经过去 (end: that time is over)")
    if until <= since:
        raise RosterError("结束时间必须晚于开始时间 (the end must be later than the beginning)")
    return Range(max(since, now), until)


def _page(session: Session, where: Place, problem: str = "") -> str:
    now, station = exchange().clock(), where.station.id
    query = select(Override).where(Override.station_id == station, func.upper(Override.during) > now)
    roster = load_rosters(session, [station], now, now + timedelta(days=8))[station]
    people = session.execute(select(Staff.id, Staff.name).where(Staff.tenant_id == where.tenant.id))
    return render_template(
        "roster_overrides.html", where=where, tenant=where.tenant, problem=problem, typed=request.form, hours=HOURS,
        overrides=session.scalars(query.order_by(func.lower(Override.during))).all(), now=now,
        standing=on_duty(roster, now), names={row.id: row.name for row in people}, staff=staff_of(session, where),
        starts=_for_input(now), ends=_for_input(now + timedelta(hours=8)), told=read_told(session, station, now),
    )  # fmt: skip


def _for_input(moment: datetime) -> str:
    return write_moment(moment).replace(" ", "T")[:16]
