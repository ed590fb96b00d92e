"""Calendars that read the roster: their addresses made and revoked here, and answered to whoever has the secret."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.roster import feeds
from hotline.roster.board_models import RosterFeed
from hotline.roster.desk import RosterError
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster.asked import here_args, place_asked, said, staff_of
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs, open_to_all
from hotline.web.webhooks import exchange

views = Blueprint("roster_feeds", __name__, url_prefix="/roster/feeds")
SEE = Permission.ROSTER_SEE


@views.get("")
@needs(SEE)
def overview() -> str:
    """The addresses that are in use: a head's station, anybody's own."""
    with exchange().sessions() as session:
        return _page(session, place_asked(session))


@views.post("")
@needs(SEE)
def change() -> AnyResponse | tuple[str, int]:
    """Make an address, whose secret is shown this once, or revoke one."""
    x, by = exchange(), current.current().account.login
    try:
        with x.sessions.begin() as session:
            where = place_asked(session)
            if id_ := request.form.get("revoke"):
                feeds.revoke(_feed(session, where, id_), x.clock(), by)
                flash(_("已停用，这个地址不再提供日历。"))
                return redirect(url_for(".overview", **here_args()), 303)
            secret = feeds.make(session, _wanted(session, where), x.clock(), by)
            base = x.settings.console_url.rstrip("/") or request.host_url.rstrip("/")
            return _page(session, where, f"{base}{url_for('.calendar', secret=secret)}"), 200
    except RosterError as error:
        with x.sessions() as session:
            return _page(session, place_asked(session), problem=said(error)), 422


@views.get("/<secret>.ics")
@open_to_all
def calendar(secret: str) -> Response:
    """The calendar of an address; without its secret there is nothing here."""
    x = exchange()
    with x.sessions.begin() as session:
        now = x.clock()
        row = feeds.find(session, secret, now) or abort(404)
        found = feeds.duties(session, row, now)
        stations = _stations(session, {one.station_id for one in found} | {row.station_id})
        title = _title(session, row, stations)
        from hotline.web.roster import ical  # icalendar is loaded by whoever reads a calendar

        file = ical.write(title, found, stations, now)
    answer = current_app.response_class(file, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="roster.ics"'
    return answer


def _title(session: Session, row: RosterFeed, stations: dict[UUID, str]) -> str:
    if row.staff_id:
        return f"{session.get_one(Staff, row.staff_id).name} 值班"
    return f"{stations[row.station_id]} 值班表"


def _stations(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    rows = session.scalars(select(Station).where(Station.id.in_(ids)))
    return {row.id: short_name(row, "zh-CN") for row in rows}


def _may_all() -> bool:
    return current.may(Permission.ROSTER_EDIT)


def _wanted(session: Session, where: Place) -> RosterFeed:
    """Return the address that is asked for: the station's, one of its people's, or one's own."""
    asked, mine = request.form.get("of", ""), current.current().account.staff_id
    if asked == "me" and mine:
        person = session.get_one(Staff, mine)
        return RosterFeed(tenant_id=person.tenant_id, station_id=person.station_id, staff_id=person.id)
    if not _may_all():
        abort(403)
    if asked == "station":
        return RosterFeed(tenant_id=where.tenant.id, station_id=where.station.id)
    person_ = next((one for one in staff_of(session, where) if str(one.id) == asked), None)
    if person_ is None:
        raise RosterError("请选择日历给谁 (choose whose calendar it is)")
    return RosterFeed(tenant_id=where.tenant.id, station_id=person_.station_id, staff_id=person_.id)


def _feed(session: Session, where: Place, id_: str) -> RosterFeed:
    return next((row for row in _feeds(session, where) if str(row.id) == id_), None) or abort(404)


def _feeds(session: Session, where: Place) -> list[RosterFeed]:
    """What whoever asks may see: all of the stations shown, or one's own."""
    mine = current.current().account.staff_id
    query = select(RosterFeed).where(RosterFeed.revoked_at.is_(None)).order_by(RosterFeed.made_at)
    if _may_all():
        return list(session.scalars(query.where(RosterFeed.station_id.in_(where.ids))))
    return list(session.scalars(query.where(RosterFeed.staff_id == mine))) if mine else []


def _page(session: Session, where: Place, address: str = "", problem: str = "") -> str:
    rows = _feeds(session, where)
    names = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_([row.staff_id for row in rows])))
    return render_template(
        "roster_feeds.html", where=where, tenant=where.tenant, rows=rows, names={row.id: row.name for row in names},
        address=address, problem=problem, staff=staff_of(session, where) if _may_all() else (),
        own=current.current().account.staff_id, all=_may_all(),
    )  # fmt: skip
