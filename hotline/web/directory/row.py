"""One row of the directory: its page, with what belongs to it, and the form that adds or changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls.reasons import REASONS, TIERS
from hotline.directory.models import Policy, Tenant
from hotline.sheets import editing, undoing
from hotline.sheets.editing import Texts
from hotline.sheets.history import Scribe, key_text
from hotline.sheets.importing import one_at_a_time
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.directory import changes, fields, listing, policies, related, rights, rows
from hotline.web.language import _
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("directory_row", __name__, url_prefix="/directory")


@dataclass(frozen=True)
class Place:
    """Where a form's row is: the tenant, the kind, and the record (None: a new one)."""

    store: Store
    tenant: Tenant
    kind: Kind
    record: Any = None

    @property
    def new(self) -> bool:
        """True for the form that adds a row."""
        return self.record is None


@views.get("/<name>/<uuid:row_id>")
@needs(Permission.DIRECTORY_SEE)
def show(name: str, row_id: UUID) -> str:
    """A row with its fields, numbers masked, and the rows that name it."""
    kind = listing.kind_of(name)
    with exchange().sessions.begin() as session:
        at = _find(session, kind, row_id)
        texts = rows.shown_texts(kind, at.record, at.store)
        _note(session, What.DIRECTORY_SEEN, at)
        return render_template(
            "directory_row.html", kind=kind, tenant=at.tenant, row_id=row_id, texts=texts,
            headings=listing.headings(kind), title=rows.title(kind, at.record, at.store),
            may_edit=rights.may_edit(kind), told=_history(session, kind, row_id), heads=changes.heads(),
            hows=changes.HOWS, related=related.of(at.store, current.reach(), at.tenant, kind, at.record),
        )  # fmt: skip


@views.get("/<name>/new")
@needs(Permission.DIRECTORY_EDIT)
def blank(name: str) -> str:
    """The form of a new row; a field named in the address is filled in already."""
    with exchange().sessions.begin() as session:
        at = _new(session, listing.kind_of(name))
        given = {field: request.args[field] for field in at.kind.row.model_fields if field in request.args}
        return _page(at, {**fields.blank(at.kind), **given})


@views.post("/<name>/new")
@needs(Permission.DIRECTORY_EDIT)
def add(name: str) -> AnyResponse | tuple[str, int]:
    """Add a row."""
    with exchange().sessions() as session:
        one_at_a_time(session)
        return _save(_new(session, listing.kind_of(name)), {})


@views.get("/<name>/<uuid:row_id>/edit")
@needs(Permission.DIRECTORY_EDIT)
def form(name: str, row_id: UUID) -> str:
    """The form of a row, numbers in full; that is written down."""
    kind = listing.kind_of(name)
    with exchange().sessions.begin() as session:
        at = _editable(_find(session, kind, row_id))
        _note(session, What.NUMBER_SEEN if rights.is_secret(kind) else What.DIRECTORY_SEEN, at)
        return _page(at, editing.texts_of(kind, at.record, at.store))


@views.post("/<name>/<uuid:row_id>/edit")
@needs(Permission.DIRECTORY_EDIT)
def change(name: str, row_id: UUID) -> AnyResponse | tuple[str, int]:
    """Change a row, unless somebody else has done so since its form was opened."""
    kind = listing.kind_of(name)
    with exchange().sessions() as session:
        one_at_a_time(session)
        at = _editable(_find(session, kind, row_id, lock=True))
        return _save(at, editing.texts_of(kind, at.record, at.store))


@views.post("/<name>/<uuid:row_id>/remove")
@needs(Permission.DIRECTORY_EDIT)
def remove(name: str, row_id: UUID) -> AnyResponse:
    """Take a row away that cannot be retired, e.g. a station's own policy. It can be undone."""
    kind = listing.kind_of(name)
    with exchange().sessions() as session:
        one_at_a_time(session)
        at = _editable(_find(session, kind, row_id, lock=True))
        if not kind.removable:
            abort(404)
        _note(session, What.DIRECTORY_CHANGED, at)
        undoing.remove(kind, at.record, at.store, Scribe(rights.author()))
        session.commit()
        flash(_("已删除；在变更记录里可以撤销。"), "good")
        return redirect(url_for("directory.listing", name=kind.name, tenant=at.tenant.code), 303)


def _history(session: Session, kind: Kind, row_id: UUID) -> changes.Told | None:
    may_see = current.may(Permission.HISTORY_SEE) or rights.may_edit(kind)
    return changes.of_row(session, row_id) if may_see else None


