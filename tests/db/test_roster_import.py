"""The roster in a file: rotations and shifts in local wall time, overlap told with both places, changes kept."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import Staff, Station
from hotline.intake import export_xlsx, export_yaml, import_file
from hotline.roster.models import Pattern, RosterChange, Shift
from hotline.roster.queries import duty_at
from hotline.sheets.problems import ImportReport
from tests.db.directory_facts import NOW, SMALL, VAULT, import_path, import_text
from tests.db.roster_people import wall

TENANT, _, REST = SMALL.partition("stations:")
ROSTER = """
patterns:
  - {code: town-first, station: town, role: 值班, staff: s1；s2, starts: 2026-11-01, at: 08:00}
  - {code: town-night, station: town, role: backup, staff: [s2], starts: 2026-11-01, at: 20:00, hours: 12, every: 24}
shifts:
  - {code: eve, station: town, staff: s2, starts: 2027-02-05 20:00, ends: 2027-02-06 08:00, handset: town-2}
"""


@pytest.fixture
def imported(session: Session, tmp_path: Path) -> ImportReport:
    report = import_text(session, tmp_path, SMALL + ROSTER)
    assert report.errors == ()
    return report


def staff(session: Session, at: str, role: str = "first") -> str | None:
    station = session.scalars(select(Station.id).where(Station.code == "town")).one()
    found = duty_at(session, [station], wall(at))[station]
    person = found.first if role == "first" else found.backup
    return session.get_one(Staff, person.staff_id).code if person else None


def test_wall_times_mean_shanghai(session: Session, imported: ImportReport) -> None:
    assert staff(session, "2026-11-01 08:00") == "s1"
    assert staff(session, "2026-11-02 07:59") == "s1"
    assert staff(session, "2026-11-02 08:00") == "s2"
    assert staff(session, "2026-11-02 03:00", "backup") == "s2"
    assert staff(session, "2026-11-02 12:00", "backup") is None
    eve = session.scalars(select(Shift)).one()
    assert (eve.starts, eve.ends) == (wall("2027-02-05 20:00"), wall("2027-02-06 08:00"))
    assert staff(session, "2027-02-06 03:00") == "s2"


def test_a_second_import_changes_nothing_and_tells_nobody(
    session: Session, imported: ImportReport, tmp_path: Path
) -> None:
    again = import_text(session, tmp_path, SMALL + ROSTER)
    assert (again.added, again.changed) == (0, 0)
    assert session.scalars(select(RosterChange)).all() == []


@pytest.mark.parametrize("kind", ["yaml", "xlsx"])
def test_an_export_imports_again_unchanged(session: Session, imported: ImportReport, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"out.{kind}"
    (export_yaml if kind == "yaml" else export_xlsx)(session, path, VAULT, "small", NOW)
    if kind == "yaml":
        assert "starts: 2027-02-05 20:00" in path.read_text(encoding="utf-8").replace("'", "")
    else:
        cells = [cell.value for row in load_workbook(path)["班次"].iter_rows() for cell in row]
        assert "2027-02-05 20:00" in cells
    again = import_path(session, path)
    assert again.errors == ()
    assert (again.added, again.changed) == (0, 0)


def test_a_change_is_kept_with_whom_to_tell(session: Session, imported: ImportReport, tmp_path: Path) -> None:
    changed = ROSTER.replace("staff: s1；s2", "staff: s2")
    report = import_text(session, tmp_path, SMALL + changed)
    assert report.changed == 1
    change = session.scalars(select(RosterChange)).one()
    codes = {session.get_one(Staff, id_).code for id_ in change.concerned}
    assert (change.what, codes) == ("imported", {"s1", "s2"})
    s1 = session.scalars(select(Staff.id).where(Staff.code == "s1")).one()
    lost = [move for move in change.data["moves"] if UUID(move["staff"]) == s1]
    assert lost[0] == {"staff": str(s1), "kind": "lost", "from": "2026-11-23 10:00", "to": "2026-11-24 08:00"}


def test_a_dry_run_keeps_no_change(session: Session, imported: ImportReport, tmp_path: Path) -> None:
    path = tmp_path / "dry.yaml"
    path.write_text(SMALL + ROSTER.replace("staff: s1；s2", "staff: s2"), encoding="utf-8")
    assert import_file(session, path, VAULT, NOW, dry_run=True).changed == 1
    assert session.scalars(select(RosterChange)).all() == []


@pytest.mark.parametrize(
    ("row", "where", "why"),
    [
        ("patterns: [{code: p, station: town, staff: [s1], starts: 2026-12-01, at: 12:00, hours: 1, every: 24}]",
         "code", "与 “town-first”（已有数据）的时间重叠"),
        ("shifts: [{code: p, station: town, staff: s1, starts: 2027-02-05 07:00, ends: 2027-02-05 20:01}]",
         "code", "与 “eve”（已有数据）的时间重叠"),
        ("shifts: [{code: p, station: town, staff: s9, starts: 2027-02-06 08:00, ends: 2027-02-06 09:00}]",
         "staff", "没有"),
        ("shifts: [{code: p, station: town, staff: s1, starts: 2027-02-06 09:00, ends: 2027-02-06 08:00}]",
         "", "结束必须晚于开始"),
        ("shifts: [{code: p, station: town, staff: s1, starts: 明天, ends: 2027-02-06 08:00}]", "starts", "例如"),
        ("patterns: [{code: p, station: town, staff: [], starts: 2027-01-01, at: 08:00}]", "staff", "至少写 1 项"),
        ("patterns: [{code: p, station: town, staff: [s1], starts: 2027-01-01, at: 25:00}]", "at", "例如"),
        ("patterns: [{code: p, station: town, staff: [s1], starts: 2027-01-01, until: 2027-01-01, at: 08:00}]",
         "", "必须晚于起始日期"),
        ("patterns: [{code: p, station: town, staff: [s1], starts: 2027-01-01, at: 08:00, hours: 24, every: 12}]",
         "", "不能小于每班小时"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_in_a_sentence(
    session: Session, imported: ImportReport, tmp_path: Path, row: str, where: str, why: str
) -> None:
    report = import_text(session, tmp_path, "tenant: {code: small, name: 小县, levels: [县, 乡镇, 村]}\n" + row)
    assert [why in error.reason for error in report.errors] == [True], report.errors
    assert where in report.errors[0].field
    assert report.errors[0].row == 2


def test_two_rows_of_one_file_that_overlap_name_the_other_row(session: Session, tmp_path: Path) -> None:
    bad = ROSTER + "  - {code: late, station: town, staff: s1, starts: 2027-02-06 07:00, ends: 2027-02-06 09:00}\n"
    report = import_text(session, tmp_path, SMALL + bad)
    assert "与 “eve”（第" in report.errors[0].reason
    assert session.scalars(select(Pattern)).all() == []
