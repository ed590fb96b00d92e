"""Every change of the directory is kept with its old values, and can be taken back while nothing newer was changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.directory.models import Handset, Policy, Staff, Survivor
from hotline.intake import KINDS
from hotline.sheets.editing import save, texts_of
from hotline.sheets.history import Author
from hotline.sheets.models import DirectoryChange
from hotline.sheets.problems import ImportReport
from hotline.sheets.store import Store
from hotline.sheets.undoing import UndoError, undo
from tests.db.directory_facts import NOW, SMALL, VAULT, import_text

BY = Author("李明", "form")


def store(session: Session) -> Store:
    session.expire_all()
    return Store(session, VAULT, NOW, KINDS, "small")


def latest(session: Session) -> Sequence[DirectoryChange]:
    """Return all that was written last."""
    batch = select(DirectoryChange.batch_id).order_by(DirectoryChange.id.desc()).limit(1).scalar_subquery()
    return session.scalars(select(DirectoryChange).where(DirectoryChange.batch_id == batch)).all()


def take_back(session: Session, changes: Sequence[DirectoryChange]) -> ImportReport:
    return undo(changes, store(session), BY)


def change(session: Session, kind_name: str, key: str, **new: str) -> None:
    at = store(session)
    kind = at.kinds[kind_name]
    record = at.records(kind_name)[(key,)]
    assert save(kind, {**texts_of(kind, record, at), **new}, at, BY, new=False).report.errors == ()


def test_a_change_is_kept_and_taken_back(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    change(session, "survivors", "p1", phones="15400000077 女儿", situation="一人住")
    (kept,) = latest(session)
    assert (kept.by, kept.how, kept.kind, kept.key, kept.outcome) == ("李明", "form", "survivors", "p1", "changed")
    assert {cell[0] for cell in kept.cells} == {"phones", "situation"} and "15400000077" not in str(kept.cells)
    assert take_back(session, [kept]).errors == ()
    (undone,) = latest(session)
    assert (undone.how, undone.undoes_id) == ("undo", kept.id)
    assert [cell[:1] + cell[:0:-1] for cell in undone.cells] == kept.cells
    assert take_back(session, [undone]).errors == ()  # undoing is undone
    session.expire_all()
    assert session.scalars(select(Survivor.situation).where(Survivor.code == "p1")).one() == "一人住"


def test_nothing_newer_is_overwritten(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    change(session, "staff", "s2", name="赵五")
    (first,) = latest(session)
    change(session, "staff", "s2", name="赵六")
    with pytest.raises(UndoError, match="赵五 s2：姓名 name 后来又改过"):
        take_back(session, [first])
    (second,) = latest(session)
    change(session, "staff", "s2", title="副站长")  # another field is no hindrance
    assert take_back(session, [second]).errors == () and take_back(session, [first]).errors == ()
    assert session.scalars(select(Staff.name).where(Staff.code == "s2")).one() == "赵四"


def test_an_import_is_taken_back_as_a_whole(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    more = SMALL.replace("limit_seconds: 80", "limit_seconds: 70").replace("name: 赵四", "name: 赵五")
    more = more.replace("policies:\n", "policies:\n  - {station: village, data: {limit_seconds: 60}}\n")
    more = more.replace("handsets:\n", "handsets:\n  - {code: new, station: town, number: 154 0000 0099}\n")
    report = import_text(session, tmp_path, more)
    assert (report.added, report.changed, report.errors) == (2, 2, ())
    batch = latest(session)
    assert take_back(session, batch).errors == ()
    session.expire_all()
    assert len(session.scalars(select(Policy.id)).all()) == 2
    assert session.scalars(select(Handset.active).where(Handset.code == "new")).one() is False
    assert session.scalars(select(Staff.name).where(Staff.code == "s2")).one() == "赵四"
    assert take_back(session, latest(session)).errors == ()
    assert len(session.scalars(select(Policy.id)).all()) == 3
    change(session, "staff", "s2", name="赵七")
    with pytest.raises(UndoError, match="赵五 s2"):
        take_back(session, batch)


def test_what_breaks_a_rule_is_not_taken_back(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    change(session, "handsets", "town-1", number="15400000088")
    (kept,) = latest(session)
    change(session, "handsets", "town-2", number="15400000001")
    report = take_back(session, [kept])
    assert "已是 “town-2” 的号码" in report.errors[0].reason


def test_the_history_is_only_added_to(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    for statement in ("UPDATE directory_change SET by = 'x'", "DELETE FROM directory_change"):
        with pytest.raises(DBAPIError, match="only added to"), session.begin_nested():
            session.execute(text(statement))
