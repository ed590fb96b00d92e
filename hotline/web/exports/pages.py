"""Exports: lists as XLSX or CSV. A short one comes at once; a long one is made while one does something else."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.exports import desk, making
from hotline.exports.models import Export
from hotline.exports.registry import LISTINGS
from hotline.sheets.cells import XLSX
from hotline.web import place
from hotline.web.exports import asking
from hotline.web.exports.asking import WrongError
from hotline.web.language import _, language, words
from hotline.web.pages import live_page
from hotline.web.period import PeriodError
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("exports", __name__, url_prefix="/exports")

FORMATS = {"xlsx": XLSX, "csv": "text/csv"}
"""Format of a file -> what the browser is told it is."""


@views.get("")
@needs(Permission.EXPORT)
def show() -> AnyResponse:
    """One's own exports, live while one is being made, and a form for lists that have no page of their own."""
    with exchange().sessions() as session:
        return _page(session)


@views.post("")
@needs(Permission.EXPORT)
def ask() -> AnyResponse:
    """Ask for a list: ``name`` says which, everything else is the filter of its page."""
    x, name, format_ = exchange(), request.values.get("name", ""), request.values.get("format", "xlsx")
    if format_ not in FORMATS:
        abort(400)
    now = x.clock()
    with x.sessions.begin() as session:
        where = place.find(session, current.reach()) or abort(404)
        try:
            asked = asking.asked(name, where, now)
        except (WrongError, PeriodError) as error:
            return _page(session, problem=str(error))
        if not current.may(LISTINGS[asked.kind].permission):
            abort(403)
        export = desk.ask(session, current.current().account.id, asked, format_, language(), now)
        at_once = making.make_at_once(x, session, export)
    if at_once:
        return _file(export)
    flash(_("“%(name)s”正在后台导出，可以离开这个页面，做好后在这里下载。", name=words(LISTINGS[export.kind].words)))
    return redirect(url_for("exports.show"), 303)


@views.get("/<uuid:export_id>/file")
@needs(Permission.EXPORT)
def fetch(export_id: UUID) -> AnyResponse:
    """The file, for whoever asked for it, until its time is over."""
    with exchange().sessions.begin() as session:
        export = _own(session, export_id)
        if export.state != "done":
            abort(404)
        current.note(session, What.FILE_FETCHED, subject=f"{LISTINGS[export.kind].words[0]} · {export.title}")
    return _file(export)


@views.post("/<uuid:export_id>/cancel")
@needs(Permission.EXPORT)
def cancel(export_id: UUID) -> AnyResponse:
    """Stop an export, or throw its file away."""
    x = exchange()
    with x.sessions.begin() as session:
        desk.cancel(_own(session, export_id, lock=True), x.settings, x.clock())
    return redirect(url_for("exports.show"), 303)


def _own(session: Session, export_id: UUID, *, lock: bool = False) -> Export:
    export = desk.find(session, current.current().account.id, export_id) or abort(404)
    if lock:
        session.refresh(export, with_for_update=True)
    return export


def _file(export: Export) -> AnyResponse:
    file = desk.file_of(exchange().settings, export)
    if not file.is_file():  # thrown away by hand, or on another machine
        abort(404)
    name = f"{words(LISTINGS[export.kind].words)}-{local(export.asked_at):%Y%m%d-%H%M}.{export.format}"
    return send_file(file.resolve(), FORMATS[export.format], as_attachment=True, download_name=name)


def _page(session: Session, problem: str = "") -> AnyResponse:
    x = exchange()
    mine = desk.own(session, current.current().account.id)
    where = place.find(session, current.reach())
    offered = [LISTINGS[code] for code in asking.PERIODS if current.may(LISTINGS[code].permission)]
    kept: dict[str, object] = {
        "exports": mine, "listings": LISTINGS, "where": where, "tenant": where and where.tenant, "now": x.clock(),
        "offered": offered, "problem": problem, "today": local(x.clock()).date(), "hours": x.settings.export_hours,
    }  # fmt: skip
    answer = live_page("exports.html", "_exports.html", kept, polled=any(export.is_open for export in mine))
    if problem:
        answer.status_code = 422
    return answer
