"""The month as a sheet: downloaded as it hangs on the wall, and what was changed in it put into the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.clock import local, next_month
from hotline.roster import batch, drafts, paper
from hotline.roster.desk import RosterError
from hotline.roster.duty import ROLES
from hotline.roster.models import Shift
from hotline.roster.queries import load_rosters
from hotline.roster.sheet_changes import Changes, Flaw, Stand, compare
from hotline.roster.slots import slots
from hotline.sheets.cells import XLSX
from hotline.web.board import span_of
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster.asked import here_args, place_asked, read_day, read_person, said, staff_of
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

if TYPE_CHECKING:
    from hotline.web.roster.month_sheet import Sheet

views = Blueprint("roster_paper", __name__, url_prefix="/roster/paper")
EDIT = Permission.ROSTER_EDIT
LARGEST = 2 * 1024 * 1024
"""Bytes of a file; a month has some twenty thousand."""
AROUND = timedelta(days=32)
"""Turns that reach into the month may have begun, and may end, so far outside it."""


@views.get("/month.xlsx")
@needs(Permission.ROSTER_SEE)
def month() -> Response:
    """The month as it is published, or as the draft would make it."""
    from hotline.web.roster import month_sheet  # openpyxl is loaded by whoever wants a sheet

    x = exchange()
    with x.sessions() as session:
        where, now = place_asked(session), x.clock()
        first = _month(now)
        draft = request.args.get("draft") == "1" and current.may(EDIT)
        with _standing(session, where, draft, now):
            stand = _stand(session, where, first)
        title = f"{where.station.name} {first.year}年{first.month}月值班表" + ("（草稿）" if draft else "")
        file = month_sheet.write(title, where.station.code, first, draft, stand.cells)
    answer = current_app.response_class(file, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="roster-{first:%Y-%m}.xlsx"'
    return answer


@views.get("")
@needs(EDIT)
def form() -> str:
    """Where a sheet is downloaded and taken in."""
    with exchange().sessions() as session:
        return _page(session, place_asked(session))


@views.post("")
@needs(EDIT)
def take() -> AnyResponse | tuple[str, int]:
    """Put what was changed in a sheet into the draft; with one mistake nothing is taken over, and all are listed."""
    x, by, flaws = exchange(), current.current().account.login, list[Flaw]()
    try:
        sheet = _sheet()
        with x.sessions.begin() as session:
            where, now = place_asked(session), x.clock()
            if sheet.station != where.station.code:
                raise RosterError(f"这是 {sheet.station} 站的表 (this sheet is of another station: {sheet.station})")
            found = _changes(session, where, sheet, now)
            if flaws := found.flaws:
                raise RosterError(
                    f"有 {len(flaws)} 格不能导入，什么都没有改 ({len(flaws)} cells refused: nothing changed)"
                )
            if not found.edits:
                raise RosterError("这份表和下载时一样，没有改动 (nothing was changed in this sheet)")
            drafts.put(session, (where.tenant.id, where.station.id), found.edits, now, by)
    except RosterError as error:
        with x.sessions() as session:
            return _page(session, place_asked(session), said(error), flaws), 422
    flash(_("表里的 %(n)s 处改动已放进草稿，请核对后发布。", n=len(found.edits)), "good")
    return redirect(url_for("roster_draft.show", **here_args()), 303)


def _page(session: Session, where: Place, problem: str = "", flaws: Sequence[Flaw] = ()) -> str:
    now = exchange().clock()
    return render_template(
        "roster_paper.html", where=where, tenant=where.tenant, problem=problem,
        flaws=[(one.cell, said(ValueError(one.reason))) for one in flaws], month=_month(now),
        waiting=bool(drafts.rows_of(session, where.station.id)),
    )  # fmt: skip


def _month(now: datetime) -> date:
    try:
        return read_day(f"{request.args['month']}-01" if request.args.get("month") else "").replace(day=1)
    except RosterError:
        if request.args.get("month"):
            abort(400)
        return next_month(local(now).date())


def _sheet() -> Sheet:
    from hotline.web.roster import month_sheet

    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    if not content or len(content) > LARGEST:
        raise RosterError("请选一个不超过 2 MB 的 .xlsx 文件 (choose an .xlsx file of at most 2 MB)")
    return month_sheet.read(content)


@contextmanager
def _standing(session: Session, where: Place, draft: bool, now: datetime) -> Iterator[None]:
    edits = drafts.edits_of(session, where.station.id) if draft else []
    if not edits:
        yield
        return
    with batch.tried(session, (where.tenant.id, where.station.id), edits, now):
        yield


def _changes(session: Session, where: Place, sheet: Sheet, now: datetime) -> Changes:
    staff = staff_of(session, where)

    def who(name: str) -> UUID:
        return read_person(name, staff)

    with _standing(session, where, sheet.draft, now):
        return compare(sheet.before, sheet.after, _stand(session, where, sheet.month), who, now)


def _stand(session: Session, where: Place, first: date) -> Stand:
    station = where.station.id
    days = [first + timedelta(days=n) for n in range((next_month(first) - first).days)]
    since, until = span_of(days[0])[0], span_of(days[-1])[1]
    roster = load_rosters(session, [station], since - AROUND, until + AROUND)[station]
    found = [one for role in ROLES for one in slots(roster.role(role), role, since - AROUND, until + AROUND)]
    touching = [one for one in found if one.start < until and one.end > since]
    query = select(Shift).where(Shift.station_id == station, Shift.starts < until, Shift.ends > since)
    labels = _labels(session, where, roster.names)
    shifts = session.scalars(query).all()
    return Stand(touching, labels, shifts, paper.cells(touching, labels, days))


def _labels(session: Session, where: Place, names: Mapping[UUID, str]) -> Mapping[UUID, str]:
    """Names, and codes of those who share theirs."""
    staff = staff_of(session, where)
    all_names = [person.name for person in staff]
    codes = {person.id: person.code for person in staff if all_names.count(person.name) > 1}
    return {**names, **codes}
