"""Rows of the directory written by other systems: checked by the code that checks an import, kept in the history."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request
from pydantic import BaseModel, Field
from spectree import Response as Answers
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.directory.importing.branches import BRANCH_LINES, PARTNERS, TEAMS
from hotline.directory.importing.people import HANDSETS, STAFF
from hotline.directory.importing.places import STATIONS
from hotline.directory.importing.survivors import HOUSEHOLDS, SURVIVORS
from hotline.directory.models import Tenant
from hotline.sheets import editing
from hotline.sheets.history import Author
from hotline.sheets.importing import one_at_a_time
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.api.access import api, has, noted, reach, scope, token
from hotline.web.api.directory import LEDGER
from hotline.web.api.document import answers, spec
from hotline.web.api.places import tenant_of
from hotline.web.api.problems import refuse
from hotline.web.api.schema import TEXT, Problem, Strict
from hotline.web.api.schema_directory import plain
from hotline.web.api.schema_writes import Added
from hotline.web.directory import rights, rows
from hotline.web.webhooks import exchange

WRITTEN = {
    kind.name: kind for kind in (STATIONS, HANDSETS, STAFF, HOUSEHOLDS, SURVIVORS, TEAMS, PARTNERS, BRANCH_LINES)
}
"""What other systems may write; lines, policies and catalogue change how every call goes, and stay with people."""


class TenantAsked(Strict):
    """Whose directory."""

    tenant: str | None = Field(
        None, max_length=64, pattern=TEXT, description="Code of the tenant, where there are several."
    )


class RowOut(BaseModel):
    """A row; its fields are those of its kind's list."""

    kind: str
    code: str
    fields: dict[str, Any]


class RowSent(Strict):
    """The fields of a row, as the import's file names them; what is left out stays, an empty text empties its field."""

    tenant: str | None = Field(
        None, max_length=64, pattern=TEXT, description="Code of the tenant, where there are several."
    )
    fields: dict[str, str | bool | int | list[str] | None] = Field(max_length=40)


@api.get("/directory/<kind>/<code>")
@scope(Permission.DIRECTORY_SEE)
@spec.validate(resp=answers(RowOut, 404), tags=["directory"])
def row(kind: str, code: str, query: TenantAsked) -> Response:
    """One row, with the ETag that a change of it needs."""
    with exchange().sessions.begin() as session:
        found = _kind(kind)
        store, tenant = _store(session, query.tenant)
        record = _record(store, tenant, found, code) or refuse(404)
        noted(session, What.DIRECTORY_SEEN, f"{kind} {code}")
        return _told(found, record, store, 200)


@api.put("/directory/<kind>/<code>")
@scope(Permission.DIRECTORY_EDIT)
@spec.validate(
    resp=Answers(
        HTTP_200=RowOut, HTTP_201=RowOut, HTTP_400=Problem, HTTP_401=Problem, HTTP_403=Problem, HTTP_404=Problem,
        HTTP_412=Problem, HTTP_428=Problem, HTTP_429=Problem,
    ),
    tags=["directory"],
)  # fmt: skip
def write(kind: str, code: str, json: RowSent, headers: Added) -> Response:  # noqa: ARG001  (read off the request)
    """Add a row, or with If-Match change it. 201: added. 422 names each field that is wrong, and nothing is written."""
    found = _kind(kind)
    with exchange().sessions.begin() as session:
        one_at_a_time(session)
        store, tenant = _store(session, json.tenant)
        before = _fresh(store, tenant, found, code)
        texts = {name: _text(value) for name, value in json.fields.items()} | {"code": code}
        unknown = [name for name in texts if name not in found.row.model_fields]
        if unknown:
            refuse(422, errors=[{"field": name, "reason": "没有这一项 (there is no such field)"} for name in unknown])
        saved = editing.save(found, {**_kept(found, before, texts), **texts}, store, _author(), new=not before)
        wrong = [(problem.name, problem.reason) for problem in saved.report.errors]
        wrong = wrong or list(rights.outside(store, reach(), tenant, found, saved.record, before))
        if wrong:
            refuse(422, errors=[{"field": name, "reason": reason} for name, reason in wrong])
        noted(session, What.DIRECTORY_CHANGED, f"{kind} {code}")
        return _told(found, saved.record, store, 200 if before else 201)


def _kind(name: str) -> Kind:
    kind = WRITTEN.get(name) or refuse(404)
    if kind in LEDGER and not has(Permission.SURVIVORS_SEE):
        needed = Permission.SURVIVORS_SEE.value
        refuse(403, (f"需要权限：{needed}", f"Scope needed: {needed}"))
    return kind


def _store(session: Session, tenant: str | None) -> tuple[Store, Tenant]:
    found, x = tenant_of(session, tenant), exchange()
    return Store(session, x.vault, x.clock(), intake.KINDS, found.code), found


def _record(store: Store, tenant: Tenant, kind: Kind, code: str) -> Any:
    model: Any = kind.model
    mine = select(model).where(model.code == code, rows.within(reach(), tenant, kind))
    return store.session.scalars(mine.with_for_update()).first()


def _fresh(store: Store, tenant: Tenant, kind: Kind, code: str) -> editing.Texts:
    """Return the row's texts, none for a new one; refused unless If-Match names what is there."""
    record = _record(store, tenant, kind, code)
    if record is None:
        if (code,) in store.records(kind.name) or request.if_match:  # out of reach, or gone meanwhile
            refuse(404)
        return {}
    texts = editing.texts_of(kind, record, store)
    if not request.if_match:
        refuse(428)
    if not request.if_match.contains(editing.mark(texts, store.vault)):
        refuse(412)
    return texts


def _kept(kind: Kind, before: editing.Texts, given: editing.Texts) -> dict[str, str]:
    """What a row needs and was not given stays as it was."""
    needed = [name for name, info in kind.row.model_fields.items() if info.is_required()]
    return {name: before[name] for name in needed if before and name not in given}


def _text(value: str | bool | int | list[str] | None) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "；".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _author() -> Author:
    return Author(f"{token().name}（接口 API）", "command")


def _told(kind: Kind, record: Any, store: Store, status: int) -> Response:
    shown = plain(kind, editing.values_of(kind, record, store), whole=has(Permission.NUMBERS_SEE))
    out = RowOut(kind=kind.name, code=record.code, fields=shown)
    answer = make_response(out.model_dump_json(), status, {"Content-Type": "application/json"})
    answer.set_etag(editing.mark(editing.texts_of(kind, record, store), store.vault))
    return answer
