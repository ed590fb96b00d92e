"""The form of a repeating plan: read from what was typed, shown again as it was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hotline.directory.models import Handset, Staff
from hotline.roster.board_models import RosterTemplate
from hotline.roster.desk import RosterError
from hotline.roster.duty import ROLES
from hotline.roster.templates import DAYS, TURNS, Line, Template
from hotline.roster.walltime import read_time, write_time
from hotline.web.roster.asked import read_day, read_names

ROWS = range(6)
"""Lines that the form has room for."""
Typed = Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """A form that could be read."""

    name: str
    template: Template


def read(form: Typed, staff: Sequence[Staff], handsets: Sequence[Handset]) -> Wanted:
    """Return the plan of a form. Raises RosterError, which names the field and the reason."""
    name = form.get("name", "").strip()[:60]
    if not name:
        raise RosterError("名称：请给这个模板起个名字 (name: give this plan a name)")
    role = form.get("role", "")
    if role not in ROLES:
        raise RosterError("岗位：请选择值班或备班 (role: choose on duty or backup)")
    first = read_day(form.get("first", ""))
    lines = tuple(_line(number, form, staff) for number in ROWS if form.get(f"staff-{number}", "").strip())
    if not lines:
        raise RosterError("至少写一行轮值人员 (write at least one line of people)")
    handset = next((one.id for one in handsets if str(one.id) == form.get("handset")), None)
    return Wanted(name, Template(role, first, lines, handset))


def _line(number: int, form: Typed, staff: Sequence[Staff]) -> Line:
    days, turn = form.get(f"days-{number}", ""), form.get(f"turn-{number}", "shift")
    try:
        if days not in DAYS or turn not in TURNS:
            raise RosterError("请选择哪些日子、怎样轮换 (choose the days and the turns)")
        at, ends = read_time(form.get(f"at-{number}", "")), read_time(form.get(f"ends-{number}", ""))
        return Line(days, at, ends, read_names(form.get(f"staff-{number}", ""), staff), turn)
    except ValueError as error:
        chinese, _between, english = str(error).rpartition(" (")
        raise RosterError(f"第 {number + 1} 行：{chinese} (line {number + 1}: {english}") from None


def typed(name: str, plan: Template, staff: Sequence[Staff]) -> Typed:
    """Return a plan as it is typed into the form."""
    codes = {person.id: person for person in staff}
    names = [person.name for person in staff]

    def written(person: UUID | None) -> str:
        found = codes.get(person) if person else None
        return "休" if found is None else found.name if names.count(found.name) == 1 else found.code

    shown = {"name": name, "role": plan.role, "first": plan.first.isoformat(), "handset": str(plan.handset_id or "")}
    for number, line in enumerate(plan.lines):
        shown |= {
            f"days-{number}": line.days, f"turn-{number}": line.turn, f"at-{number}": write_time(line.at),
            f"ends-{number}": write_time(line.ends), f"staff-{number}": "、".join(map(written, line.staff)),
        }  # fmt: skip
    return shown


def save(row: RosterTemplate, wanted: Wanted, lines: list[dict[str, object]]) -> None:
    """Write what was read into its row."""
    plan = wanted.template
    row.name, row.role, row.first, row.handset_id, row.lines = (
        wanted.name, plan.role, plan.first, plan.handset_id, lines,
    )  # fmt: skip


def blank(today: date) -> Typed:
    """Return an empty form."""
    return {"first": today.isoformat()}