def _save(at: Place, before: Texts) -> AnyResponse | tuple[str, int]:
    kind, session, vault = at.kind, at.store.session, at.store.vault
    typed = fields.read(kind, request.form)
    typed |= {name: before[name] for name in kind.key if before}
    if before and request.form.get("version") != editing.mark(before, vault):
        meanwhile = {name: before[name] for name, text in typed.items() if not fields.same(text, before[name])}
        problem = _("您填写期间，别人改动了这一条。您写的还在下面，没有保存；请看过改动再提交。")
        return _page(at, {**before, **typed}, problem=problem, meanwhile=meanwhile), 409
    if "try" in request.form and kind.model is Policy:
        return _page(at, {**before, **typed}, version=request.form.get("version", ""), tried=True), 200
    saved = editing.save(kind, typed, at.store, rights.author(), new=at.new)
    wrong = {problem.name: problem.reason for problem in reversed(saved.report.errors)}
    if not wrong:
        wrong = dict(rights.outside(at.store, current.reach(), at.tenant, kind, saved.record, before))
    if wrong:
        session.rollback()
        again = _again(session, at)
        return _page(again, {**before, **typed}, wrong=wrong, version=request.form.get("version", "")), 422
    _note(session, What.DIRECTORY_CHANGED, Place(at.store, at.tenant, kind, saved.record))
    row_id = saved.record.id
    session.commit()
    flash(_("已保存。") if saved.report.added + saved.report.changed else _("没有改动。"), "good")
    return redirect(url_for("directory_row.show", name=kind.name, row_id=row_id), 303)


def _page(
    at: Place, texts: Texts, *, wrong: Mapping[str, str] | None = None, meanwhile: Texts | None = None,
    problem: str = "", version: str = "", tried: bool = False,
) -> str:  # fmt: skip
    kind, wrong, store = at.kind, wrong or {}, at.store
    offered = fields.offers(store, current.reach(), at.tenant, kind, texts)
    shown = fields.fields(kind, texts, offered, wrong, meanwhile or {}, new=at.new)
    elsewhere = [reason for name, reason in wrong.items() if name not in {field.name for field in shown}]
    if wrong and not problem:
        problem = _("没有保存：请改正下面标出的内容。")
    if not version and not at.new:
        version = editing.mark(editing.texts_of(kind, at.record, store), store.vault)
    return render_template(
        "directory_form.html", kind=kind, tenant=at.tenant, fields=shown, version=version,
        problem=" ".join([problem, *elsewhere]).strip(), row_id=None if at.new else at.record.id,
        title="" if at.new else rows.title(kind, at.record, store), policies=policies,
        tried=_tried(at, texts) if tried else None, tiers=TIERS, reasons=REASONS,
    )  # fmt: skip


def _tried(at: Place, texts: Texts) -> policies.Compared | None:
    station = at.store.records("stations").get((texts.get("station", ""),))
    return policies.compare(at.store.session, at.tenant, station, texts.get("data", ""))


def _find(session: Session, kind: Kind, row_id: UUID, *, lock: bool = False) -> Place:
    """Return a row within reach, locked until it is written if asked for. Answers 404 for none."""
    x, reach, model = exchange(), current.reach(), kind.model
    wanted: Any = model
    query = select(wanted).where(wanted.id == row_id)
    record = session.scalars(query.with_for_update() if lock else query).first() or abort(404)
    mine = select(Tenant).where(Tenant.id == getattr(record, "tenant_id", row_id), reach.covers_tenant(Tenant.id))
    tenant = session.scalars(mine).first() or abort(404)
    if rows.find(session, reach, tenant, kind, row_id) is None:
        abort(404)
    store = Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)
    store.glance(kind, [record])
    return Place(store, tenant, kind, record)


def _new(session: Session, kind: Kind) -> Place:
    x = exchange()
    tenant = listing.chosen(listing.tenants(session)) or abort(404)
    if not rights.may_add(kind, current.reach()):
        abort(403)
    store = Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)
    store.glance(kind, ())
    return Place(store, tenant, kind)


def _again(session: Session, at: Place) -> Place:
    """The same place after a rollback: nothing that was read before is to be trusted."""
    return _new(session, at.kind) if at.new else _find(session, at.kind, at.record.id)


def _editable(at: Place) -> Place:
    return at if rights.may_edit(at.kind) else abort(403)


def _note(session: Session, what: What, at: Place) -> None:
    station_id = getattr(at.record, "station_id", at.record.id if at.kind.name == "stations" else None)
    subject = f"{at.kind.name} {key_text(at.kind, at.record, at.store)}".strip()
    current.note(session, what, station_id=station_id, subject=subject)
