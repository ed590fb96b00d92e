"""Import by browser: a file is tried and undone, its changes and mistakes are shown, and only then it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline import intake
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.directory.models import Tenant
from hotline.sheets import drafts
from hotline.sheets.drafts import Draft
from hotline.sheets.problems import ImportReport
from hotline.web.directory import listing, rights
from hotline.web.language import _
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("directory_import", __name__, url_prefix="/directory/import")
LARGEST = 20 * 1024 * 1024
"""Bytes of a file; a county's workbook has less than two million."""
SUFFIXES = (".xlsx", ".yaml", ".yml")
SHOWN = 300
"""Changes and mistakes that are listed; the rest is counted."""


@views.get("")
@needs(Permission.DIRECTORY_EDIT)
def form() -> str:
    """Where a file is chosen."""
    _only_at_the_top()
    return _page()


@views.post("")
@needs(Permission.DIRECTORY_EDIT)
def preview() -> AnyResponse | tuple[str, int] | str:
    """Try a file and show what it would do; it waits, sealed, to be confirmed."""
    _only_at_the_top()
    file = request.files.get("file")
    suffix = Path(file.filename or "").suffix.lower() if file else ""
    if file is None or suffix not in SUFFIXES:
        return _page(problem=_("文件：请选一个 .xlsx 或 .yaml 文件。")), 422
    content = file.stream.read(LARGEST + 1)
    if not content or len(content) > LARGEST:
        return _page(problem=_("文件：是空的，或者超过 20 MB。")), 422
    draft = Draft(content, suffix, "")
    with exchange().sessions() as session:
        report = _run(session, draft, dry_run=True)
        session.rollback()
    refused = _refused(report)
    wrong = bool(report.errors or refused)
    return _page(report=report, refused=refused, mark="" if wrong else _keep(draft, report)), 422 if wrong else 200


@views.post("/confirm")
@needs(Permission.DIRECTORY_EDIT)
def confirm() -> AnyResponse | tuple[str, int]:
    """Import the file that was shown, if it still does what was shown; else show what it would do now."""
    _only_at_the_top()
    x, account_id = exchange(), current.current().account.id
    draft = drafts.load(x.settings.imports_dir, account_id, x.vault, request.form.get("mark", ""))
    if draft is None:
        return _page(problem=_("这份文件已不在了，或者换成了另一份，请再上传一次。")), 409
    with x.sessions() as session:
        report = _run(session, draft, dry_run=True)
        refused = _refused(report)
        if report.errors or refused:
            session.rollback()
            return _page(report=report, refused=refused), 422
        if drafts.seen(report) != draft.seen:
            session.rollback()
            changed = _("您查看期间，通讯录被改动了，什么都没有导入。下面是现在会改什么，看过再确认。")
            return _page(report=report, mark=_keep(draft, report), problem=changed), 409
        report = _run(session, draft, dry_run=False)
        current.note(session, What.DIRECTORY_IMPORTED, subject=report.summary)
        session.commit()
    drafts.drop(x.settings.imports_dir, account_id)
    flash(_("已导入：新增 %(added)s，变更 %(changed)s。", added=report.added, changed=report.changed), "good")
    return redirect(url_for("directory.listing", name="stations", tenant=report.tenant), 303)


def _page(report: ImportReport | None = None, refused: str = "", mark: str = "", problem: str = "") -> str:
    kinds = {kind.name: kind for kind in intake.KINDS}
    heads = {name: listing.headings(kind) for name, kind in kinds.items()}
    return render_template(
        "directory_import.html", report=report, problem=problem or refused, mark=mark, kinds=kinds, heads=heads,
        most=SHOWN,
    )  # fmt: skip


def _only_at_the_top() -> None:
    if not listing.may_import():
        abort(403)


def _run(session: Session, draft: Draft, *, dry_run: bool) -> ImportReport:
    """Import from a file that only this process can read and that is gone afterwards."""
    x, reach = exchange(), current.reach()
    only = session.get_one(Tenant, reach.tenant_id).code if reach.tenant_id else ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"import{draft.suffix}"
        path.write_bytes(draft.content)
        return intake.import_file(
            session, path, x.vault, x.clock(), dry_run=dry_run, only=only, by=rights.author("import")
        )


def _refused(report: ImportReport) -> str:
    """Return why whoever asks may not make these changes, or nothing."""
    for kind in intake.KINDS:
        counts = report.kinds.get(kind.name)
        if counts and counts.added + counts.changed and not rights.may_write(kind):
            return _("“%(kind)s”要由管理员修改；请把这张表的改动去掉再导入。", kind=kind.heading)
    return ""


def _keep(draft: Draft, report: ImportReport) -> str:
    """Keep a file with what was shown of it; return the mark by which the confirmation names both."""
    x, shown = exchange(), replace(draft, seen=drafts.seen(report))
    drafts.keep(x.settings.imports_dir, current.current().account.id, x.vault, shown)
    return shown.mark
