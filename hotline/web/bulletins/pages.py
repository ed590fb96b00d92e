"""The monthly bulletin: read as the document it becomes, edited by coordinators, issued by supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.bulletin import desk
from hotline.bulletin.charts import charts
from hotline.bulletin.desk import BulletinError, Shown
from hotline.bulletin.document import document
from hotline.bulletin.words import PARAGRAPHS
from hotline.clock import local, month_before
from hotline.web import place
from hotline.web.language import _
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("bulletins", __name__, url_prefix="/bulletins")
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@views.get("")
@needs(Permission.STATISTICS_SEE)
def overview() -> str:
    """The bulletins within reach, and the form that drafts one."""
    return _overview()


@views.post("")
@needs(Permission.BULLETIN_WRITE)
def draft() -> AnyResponse | tuple[str, int]:
    """Draft the bulletin of a month, or open the draft there is."""
    x = exchange()
    try:
        month = date.fromisoformat(f"{request.form.get('month', '')}-01")
    except ValueError:
        return _overview(_("月份要写成 2026-11 这样。")), 422
    with x.sessions.begin() as session:
        where = place.find(session, current.reach()) or abort(404)
        wanted = request.form.get("of", where.station.code)
        station = next((s for s in where.choices if s.code == wanted), None) or abort(404)
        try:
            made = desk.draft(session, station, month, x.clock())
        except BulletinError as error:
            return _overview(_said(error)), 422
        address = url_for("bulletins.show", bulletin_id=made.id)
    return redirect(address, 303)


@views.get("/<uuid:bulletin_id>")
@needs(Permission.STATISTICS_SEE)
def show(bulletin_id: UUID) -> str:
    """One bulletin."""
    with exchange().sessions() as session:
        return _page("bulletin.html", _shown(session, bulletin_id))


@views.route("/<uuid:bulletin_id>/edit", methods=["GET", "POST"])
@needs(Permission.BULLETIN_WRITE)
def edit(bulletin_id: UUID) -> AnyResponse | str | tuple[str, int]:
    """Edit the paragraphs of a draft; what was typed stays when it cannot be kept."""
    with exchange().sessions() as session:
        shown = _shown(session, bulletin_id, lock=request.method == "POST")
        if request.method == "GET":
            return _page("bulletin_edit.html", shown, typed=shown.texts)
        try:
            desk.edit(session, shown, request.form, _edits(), current.current().account.name)
        except BulletinError as error:
            return _page("bulletin_edit.html", shown, typed=request.form, problem=_said(error)), 422
        session.commit()
    flash(_("已保存。"))
    return redirect(url_for("bulletins.show", bulletin_id=bulletin_id), 303)


@views.post("/<uuid:bulletin_id>/issue")
@needs(Permission.BULLETIN_ISSUE)
def issue(bulletin_id: UUID) -> AnyResponse | tuple[str, int]:
    """Issue a draft: from now on nobody changes it."""
    x = exchange()
    with x.sessions() as session:
        shown = _shown(session, bulletin_id, lock=True)
        try:
            desk.issue(session, shown, _edits(), current.current().account.name, x.clock())
        except BulletinError as error:
            return _page("bulletin.html", shown, problem=_said(error)), 422
        session.commit()
    flash(_("已印发，不再改动；需要更正时另出更正版。"))
    return redirect(url_for("bulletins.show", bulletin_id=bulletin_id), 303)


@views.get("/<uuid:bulletin_id>/<name>.svg")
@needs(Permission.STATISTICS_SEE)
def chart(bulletin_id: UUID, name: str) -> Response:
    """One of its charts."""
    with exchange().sessions() as session:
        drawn = charts(_shown(session, bulletin_id).figures).get(name) or abort(404)
    return Response(drawn, mimetype="image/svg+xml")


@views.get("/<uuid:bulletin_id>.<kind>")
@needs(Permission.EXPORT)
def download(bulletin_id: UUID, kind: str) -> Response:
    """The bulletin as a file, to print or to go on editing."""
    if kind not in _TYPES:
        abort(404)
    from hotline.bulletin import files  # typst and docx are loaded by whoever wants a file, not at every start

    x = exchange()
    with x.sessions.begin() as session:
        shown = _shown(session, bulletin_id)
        paper = document(shown)
        at = shown.bulletin.issued_at or x.clock()
        made = files.pdf(paper, at) if kind == "pdf" else files.docx(paper)
        name = f"{shown.file}.{kind}"
        current.note(session, What.LIST_EXPORTED, station_id=shown.station.id, subject=name)
    return Response(made, mimetype=_TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _shown(session: Session, bulletin_id: UUID, *, lock: bool = False) -> Shown:
    found = desk.find(session, current.reach(), bulletin_id, drafts=_writes(), lock=lock) or abort(404)
    return desk.shown(session, found, exchange().clock())


def _writes() -> bool:
    return current.current().may(Permission.BULLETIN_WRITE)


def _edits() -> int:
    return int(request.form.get("edits", "")) if request.form.get("edits", "").isdecimal() else abort(400)


def _page(template: str, shown: Shown, *, typed: Mapping[str, str] | None = None, problem: str = "") -> str:
    return render_template(
        template, shown=shown, bulletin=shown.bulletin, document=document(shown), paragraphs=PARAGRAPHS,
        typed=typed, problem=problem, tenant=None,
    )  # fmt: skip


def _overview(problem: str = "") -> str:
    x = exchange()
    with x.sessions() as session:
        where = place.find(session, current.reach())
        found = desk.newest(session, current.reach(), drafts=_writes())
        last = month_before(local(x.clock()).date())
        return render_template(
            "bulletins.html", where=where, tenant=where.tenant if where else None, found=found, last=last,
            problem=problem, form=request.form,
        )  # fmt: skip


def _said(error: BulletinError) -> str:
    paragraph = PARAGRAPHS.get(error.field, "")
    return {
        "future": _("这个月还没有开始，不能起草。"),
        "running": _("这个月还没有过完，不能印发。"),
        "changed": _("您打开以后有人改过这份通报，请先看最新的再改。"),
        "issued": _("这份通报已经印发，不能再改；请另出更正版。"),
        "empty": _("“%(name)s”不能为空。", name=paragraph),
        "long_reference": _("文号最多 %(most)s 字。", most=desk.LONGEST_REFERENCE),
        "long": _("“%(name)s”最多 %(most)s 字。", name=paragraph, most=desk.LONGEST),
    }[error.reason]
