"""Response times: a period and a part of the tree, every number with its definition and the tickets behind it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.calls.statistics import behind, reading
from hotline.calls.statistics.behind import Asked
from hotline.calls.statistics.helpers import helpers
from hotline.calls.statistics.measures import SHARES, SPANS
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import local
from hotline.web import board, place, response_charts, response_csv, response_tables
from hotline.web.language import _, words
from hotline.web.period import Period
from hotline.web.period import asked as period_asked
from hotline.web.place import Place
from hotline.web.response_cells import Table
from hotline.web.response_tables import Figures
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange
from tickets.queries import Cursor, CursorError

views = Blueprint("response_times", __name__, url_prefix="/response-times")


@views.get("")
@needs(Permission.STATISTICS_SEE)
def show() -> str:
    """The page."""
    x = exchange()
    today = local(x.clock()).date()
    period = period_asked(today)
    with x.sessions() as session:
        where = place.find(session, current.reach())
        if where is None:
            return render_template("response_times.html", where=None, tenant=None)
        figures = _figures(session, where, period)
        tables = response_tables.tables(figures)
        return render_template(
            "response_times.html", where=where, tenant=where.tenant, period=period, today=today,
            presets=_presets(today), figures=figures, tables=tables, shares=SHARES, spans=SPANS,
            charts=response_charts.charts(figures),
        )  # fmt: skip


@views.get("/<name>.csv", defaults={"kind": "csv"})
@views.get("/<name>.xlsx", defaults={"kind": "xlsx"})
@needs(Permission.EXPORT)
def download(name: str, kind: str) -> Response:
    """One of the page's tables as a file."""
    x = exchange()
    period = period_asked(local(x.clock()).date())
    with x.sessions() as session:
        where = place.find(session, current.reach()) or abort(404)
        found = [table for table in response_tables.tables(_figures(session, where, period)) if table.code == name]
    if not found:
        abort(404)
    return file_of(found[0], kind, f"{name}-{where.station.code}-{period.first}-{period.last}")


def file_of(table: Table, kind: str, name: str) -> Response:
    """Return a table as a file, xlsx or csv."""
    if kind == "xlsx":
        from hotline.web import response_xlsx  # openpyxl: nobody waits for it who asks for no workbook

        write = response_xlsx.answer
    else:
        write = response_csv.answer
    return write(table, f"{name}.{kind}")


@views.get("/tickets")
@needs(Permission.STATISTICS_SEE)
def tickets() -> str:
    """The tickets behind a number."""
    x = exchange()
    now = x.clock()
    period = period_asked(local(now).date())
    with x.sessions() as session:
        where = place.find(session, current.reach()) or abort(404)
        asked, before = asked_of(where)
        found = behind.tickets_behind(session, subtree(where.tree, period.span), asked, before)
        rows = board.rows_of(session, x.vault, found.tickets, now)
        return render_template(
            "response_times_tickets.html", where=where, tenant=where.tenant, period=period, now=now, asked=asked,
            found=found, rows=rows, title=title_of(where, asked),
            definition=(SHARES.get(asked.measure) or SPANS[asked.measure]).definition,
        )  # fmt: skip


def _figures(session: Session, where: Place, period: Period) -> Figures:
    scope: Scope = subtree(where.tree, period.span)
    report = reading.report(session, scope)
    return Figures(
        report=report,
        before=reading.totals(session, scope.before()),
        helpers=helpers(session, scope.tenant_id, report.helpers),
        stations={id_: where.name(id_) for id_ in dict.fromkeys(scope.groups)},
        top=where.station.id,
    )


def _presets(today: date) -> list[tuple[str, Period]]:
    month = today.replace(day=1)
    last_month = month - timedelta(days=1)
    return [
        (_("今天"), Period(today, today)),
        (_("近 7 天"), Period(today - timedelta(days=6), today)),
        (_("近 30 天"), Period(today - timedelta(days=29), today)),
        (_("本月"), Period(month, today)),
        (_("上月"), Period(last_month.replace(day=1), last_month)),
    ]


def asked_of(where: Place) -> tuple[Asked, Cursor | None]:
    """Return which number the address asks about, and from where on; 400 and 404 for what no link of ours asks."""
    args: dict[str, Any] = request.args.to_dict()
    side = args.get("side", "whole")
    if args.get("measure") not in {*SHARES, *SPANS} or side not in ("part", "rest", "whole"):
        abort(400)
    try:
        under = UUID(args["under"]) if args.get("under") else None
        helper = UUID(args["helper"]) if args.get("helper") else None
        day = date.fromisoformat(args["day"]) if args.get("day") else None
        weekday, hour = (int(args[key]) if args.get(key) else None for key in ("weekday", "hour"))
        before = Cursor.parse(args["before"]) if args.get("before") else None
    except (ValueError, CursorError):
        abort(400)
    if (helper or day or weekday is not None or hour is not None or "depth" in args) and not _of_calls(args["measure"]):
        abort(400)
    if under and under not in where.ids:
        abort(404)
    asked = Asked(args["measure"], side, under, args.get("need"), args.get("depth"), day, weekday, hour, helper)
    return asked, before


def _of_calls(measure: str) -> bool:
    return (SHARES.get(measure) or SPANS[measure]).subject == "calls"


def title_of(where: Place, asked: Asked) -> str:
    """Return what a number is called, with what narrows it."""
    name = words((SHARES.get(asked.measure) or SPANS[asked.measure]).name)
    side = {"part": name, "rest": _("未达到：%(name)s", name=name), "whole": _("计入“%(name)s”的全部", name=name)}
    if asked.measure == "calls" or asked.measure in SPANS:
        side = dict.fromkeys(side, name)
    parts = [
        where.name(asked.station) if asked.station else "",
        response_tables.need_name(asked.need) if asked.need is not None else "",
        response_tables.depth_name(asked.depth) if asked.depth is not None else "",
        asked.day.isoformat() if asked.day else "",
        response_tables.weekday_name(asked.weekday) if asked.weekday in range(1, 8) else "",
        f"{asked.hour}:00" if asked.hour is not None else "",
    ]
    return " · ".join([side[asked.side], *(part for part in parts if part)])
