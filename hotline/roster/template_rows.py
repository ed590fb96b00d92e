"""Plans as the database keeps them, and as the pure rules read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hotline.roster.board_models import RosterTemplate
from hotline.roster.templates import Line, Template
from hotline.roster.walltime import read_time, write_time


def read(row: RosterTemplate) -> Template:
    """Return the plan of a row."""
    return Template(row.role, row.first, tuple(_line(one) for one in row.lines), row.handset_id)


def written(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return lines as a row keeps them."""
    return [
        {
            "days": one.days, "at": write_time(one.at), "ends": write_time(one.ends), "turn": one.turn,
            "staff": [str(person) if person else None for person in one.staff],
        }
        for one in lines
    ]  # fmt: skip


def people(lines: Sequence[Line]) -> set[UUID]:
    """Return everybody who takes turns."""
    return {person for one in lines for person in one.staff if person}


def _line(data: dict[str, Any]) -> Line:
    staff = tuple(UUID(person) if person else None for person in data["staff"])
    return Line(data["days"], read_time(data["at"]), read_time(data["ends"]), staff, data["turn"])
