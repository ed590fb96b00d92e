"""What somebody changed in the month's sheet, as edits of the roster: only that, whatever else moved meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from hotline.clock import local
from hotline.roster.batch import piece_of, replacing
from hotline.roster.changes import RosterError
from hotline.roster.models import Shift
from hotline.roster.paper import NOBODY, Cell, line, piece, read_line, with_handset
from hotline.roster.pieces import Edit, Piece
from hotline.roster.slots import Slot


@dataclass(frozen=True)
class Flaw:
    """A cell that cannot be taken over, and why, in Chinese and English."""

    cell: Cell
    reason: str


@dataclass
class Changes:
    """The edits of a sheet and what is wrong with it."""

    edits: list[Edit] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


@dataclass(frozen=True)
class Stand:
    """The roster as it stands: its slots with their lines, and the shifts among them."""

    slots: Sequence[Slot]
    names: Mapping[UUID, str]
    shifts: Sequence[Shift]
    cells: Mapping[Cell, Sequence[str]]

    def shift(self, slot: Slot) -> Shift | None:
        """Return the shift that a slot is of."""
        of_role = (one for one in self.shifts if one.role == slot.role and slot.source == "shift")
        return next((one for one in of_role if one.starts <= slot.start < one.ends), None)


def compare(
    before: Mapping[Cell, Sequence[str]], after: Mapping[Cell, Sequence[str]], stand: Stand,
    who: Callable[[str], UUID], now: datetime,
) -> Changes:  # fmt: skip
    """Return the edits that bring the cells which were changed from ``before`` to ``after`` onto the roster.

    A cell that the roster itself has changed since is refused, not overwritten.
    """
    found, gone, wanted = Changes(), list[Slot](), list[tuple[Cell, Piece]]()
    for cell in sorted(after):
        old, new = _kept(before.get(cell, ())), _kept(after[cell])
        if sorted(old) == sorted(new):
            continue
        if sorted(old) != sorted(_kept(stand.cells.get(cell, ()))):
            found.flaws.append(Flaw(cell, "下载以后这一格有别的改动，请重新下载 (changed since: download it again)"))
            continue
        try:
            gone += _slots(cell, [one for one in old if one not in new], stand)
            wanted += [(cell, one) for one in _pieces(cell, [one for one in new if one not in old], who)]
        except RosterError as error:
            found.flaws.append(Flaw(cell, str(error)))
    _settle(found, gone, wanted, stand, now)
    return found


def _settle(
    found: Changes, gone: Sequence[Slot], wanted: Sequence[tuple[Cell, Piece]], stand: Stand, now: datetime
) -> None:
    left = {shift.id: shift for slot in gone if (shift := stand.shift(slot))}
    for cell, one in wanted:
        if one.starts <= now:
            found.flaws.append(Flaw(cell, "已经开始的班不能在表里改 (what has begun cannot be changed in a sheet)"))
            continue
        same = next((s for s in left.values() if (s.role, s.starts, s.ends) == (one.role, one.starts, one.ends)), None)
        if same:
            del left[same.id]
            found.edits.append(replacing(same, with_handset(one, piece_of(same).handset_id)))
        else:
            found.edits.append(Edit(one))
    found.edits += [replacing(shift, None) for shift in left.values()]
    for slot in gone:
        if stand.shift(slot) is None and not _covered(slot, [one for _cell, one in wanted]):
            cell = (_day(slot), slot.role)
            found.flaws.append(
                Flaw(cell, "轮值排出的班不能只是删掉，请写上由谁值 (a rotation's turn stays: write who serves)")
            )


def _slots(cell: Cell, lines: Sequence[str], stand: Stand) -> list[Slot]:
    """Return the slots whose lines were taken away."""
    day, role = cell
    found = []
    for slot in stand.slots:
        name = stand.names.get(slot.staff_id, NOBODY) if slot.staff_id else NOBODY
        if slot.role == role and _day(slot) == day and line(slot, name) in lines and slot.staff_id:
            if slot.source not in ("shift", "pattern"):
                raise RosterError("替班和换班请在网页上撤销 (end overrides and swaps on the page)")
            found.append(slot)
    return found


def _pieces(cell: Cell, lines: Sequence[str], who: Callable[[str], UUID]) -> list[Piece]:
    day, role = cell
    read = [written for text in lines if (written := read_line(text))]
    return [piece(written, day, role, who(written.who)) for written in read]


def _covered(slot: Slot, pieces: Sequence[Piece]) -> bool:
    at = slot.start
    for one in sorted(pieces, key=lambda piece: piece.starts):
        if one.role == slot.role and one.starts <= at < one.ends:
            at = one.ends
    return at >= slot.end


def _kept(lines: Sequence[str]) -> list[str]:
    """The lines that say something of their own: not what only goes on, and not that nobody is there."""
    return [" ".join(one.split()) for one in lines if one.strip() and not _is_for_the_reader(one)]


def _is_for_the_reader(text: str) -> bool:
    try:
        return read_line(text) is None
    except RosterError:
        return False


def _day(slot: Slot) -> date:
    return local(slot.start).date()
