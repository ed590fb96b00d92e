"""The directory's pages: every kind of row, searched, and as the workbook that imports again."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.models import Tenant
from hotline.sheets.changes import shown
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.sheets.workbook import XLSX, fill
from hotline.web.directory import rows
from hotline.web.language import language
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("directory", __name__, url_prefix="/directory")
LONGEST = 100


@views.get("")
@needs(Permission.DIRECTORY_SEE)
def home() -> AnyResponse:
    """The stations: where most questions begin."""
    return redirect(url_for("directory.listing", name="stations", tenant=request.args.get("tenant")), 303)


@views.get("/<name>")
@needs(Permission.DIRECTORY_SEE)
def listing(name: str) -> str:
    """A page of the rows of one kind within reach; ``q`` is searched for."""
    kind, x, text = kind_of(name), exchange(), request.args.get("q", "").strip()[:LONGEST]
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= 10_000:
        abort(400)
    with x.sessions.begin() as session:
        tenants = _tenants(session)
        tenant = _chosen(tenants)
        if tenant is None:
            return render_template("directory.html", kinds=intake.KINDS, kind=kind, shown=None, tenants=())
        store = Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)
        found = rows.page(store, current.reach(), tenant, kind, text, number)
        current.note(session, What.DIRECTORY_SEEN, subject=kind.name)
        return render_template(
            "directory.html", kinds=intake.KINDS, kind=kind, shown=found, text=text, tenants=tenants, tenant=tenant,
            headings=headings(kind), may_import=may_import(),
        )  # fmt: skip


@views.get("/<name>.xlsx")
@needs(Permission.EXPORT)
def download(name: str) -> Response:
    """The workbook of one kind within reach; numbers in full only for those who may see them."""
    kind, x = kind_of(name), exchange()
    now, whole = x.clock(), current.may(Permission.NUMBERS_SEE)
    with x.sessions.begin() as session:
        tenant = _chosen(_tenants(session)) or abort(404)
        store = Store(session, x.vault, now, intake.KINDS, tenant.code)
        kinds = dict.fromkeys((intake.KINDS[0], kind))  # every file names its tenant
        sheets = {
            one.name: [
                values if whole else {field: shown(one, field, value) for field, value in values.items()}
                for values in rows.every(store, current.reach(), tenant, one)
            ]
            for one in kinds
        }
        current.note(session, What.LIST_EXPORTED, subject=kind.name)
    file = BytesIO()
    fill(tuple(kinds), sheets, now).save(file)
    file.seek(0)
    return send_file(file, XLSX, as_attachment=True, download_name=f"{kind.title}-{local(now):%Y%m%d}.xlsx")


def kind_of(name: str) -> Kind:
    """Return the kind with a name. Answers 404 for none."""
    return next((kind for kind in intake.KINDS if kind.name == name), None) or abort(404)


def headings(kind: Kind) -> dict[str, str]:
    """Return the fields of a kind -> their headings in the reader's language."""
    return {n: n.replace("_", " ") if language() == "en" else title for n, title in kind.titles.items()}


def may_import() -> bool:
    """Return whether whoever asks may import: a file may touch any row of its tenant, so only at the tenant's top."""
    return current.may(Permission.DIRECTORY_EDIT) and current.reach().whole


def _tenants(session: Session) -> list[Tenant]:
    mine = select(Tenant).where(current.reach().covers_tenant(Tenant.id)).order_by(Tenant.code)
    return list(session.scalars(mine))


def _chosen(tenants: list[Tenant]) -> Tenant | None:
    code = request.args.get("tenant") or (tenants[0].code if tenants else "")
    return next((tenant for tenant in tenants if tenant.code == code), None) or (abort(404) if tenants else None)
