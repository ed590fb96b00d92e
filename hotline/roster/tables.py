"""What hotline duty shows at the terminal: Chinese first, English beside it, times in Asia/Shanghai."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from rich.console import Console
from rich.table import Table

from hotline.clock import local
from hotline.roster.calendar import day_info
from hotline.roster.duty import ROLES, Gap, OnDuty, Roster, gaps, on_duty
from hotline.roster.queries import StationName

NO_ROSTER = "无排班，直接响值班手机 (no roster: the duty handset rings)"
GAP = "空档，直接响值班手机 (nobody: the duty handset rings)"
NO_BACKUP = "无排班 (no roster)"
SOURCES = {
    "takeover": "临时接班 took over",
    "override": "调班 override",
    "swap": "换班 swap",
    "shift": "班次 shift",
    "pattern": "轮值 rotation",
}
ROLE_NAMES = {"first": "值班 first", "backup": "备班 backup"}
NIGHT_ENDS = 6
"""Hour before which a night still belongs to the evening before: 3 o'clock on 初一 is 除夕 night."""

Rosters = Mapping[UUID, Roster]


def show_duty(stations: Sequence[StationName], rosters: Rosters, at: datetime) -> None:
    """Print who is on duty at a moment."""
    table = Table(title=f"{local(at):%Y-%m-%d %H:%M} 值班 on duty", title_justify="left")
    for heading in ("站点 station", *ROLE_NAMES.values()):
        table.add_column(heading)
    for station in stations:
        roster = rosters[station.id]
        found = on_duty(roster, at)
        first = _person(found.first, GAP if roster.first.is_kept else NO_ROSTER)
        table.add_row(
            station.name, first, _person(found.backup, "空档 (nobody)" if roster.backup.is_kept else NO_BACKUP)
        )
    console = _console()
    for line in day_lines(at):
        console.print(line)
    console.print(table)


def show_gaps(stations: Sequence[StationName], rosters: Rosters, since: datetime, until: datetime) -> None:
    """Print every stretch of the period in which a station that keeps a roster has nobody on duty."""
    table = Table(title=f"{local(since):%Y-%m-%d %H:%M} – {local(until):%Y-%m-%d %H:%M}", title_justify="left")
    for heading in ("站点 station", "角色 role", "从 from", "到 to", "分钟 minutes", "日子 day"):
        table.add_column(heading, justify="right" if heading.startswith("分钟") else "left")
    found = [(one.name, gap) for one in stations for gap in _gaps(rosters[one.id], since, until)]
    for name, gap in found:
        table.add_row(name, *_gap(gap))
    console = _console()
    if found:
        console.print(table)
        console.print("空档期间直接响站点的值班手机 (in a gap the station's duty handset rings).")
    else:
        console.print("已排班的站点没有空档 (no gap at the stations that keep a roster).")
    for role, text in (("first", NO_ROSTER), ("backup", "无备班 (no backup roster)")):
        without = [one.name for one in stations if not rosters[one.id].role(role).is_kept]
        if without:
            console.print(f"{text}：{'、'.join(without)}")
    for remark in sorted({day_info(local(moment).date()).remark for moment in (since, until)} - {""}):
        console.print(remark)


def show_day(day: date) -> None:
    """Print what kind of day it is."""
    info = day_info(day)
    kind = "休息日 day off" if info.is_holiday else "工作日 working day"
    console = _console()
    console.print(" ".join(filter(None, (f"{day:%Y-%m-%d}", info.name, info.name_en, f"· {kind}"))))
    if info.remark:
        console.print(info.remark)


def day_lines(at: datetime) -> list[str]:
    """Return what is special about the day, and about the night when it began the evening before."""
    here = local(at)
    found, remark = [], day_info(here.date()).remark
    if here.hour < NIGHT_ENDS:
        eve = day_info(here.date() - timedelta(days=1))
        if eve.name:
            found.append(f"{eve.name}之夜 the night of {eve.name_en} ({eve.day:%Y-%m-%d})")
    today = day_info(here.date())
    if today.name:
        found.append(f"{today.name} {today.name_en} ({today.day:%Y-%m-%d})")
    return [*found, *([remark] if remark else [])]


def _gaps(roster: Roster, since: datetime, until: datetime) -> list[Gap]:
    return gaps(roster, since, until, [role for role in ROLES if roster.role(role).is_kept])


def _gap(gap: Gap) -> tuple[str, ...]:
    start, end = local(gap.start), local(gap.end)
    minutes = (gap.end - gap.start) // timedelta(minutes=1)
    names = [info.name for n in range((end.date() - start.date()).days + 1)
             if (info := day_info(start.date() + timedelta(days=n))).name]  # fmt: skip
    shown = "、".join(names[:3]) + ("…" if len(names) > 3 else "")
    return ROLE_NAMES[gap.role], f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}", str(minutes), shown


def _person(person: OnDuty | None, otherwise: str) -> str:
    if person is None:
        return otherwise
    return f"{person.name}（{SOURCES[person.source]}，至 until {local(person.until):%m-%d %H:%M}）"


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False)
