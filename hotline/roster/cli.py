"""hotline duty: who is on duty at any minute, and where nobody is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline import db, settings
from hotline.clock import SHANGHAI, local, system_clock
from hotline.roster.calendar import day_info
from hotline.roster.duty import OnDuty, gaps, on_duty
from hotline.roster.queries import load_rosters

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console()
NO_ROSTER = "无排班，直接响值班手机 (no roster: the handset rings)"
SOURCES = {"takeover": "临时接班", "override": "调班", "swap": "换班", "shift": "班次", "pattern": "轮值"}


@app.command()
def duty(
    at: Annotated[str, typer.Option(help="北京时间，如 · Shanghai time, like 2027-02-06 03:00；空为现在")] = "",
    station: Annotated[str, typer.Option(help="站点代码；空为全部 · code of a station, empty: all")] = "",
    gaps_in: Annotated[str, typer.Option("--gaps", help="列出未来若干天的空档 · uncovered minutes, like 30d")] = "",
    tenant: Annotated[str, typer.Option(help="县（市）代码 · code of the county or city")] = "",
) -> None:
    """谁在值班、哪里有空缺 · Who is on duty, and where nobody is."""
    engine = db.create(settings.load().database_url)
    with Session(engine) as session:
        stations = _stations(session, station, tenant)
        if not stations:
            console.print(f"没有站点 “{station or tenant}” (no such station)")
            raise typer.Exit(1)
        if gaps_in:
            _show_gaps(session, stations, _days(gaps_in))
        else:
            _show_duty(session, stations, _moment(at))
    engine.dispose()


def _show_duty(session: Session, stations: dict[object, str], moment: datetime) -> None:
    here = local(moment)
    for day in sorted({here.date(), (here - timedelta(hours=6)).date()}):
        info = day_info(day)
        if info.name or info.remark:
            console.print(f"{day:%Y-%m-%d} {info.name} {info.name_en} {info.remark}".strip())
    rosters = load_rosters(session, list(stations), moment, moment + timedelta(days=8))  # type: ignore[arg-type]
    table = Table(title=f"{here:%Y-%m-%d %H:%M} 值班 · on duty")
    for heading in ("站点 station", "值班 first", "备班 backup"):
        table.add_column(heading)
    for id_, roster in rosters.items():
        found = on_duty(roster, moment)
        table.add_row(
            stations[id_],
            _cell(found.first, NO_ROSTER),
            _cell(found.backup, "—"),
        )
    console.print(table)


def _cell(person: OnDuty | None, otherwise: str) -> str:
    if person is None:
        return otherwise
    return f"{person.name}（{SOURCES[person.source]}，至 {local(person.until):%m-%d %H:%M}）"


def _show_gaps(session: Session, stations: dict[object, str], days: int) -> None:
    since = system_clock().replace(second=0, microsecond=0)
    until = since + timedelta(days=days)
    rosters = load_rosters(session, list(stations), since, until)  # type: ignore[arg-type]
    table = Table(title=f"未来 {days} 天的空档 · uncovered in {days} days")
    for heading in ("站点 station", "从 from", "到 to", "分钟 minutes", "日子 day"):
        table.add_column(heading)
    found = [gap for roster in rosters.values() for gap in gaps(roster, since, until)]
    for gap in found:
        minutes = int((gap.end - gap.start).total_seconds() // 60)
        start, end = local(gap.start), local(gap.end)
        day = day_info(start.date())
        table.add_row(
            stations[gap.station_id], f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}", str(minutes), day.name
        )
    console.print(table if found else f"未来 {days} 天没有空档 (no gap in {days} days)")
    if found:
        console.print("空档期间直接响站点的值班手机 (in a gap the station's handset rings).")


def _stations(session: Session, code: str, tenant: str) -> dict[object, str]:
    rows = session.execute(
        text(
            "SELECT s.id, s.name FROM station s JOIN tenant t ON t.id = s.tenant_id"
            " WHERE (:code = '' OR s.code = :code) AND (:tenant = '' OR t.code = :tenant) AND s.active"
            " AND (:code <> '' OR s.level < GREATEST(2, cardinality(t.levels) - 1)) ORDER BY t.code, s.level, s.code"
        ),
        {"code": code, "tenant": tenant},
    )
    return {row.id: row.name for row in rows}


def _moment(value: str) -> datetime:
    if not value:
        return system_clock()
    try:
        return datetime.fromisoformat(value).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        raise typer.BadParameter("请写成 2027-02-06 03:00 (write it like this)", param_hint="--at") from None


def _days(value: str) -> int:
    match = re.fullmatch(r"(\d{1,3})d?", value.strip())
    if not match or not 1 <= int(match[1]) <= 400:
        raise typer.BadParameter("请写 1d 到 400d，例如 30d (1d to 400d)", param_hint="--gaps")
    return int(match[1])
