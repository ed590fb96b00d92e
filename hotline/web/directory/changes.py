"""The directory's history: every change with who, when, and old and new values; and the button that takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.directory.models import Tenant
from hotline.sheets import editing, looking_back, undoing
from hotline.sheets.importing import one_at_a_time
from hotline.sheets.kinds import Kind
from hotline.sheets.looking_back import Wanted
from hotline.sheets.models import DirectoryChange
from hotline.sheets.store import Store
from hotline.web.board import span_of
from hotline.web.directory import listing, rights, rows
from hotline.web.language import N_, _
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets.queries import Cursor, CursorError

views = Blueprint("directory_history", __name__, url_prefix="/directory/history")
LINES = 50
HOWS: Mapping[str, str] = {
    "form": N_("页面修改"), "import": N_("文件导入"), "command": N_("命令行"), "undo": N_("撤销")
}  # fmt: skip
"""How something was changed -> what pages call it."""


@dataclass(frozen=True)
class Told:
    """Changes as a page shows them: which are undone as things stand, and which may be taken back by the reader."""

    changes: Sequence[DirectoryChange]
    undone: frozenset[UUID]
    open: frozenset[UUID]


@views.get("")
@needs(Permission.HISTORY_SEE)
def show() -> str:
    """All changes within reach by filters; of one file where asked for."""
    with exchange().sessions() as session:
        mine = listing.tenants(session)
        tenant = listing.chosen(mine)
        if tenant is None:
            return render_template("directory_history.html", told=None, tenant=None)
        wanted, before = _wanted()
        place = (before.opened_at, before.id) if before else None
        found = looking_back.page(session, current.reach(), tenant.id, wanted, place, LINES + 1)
        shown = found[:LINES]
        older = Cursor(shown[-1].at, shown[-1].id) if len(found) > LINES else None
        return render_template(
            "directory_history.html", told=tell(session, shown), older=older, tenant=tenant, tenants=mine,
            wanted=wanted, kinds=intake.KINDS, hows=HOWS, heads=heads(),
            authors=looking_back.authors(session, current.reach(), tenant.id),
            may_undo_all=bool(wanted.batch_id and shown) and listing.may_import(),
        )  # fmt: skip


@views.post("/<uuid:change_id>/undo")
@needs(Permission.DIRECTORY_EDIT)
def undo(change_id: UUID) -> AnyResponse:
    """Take one change back."""
    with exchange().sessions() as session:
        one_at_a_time(session)
        change = session.get(DirectoryChange, change_id) or abort(404)
        tenant = _tenant(session, change)
        store, reach = _store(session, tenant), current.reach()
        kind = store.kinds[change.kind]
        here = rows.find(session, reach, tenant, kind, change.row_id)
        if here is None and not (change.outcome == "removed" and reach.includes(tenant.id, change.station_id)):
            abort(404)
        if not rights.may_edit(kind):
            abort(403)
        if _take_back(session, store, tenant, [change]):
            session.commit()
        if rows.find(session, reach, tenant, kind, change.row_id) is None:
            return redirect(url_for("directory.listing", name=kind.name, tenant=tenant.code), 303)
        return redirect(url_for("directory_row.show", name=kind.name, row_id=change.row_id), 303)


@views.post("/batches/<uuid:batch_id>/undo")
@needs(Permission.DIRECTORY_EDIT)
def undo_batch(batch_id: UUID) -> AnyResponse:
    """Take back all that one file changed, or nothing of it."""
    if not listing.may_import():
        abort(403 if current.reach().tenant_id else 404)
    with exchange().sessions() as session:
        one_at_a_time(session)
        changes = looking_back.of_batch(session, batch_id) or abort(404)
        tenant = _tenant(session, changes[0])
        store = _store(session, tenant)
        if not all(rights.may_write(store.kinds[one.kind]) for one in changes):
            abort(403)
        if _take_back(session, store, tenant, changes):
            session.commit()
    return redirect(url_for("directory_history.show", batch=batch_id, tenant=tenant.code), 303)


def of_row(session: Session, row_id: UUID) -> Told:
    """Return the last changes of a row that the reader may see."""
    return tell(session, looking_back.of_row(session, row_id, 20))


def tell(session: Session, changes: Sequence[DirectoryChange]) -> Told:
    """Return changes as a page shows them."""
    undone = looking_back.taken_back(session, changes)
    kinds = {kind.name: rights.may_edit(kind) for kind in intake.KINDS}
    latest_wins = {one.id for one in changes if one.id not in undone and kinds.get(one.kind)}
    return Told(changes, frozenset(undone), frozenset(latest_wins))


def heads() -> dict[str, dict[str, str]]:
    """Return kind -> field -> heading in the reader's language."""
    return {kind.name: listing.headings(kind) for kind in intake.KINDS}


def _take_back(session: Session, store: Store, tenant: Tenant, changes: Sequence[DirectoryChange]) -> bool:
    """Undo changes and say so, or say why not; the caller commits what was done."""
    reach = current.reach()
    before = {} if reach.whole else _texts(session, store, changes)
    try:
        report = undoing.undo(changes, store, rights.author())
    except undoing.UndoError as error:
        return _refuse(session, [str(error)])
    if report.errors:
        return _refuse(session, [f"{one.field} {one.reason}" for one in report.errors[:5]])
    session.flush()
    for row_id, (kind, texts) in before.items():
        record = session.get(kind.model, row_id)
        if record and (reasons := [why for _field, why in rights.outside(store, reach, tenant, kind, record, texts)]):
            return _refuse(session, reasons)
    subject = f"{changes[0].kind} {changes[0].key}" if len(changes) == 1 else f"× {len(changes)}"
    current.note(session, What.DIRECTORY_CHANGED, station_id=changes[0].station_id, subject=subject)
    flash(_("已撤销，恢复为原来的内容。"), "good")
    return True


def _texts(
    session: Session, store: Store, changes: Sequence[DirectoryChange]
) -> dict[UUID, tuple[Kind, editing.Texts]]:
    kinds = {one.row_id: store.kinds[one.kind] for one in changes}
    found = {row_id: (kind, session.get(kind.model, row_id)) for row_id, kind in kinds.items()}
    return {
        row_id: (kind, editing.texts_of(kind, record, store) if record else {})
        for row_id, (kind, record) in found.items()
    }


def _refuse(session: Session, reasons: Iterable[str]) -> bool:
    session.rollback()
    flash(_("没有撤销：%(why)s", why="；".join(reasons)), "bad")
    return False


def _tenant(session: Session, change: DirectoryChange) -> Tenant:
    return next((one for one in listing.tenants(session) if one.id == change.tenant_id), None) or abort(404)


def _store(session: Session, tenant: Tenant) -> Store:
    x = exchange()
    return Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)


def _wanted() -> tuple[Wanted, Cursor | None]:
    args = request.args
    try:
        account, batch = (UUID(args[key]) if args.get(key) else None for key in ("account", "batch"))
        since, until = (date.fromisoformat(args[key]) if args.get(key) else None for key in ("since", "until"))
        before = Cursor.parse(args["before"]) if args.get("before") else None
    except (ValueError, CursorError):
        abort(400)
    if any(day and not 2000 <= day.year <= 2200 for day in (since, until)):
        abort(400)
    kind, how = args.get("kind", ""), args.get("how", "")
    if (kind and kind not in {one.name for one in intake.KINDS}) or (how and how not in HOWS):
        abort(400)
    span = span_of(since)[0] if since else None, span_of(until)[1] if until else None
    return Wanted(kind, how, account, batch, *span), before
