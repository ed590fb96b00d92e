"""Repeating plans of a station: kept, tried on a period as the board would show it, and filled in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.roster import template_rows
from hotline.roster.board_models import RosterTemplate
from hotline.roster.desk import RosterError
from hotline.roster.models import Pattern
from hotline.roster.templates import DAYS, TURNS, Template, presets
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster import template_forms as forms
from hotline.web.roster.asked import handsets_of, here_args, place_asked, said, staff_of
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_templates", __name__, url_prefix="/roster/templates")
EDIT = Permission.ROSTER_EDIT


@views.get("")
@needs(EDIT)
def overview() -> str:
    """The station's plans and the form of one: a new one, a preset, or one that is changed."""
    with exchange().sessions() as session:
        where = place_asked(session)
        staff = staff_of(session, where)
        typed = forms.blank(local(exchange().clock()).date())
        if edited := request.args.get("edit"):
            row = find(session, where, edited)
            typed = {"id": str(row.id), **forms.typed(row.name, template_rows.read(row), staff)}
        elif preset := request.args.get("preset"):
            own = [person.id for person in staff if person.station_id == where.station.id][:4]
            lines = presets(own or [person.id for person in staff][:4]).get(preset) or abort(404)
            typed = {**forms.typed("", Template("first", local(exchange().clock()).date(), lines), staff)}
        return _page(session, where, typed)


@views.post("")
@needs(EDIT)
def save() -> AnyResponse | tuple[str, int]:
    """Keep a plan, or throw it away; nothing on the roster changes by this."""
    x, by, form = exchange(), current.current().account.login, request.form
    try:
        with x.sessions.begin() as session:
            where = place_asked(session)
            row = find(session, where, form["id"]) if form.get("id") else None
            if row and form.get("do") == "remove":
                session.delete(row)
                flash(_("模板已删除；排好的班不受影响。"))
                return redirect(url_for(".overview", **here_args()), 303)
            wanted = forms.read(form, staff_of(session, where), handsets_of(session, where))
            _only_name(session, where, row, wanted.name)
            row = row or RosterTemplate(tenant_id=where.tenant.id, station_id=where.station.id)
            forms.save(row, wanted, template_rows.written(wanted.template.lines))
            row.saved_at, row.saved_by = x.clock(), by
            session.add(row)
            session.flush()
            return redirect(url_for("roster_filling.show", template_id=row.id, **here_args()), 303)
    except (RosterError, ValueError) as error:
        with x.sessions() as session:
            return _page(session, place_asked(session), form.to_dict(), said(error)), 422


def find(session: Session, where: Place, id_: str | UUID) -> RosterTemplate:
    """Return one of the station's plans, or answer 404."""
    try:
        row = session.get(RosterTemplate, UUID(str(id_)))
    except ValueError:
        abort(404)
    return row if row and row.station_id == where.station.id else abort(404)


def _only_name(session: Session, where: Place, row: RosterTemplate | None, name: str) -> None:
    query = select(RosterTemplate.id).where(RosterTemplate.station_id == where.station.id, RosterTemplate.name == name)
    if session.scalar(query) not in (None, row.id if row else None):
        raise RosterError("名称：已有同名的模板 (name: there is a plan of this name)")


def _page(session: Session, where: Place, typed: forms.Typed, problem: str = "") -> str:
    station = where.station.id
    rows = session.scalars(select(RosterTemplate).where(RosterTemplate.station_id == station)).all()
    rotations = select(Pattern).where(Pattern.station_id == station).order_by(Pattern.role.desc(), Pattern.starts)
    staff = staff_of(session, where)
    return render_template(
        "roster_templates.html", where=where, tenant=where.tenant, typed=typed, problem=problem, rows=forms.ROWS,
        templates=sorted(rows, key=lambda one: one.name), staff=staff, handsets=handsets_of(session, where),
        days=DAYS, turns=TURNS, rotations=session.scalars(rotations).all(),
        names={person.id: person.name for person in staff},
    )  # fmt: skip
