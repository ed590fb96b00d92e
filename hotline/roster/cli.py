"""hotline duty: who is on duty at any minute, and where nobody is."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from hotline import db, settings
from hotline.clock import system_clock
from hotline.roster import tables
from hotline.roster.queries import StationName, load_rosters, stations_shown
from hotline.roster.walltime import read_moment
from hotline.sheets.problems import suggestion

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}
)
DAYS = re.compile(r"(\d{1,3})\s*[d天]?")


@app.command()
def duty(
    at: Annotated[
        str, typer.Option(help="北京时间，空为现在 · Shanghai time, like '2027-02-06 03:00'; empty: now")
    ] = "",
    station: Annotated[str, typer.Option(help="站点代码，空为全部 · code of a station; empty: all")] = "",
    gaps: Annotated[str, typer.Option(help="列出今后若干天无人值班的每一分钟 · uncovered minutes, like 30d")] = "",
    calendar: Annotated[str, typer.Option(help="某一天是什么日子 · what kind of day it is, like 2027-02-05")] = "",
    tenant: Annotated[str, typer.Option(help="县（市）代码 · code of the county or city")] = "",
) -> None:
    """谁在值班、哪里有空缺 · Who is on duty, and where nobody is."""
    if calendar:
        tables.show_day(_day(calendar))
        return
    days, moment = _days(gaps), _moment(at)
    engine = db.create(settings.load().database_url)
    try:
        with Session(engine) as session:
            stations = _stations(session, station, tenant)
            until = moment + timedelta(days=days or 8)
            rosters = load_rosters(session, [one.id for one in stations], moment, until)
    finally:
        engine.dispose()
    if days:
        tables.show_gaps(stations, rosters, moment, until)
    else:
        tables.show_duty(stations, rosters, moment)


def _stations(session: Session, code: str, tenant: str) -> list[StationName]:
    everything = stations_shown(session, tenant, villages=bool(code))
    found = [one for one in everything if code in ("", one.code)]
    if not found:
        near = suggestion(code, [one.code for one in everything]) if code else ""
        name = f"站点 “{code}”" if code else f"县（市） “{tenant}” 的站点" if tenant else "站点，请先 hotline import"
        raise typer.BadParameter(f"没有{name}{near} (no such station; import first)", param_hint="--station")
    return found


def _moment(value: str) -> datetime:
    if not value:
        return system_clock().replace(second=0, microsecond=0)
    try:
        return read_moment(value)
    except ValueError:
        text = f"“{value}” 不是时间，应如 '2027-02-06 03:00'，连引号 (write it like this, with quotes)"
        raise typer.BadParameter(text, param_hint="--at") from None


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        text = f"“{value}” 不是日期，应如 2027-02-05 (no date; write it like this)"
        raise typer.BadParameter(text, param_hint="--calendar") from None


def _days(value: str) -> int:
    if not value:
        return 0
    match = DAYS.fullmatch(value.strip())
    if not match or not 1 <= int(match[1]) <= 400:
        raise typer.BadParameter("请写 1d 到 400d，例如 30d (from 1d to 400d)", param_hint="--gaps")
    return int(match[1])
