"""A repeating plan tried on a period: the board as it would be, what gives way, who does how much; then filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from hotline.clock import local
from hotline.roster import batch, drafts, duty, template_rows
from hotline.roster.board_models import RosterTemplate
from hotline.roster.calendar import day_info
from hotline.roster.desk import RosterError
from hotline.roster.duty import Gap
from hotline.roster.filling import Filling, fill
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import load_rosters
from hotline.roster.slots import doubles
from hotline.roster.templates import LONGEST
from hotline.web.board import span_of
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.roster import grid
from hotline.web.roster.asked import here_args, place_asked, read_day, said, staff_of
from hotline.web.roster.grid import Grid
from hotline.web.roster.templates import EDIT, find
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("roster_filling", __name__, url_prefix="/roster/templates")


@dataclass(frozen=True)
class Period:
    """Which days are filled in, the last one excluded, and whether what stands there gives way."""

    since: date
    until: date
    replace: bool


@dataclass(frozen=True)
class Share:
    """How much one person would do."""

    name: str
    shifts: int
    hours: float
    nights: int
    """Shifts that cover three in the morning."""
    days_off: int
    """Shifts that begin on a weekend or public holiday."""


@dataclass(frozen=True)
class Outlook:
    """What filling in would do, seen before it is done; ``mark`` names just this."""

    filling: Filling = field(default_factory=Filling)
    boards: Sequence[Grid] = ()
    gaps: Sequence[Gap] = ()
    shares: Sequence[Share] = ()
    problem: str = ""
    mark: str = ""
    doubles: Sequence[tuple[UUID, datetime]] = ()
    """Who would be first and backup at the same time, and since when."""


@views.get("/<uuid:template_id>")
@needs(EDIT)
def show(template_id: UUID) -> tuple[str, int]:
    """What filling in a period would do."""
    return _page(template_id)


@views.post("/<uuid:template_id>")
@needs(EDIT)
def take(template_id: UUID) -> AnyResponse | tuple[str, int]:
    """Fill in just what was shown."""
    x, by, draft = exchange(), current.current().account.login, request.form.get("do") == "draft"
    try:
        with x.sessions.begin() as session:
            where = place_asked(session)
            row, now = find(session, where, template_id), x.clock()
            period = _period(now)
            filling = _filling(session, where, row, period, now)
            if mark(filling.edits) != request.form.get("mark"):
                raise RosterError("排班表刚刚有变动，请再看一遍 (the roster has just changed: look again)")
            place = where.tenant.id, where.station.id
            if draft:
                drafts.put(session, place, filling.edits, now, by)
            else:
                batch.apply(session, place, filling.edits, "filled", now, by)
    except (RosterError, ValueError) as error:
        return _page(template_id, said(error))
    if draft:
        flash(_("已放进草稿 %(n)s 个班次，发布之前来电仍按原来的班表。", n=filling.made), "good")
        return redirect(url_for("roster.show", draft=1, day=period.since.isoformat(), **here_args()), 303)
    flash(_("已排入 %(n)s 个班次，有关人员会收到通知。", n=filling.made), "good")
    return redirect(url_for("roster.show", day=period.since.isoformat(), **here_args()), 303)


def mark(edits: Sequence[Edit]) -> str:
    """Return a name of these edits and no others."""
    return hashlib.sha256("\n".join(sorted(map(repr, edits))).encode()).hexdigest()[:32]


def _page(template_id: UUID, problem: str = "") -> tuple[str, int]:
    x = exchange()
    with x.sessions() as session:
        where, now = place_asked(session), x.clock()
        row = find(session, where, template_id)
        try:
            period = _period(now)
            seen = _outlook(session, where, row, period, now)
        except (RosterError, ValueError) as error:
            period, seen = _next_month(now), Outlook(problem=said(error))
        names = {person.id: person.name for person in staff_of(session, where)}
        page = render_template(
            "roster_filling.html", where=where, tenant=where.tenant, row=row, period=period, seen=seen, names=names,
            problem=problem or seen.problem, today=local(now).date(),
        )  # fmt: skip
    return page, 422 if problem or seen.problem else 200


def _period(now: datetime) -> Period:
    """What is asked for in the address or the form; the days shown include the last one. Raises RosterError."""
    asked = request.values
    if "since" not in asked:
        return _next_month(now)
    since, last = read_day(asked["since"]), read_day(asked.get("last", ""))
    until = last + timedelta(days=1)
    if until <= since:
        raise RosterError("结束日期不能早于开始日期 (the last day must not be before the first)")
    if until - since > LONGEST:
        raise RosterError("一次最多排三个月 (three months at most in one go)")
    return Period(since, until, asked.get("replace") == "1")


def _next_month(now: datetime) -> Period:
    first = (local(now).date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period(first, (first + timedelta(days=32)).replace(day=1), replace=False)


def _filling(session: Session, where: Place, row: RosterTemplate, period: Period, now: datetime) -> Filling:
    plan = template_rows.read(row)
    active = {person.id for person in staff_of(session, where)}
    if template_rows.people(plan.lines) - active:
        raise RosterError("模板里有人已经离开，请先修改模板 (somebody in the plan has left: change the plan first)")
    if day := plan.clash(period.since, period.until):
        raise RosterError(f"{day}：模板里有两行时间重叠，请先修改模板 ({day}: two lines of the plan overlap)")
    return fill(session, where.station.id, plan.pieces(period.since, period.until), now, replace=period.replace)


def _outlook(session: Session, where: Place, row: RosterTemplate, period: Period, now: datetime) -> Outlook:
    station = where.station.id
    filling = _filling(session, where, row, period, now)
    pieces = [one.piece for one in filling.edits if one.piece]
    names = {person.id: person.name for person in staff_of(session, where)}
    with batch.tried(session, (where.tenant.id, station), filling.edits, now):
        months = _months(period)
        since, until = (
            span_of(day)[0] for day in (months[0].replace(day=1) - grid.DAY * 7, period.until + grid.DAY * 14)
        )
        roster = load_rosters(session, [station], since, until)[station]
        boards = [grid.build("month", month, roster, pieces) for month in months]
        first = max(span_of(period.since)[0], now)
        gaps = duty.gaps(roster, first, max(first, span_of(period.until)[0]), [row.role])
        doubled = doubles(roster, first, max(first, span_of(period.until)[0]))
    return Outlook(filling, boards, gaps, _shares(pieces, names), mark=mark(filling.edits), doubles=doubled)


def _months(period: Period) -> Sequence[date]:
    days = [period.since + timedelta(days=n) for n in range((period.until - period.since).days)]
    return sorted({day.replace(day=1) for day in days})


def _shares(pieces: Sequence[Piece], names: Mapping[UUID, str]) -> Sequence[Share]:
    found = []
    for person in {one.staff_id for one in pieces}:
        mine = [one for one in pieces if one.staff_id == person]
        off = sum(day_info(local(one.starts).date()).is_holiday for one in mine)
        hours = sum((one.ends - one.starts).total_seconds() for one in mine) / 3600
        found.append(Share(names.get(person, ""), len(mine), hours, sum(map(_night, mine)), off))
    return sorted(found, key=lambda one: (-one.hours, one.name))


def _night(piece: Piece) -> bool:
    begin = local(piece.starts)
    three = begin.replace(hour=3, minute=0, second=0, microsecond=0)
    three = three if three >= begin else three + timedelta(days=1)
    return three < local(piece.ends)
