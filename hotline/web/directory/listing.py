"""The directory's pages: every kind of row, searched, and as the workbook that imports again."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.clock import local
from hotline.directory.models import Tenant
from hotline.sheets.cells import XLSX, cell_text, csv_text
from hotline.sheets.changes import shown
from hotline.sheets.fields import Choice
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.directory import fields, rights, rows
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
    """A page of the rows of one kind within reach; the stations as a tree."""
    return _page(kind_of(name), "", request.args.get("page", 1, type=int))


@views.post("/<name>")
@needs(Permission.DIRECTORY_SEE)
def search(name: str) -> str:
    """The rows in which something is found. It is sent by POST: names and numbers stay out of addresses and logs."""
    text = request.form.get("q", "").replace("\0", "").strip()[:LONGEST]
    return _page(kind_of(name), text, request.form.get("page", 1, type=int))


def _page(kind: Kind, text: str, number: int) -> str:
    if not 1 <= number <= 10_000:
        abort(400)
    x, reach = exchange(), current.reach()
    with x.sessions.begin() as session:
        mine = tenants(session)
        tenant = chosen(mine)
        if tenant is None:
            return render_template("directory.html", kinds=intake.KINDS, kind=kind, shown=None, tenants=())
        store = Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)
        tree = fields.tree(store, reach, tenant) if kind.name == "stations" and not text else None
        found = rows.Page((), len(tree), None, None) if tree else rows.page(store, reach, tenant, kind, text, number)
        current.note(session, What.DIRECTORY_SEEN, subject=kind.name)
        return render_template(
            "directory.html", kinds=intake.KINDS, kind=kind, shown=found, tree=tree, text=text, tenants=mine,
            tenant=tenant, headings=headings(kind), may_import=may_import(), may_add=rights.may_add(kind, reach),
        )  # fmt: skip


@views.get("/<name>.xlsx")
@needs(Permission.EXPORT)
def download(name: str) -> Response:
    """The workbook of one kind within reach; numbers in full only for those who may see them."""
    from hotline.sheets.workbook import fill  # openpyxl is loaded by whoever makes a workbook

    kind, now = kind_of(name), exchange().clock()
    kinds = tuple(dict.fromkeys((intake.KINDS[0], kind)))  # every file names its tenant
    file = BytesIO()
    fill(kinds, _written(kinds, kind), now).save(file)
    file.seek(0)
    return send_file(file, XLSX, as_attachment=True, download_name=f"{kind.title}-{local(now):%Y%m%d}.xlsx")


@views.get("/<name>.csv")
@needs(Permission.EXPORT)
def download_csv(name: str) -> Response:
    """The same rows as a CSV file for other programs; it is not imported again."""
    kind, now = kind_of(name), exchange().clock()
    names = list(kind.row.model_fields)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([kind.titles[field] for field in names])
    for values in _written((kind,), kind)[kind.name]:
        writer.writerow([csv_text(cell_text(values[field], kind.meta(field, Choice))) for field in names])
    file = BytesIO(("\ufeff" + text.getvalue()).encode())  # the mark tells spreadsheets that it is UTF-8
    return send_file(file, "text/csv", as_attachment=True, download_name=f"{kind.title}-{local(now):%Y%m%d}.csv")


def _written(kinds: Sequence[Kind], asked: Kind) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of some kinds within reach as a file has them, and note that they were taken."""
    x, whole = exchange(), current.may(Permission.NUMBERS_SEE)
    with x.sessions.begin() as session:
        tenant = chosen(tenants(session)) or abort(404)
        store = Store(session, x.vault, x.clock(), intake.KINDS, tenant.code)
        current.note(session, What.LIST_EXPORTED, subject=asked.name)
        return {
            one.name: [
                dict(values) if whole else {field: shown(one, field, value) for field, value in values.items()}
                for values in rows.every(store, current.reach(), tenant, one)
            ]
            for one in kinds
        }


def kind_of(name: str) -> Kind:
    """Return the kind with a name. Answers 404 for none."""
    return next((kind for kind in intake.KINDS if kind.name == name), None) or abort(404)


def headings(kind: Kind) -> dict[str, str]:
    """Return the fields of a kind -> their headings in the reader's language."""
    return {n: n.replace("_", " ") if language() == "en" else title for n, title in kind.titles.items()}


def may_import() -> bool:
    """Return whether whoever asks may import: a file may touch any row of its tenant, so only at the tenant's top."""
    return current.may(Permission.DIRECTORY_EDIT) and current.reach().whole


def tenants(session: Session) -> list[Tenant]:
    """Return the tenants within reach, by code."""
    mine = select(Tenant).where(current.reach().covers_tenant(Tenant.id)).order_by(Tenant.code)
    return list(session.scalars(mine))


def chosen(mine: list[Tenant]) -> Tenant | None:
    """Return the tenant that the address names, else the first; None where there is none. Answers 404."""
    code = request.args.get("tenant") or (mine[0].code if mine else "")
    return next((tenant for tenant in mine if tenant.code == code), None) or (abort(404) if mine else None)
