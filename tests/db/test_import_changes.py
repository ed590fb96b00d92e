"""A second file changes what it says differently, and only that."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.models import BranchLine, Handset, Policy, Staff, Station, Survivor, SurvivorPhone
from hotline.intake import import_file
from tests.db.directory_facts import NOW, SMALL, VAULT, import_text


def _again(session: Session, folder: Path, old: str, new: str) -> tuple[int, int]:
    """Import the small file, then with ``old`` written as ``new``; return (added, changed) of the second."""
    import_text(session, folder, SMALL)
    assert old in SMALL
    report = import_text(session, folder, SMALL.replace(old, new))
    assert report.errors == ()
    session.expire_all()
    return report.added, report.changed


def test_a_new_name_changes_one_row(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "name: 赵四", "name: 赵五") == (0, 1)
    assert session.scalars(select(Staff.name).where(Staff.code == "s2")).one() == "赵五"


def test_a_new_number_is_sealed_and_found(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "154 0000 0001}", "154 0000 0009}") == (0, 1)
    handset = session.scalars(select(Handset).where(Handset.code == "town-1")).one()
    assert VAULT.open(handset.number_sealed) == "+8615400000009"
    assert handset.number_hash == VAULT.fingerprint("+8615400000009")


def test_another_spelling_of_a_number_changes_nothing(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "154 0000 0001}", "+86-154-0000-0001}") == (0, 0)


def test_a_new_extension_is_a_change_though_the_number_is_the_same(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "0356-0333333-801", "0356-0333333-802") == (0, 1)
    assert session.scalars(select(BranchLine.extension).where(BranchLine.code == "b2")).one() == "802"


def test_telephones_of_a_person_become_those_of_the_file(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "154 0000 0021 本人, ", "154 0000 0022 邻居, ") == (0, 1)
    person = session.scalars(select(Survivor.id).where(Survivor.code == "p1")).one()
    phones = session.scalars(select(SurvivorPhone).where(SurvivorPhone.survivor_id == person)).all()
    kept = {(VAULT.open(phone.number_sealed), phone.label) for phone in phones}
    assert kept == {("+8615400000022", "邻居"), ("+863560222222;ext=8", "儿子")}


def test_two_people_may_share_a_telephone(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    shared = VAULT.fingerprint("+863560222222")
    assert len(session.scalars(select(SurvivorPhone).where(SurvivorPhone.number_hash == shared)).all()) == 2


def test_moving_a_station_moves_those_below_it(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    deeper = "tenant: {code: small, name: 小县, levels: [县, 乡镇, 村, 组]}\n"
    moved = deeper + "stations: [{code: town, name: 一镇, parent: other}]\n"
    assert import_text(session, tmp_path, moved, "moved.yaml").errors == ()
    session.expire_all()
    levels = {station.code: station.level for station in session.scalars(select(Station))}
    assert levels == {"county": 0, "other": 1, "town": 2, "village": 3}


def test_what_the_file_leaves_out_stays(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "dialect: 晋语, ", "") == (0, 0)
    assert session.scalars(select(Survivor.dialect).where(Survivor.code == "p1")).one() == "晋语"


def test_a_row_is_retired_not_deleted(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "154 0000 0002, priority: 2", "154 0000 0002, active: no") == (0, 1)
    assert session.scalars(select(Handset.active).where(Handset.code == "town-2")).one() is False


def test_a_policy_is_kept_as_written(session: Session, tmp_path: Path) -> None:
    assert _again(session, tmp_path, "limit_seconds: 80", "limit_seconds: 70") == (0, 1)
    found = session.scalars(select(Policy.data).where(Policy.station_id.is_(None))).one()
    assert found == {"limit_seconds": 70, "ring_seconds": {"duty": 20}}


def test_a_dry_run_reports_and_keeps_nothing(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    report = import_file(session, path, VAULT, NOW, dry_run=True)
    assert report.added > 0
    assert "dry run" in report.summary
    assert session.scalars(select(Station)).all() == []
    assert import_file(session, path, VAULT, NOW).added == report.added


def test_importing_again_seals_nothing_anew(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    sealed = session.scalars(select(Handset.number_sealed)).all()
    import_text(session, tmp_path, SMALL)
    session.expire_all()
    assert session.scalars(select(Handset.number_sealed)).all() == sealed


def test_what_only_the_database_refuses_is_reported_and_undone(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    crossed = SMALL.replace("0356-0111111", "?").replace("0356-0111112", "0356-0111111").replace("?", "0356-0111112")
    report = import_text(session, tmp_path, crossed.replace("赵四", "赵五"))
    assert [p.sheet for p in report.errors] == ["公布号码 lines"]
    assert "uq_line_number_hash" in report.errors[0].reason
    session.expire_all()
    assert session.scalars(select(Staff.name).where(Staff.code == "s2")).one() == "赵四"
