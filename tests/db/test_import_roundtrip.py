"""What is exported, as a workbook or as YAML, imports again without a change, here and into an empty database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete
from sqlalchemy.orm import Session

from hotline.directory.models import Handset, Household, Line, Survivor, Tenant
from hotline.intake import KINDS, export_xlsx, export_yaml
from hotline.vault import Vault
from tests.db.directory_facts import NOW, SAMPLES, SMALL, VAULT, import_path, import_text

Export = Callable[[Session, Path, Vault, str, datetime], None]
EXPORTS = [pytest.param(export_xlsx, ".xlsx", id="xlsx"), pytest.param(export_yaml, ".yaml", id="yaml")]


def _forget(session: Session, tenant: str) -> None:
    """Delete a tenant and all that belongs to it."""
    for model in (Line, Survivor, Household):
        session.execute(delete(model))
    session.execute(delete(Tenant).where(Tenant.code == tenant))
    session.expire_all()


@pytest.mark.parametrize(("export", "suffix"), EXPORTS)
def test_an_export_imports_again_without_a_change(
    session: Session, tmp_path: Path, export: Export, suffix: str
) -> None:
    added = import_text(session, tmp_path, SMALL).added
    export(session, tmp_path / f"out{suffix}", VAULT, "small", NOW)
    again = import_path(session, tmp_path / f"out{suffix}")
    assert (again.errors, again.added, again.changed, again.unchanged) == ((), 0, 0, added)


@pytest.mark.parametrize(("export", "suffix"), EXPORTS)
def test_an_export_builds_the_same_directory_from_nothing(
    session: Session, tmp_path: Path, export: Export, suffix: str
) -> None:
    added = import_text(session, tmp_path, SMALL).added
    export(session, tmp_path / f"first{suffix}", VAULT, "small", NOW)
    export_yaml(session, tmp_path / "first.txt", VAULT, "small", NOW)
    _forget(session, "small")
    again = import_path(session, tmp_path / f"first{suffix}")
    assert (again.errors, again.added) == ((), added)
    export_yaml(session, tmp_path / "second.txt", VAULT, "small", NOW)
    assert (tmp_path / "first.txt").read_text() == (tmp_path / "second.txt").read_text()


def test_the_sample_county_survives_the_workbook(session: Session, tmp_path: Path) -> None:
    added = import_path(session, SAMPLES / "qinshui.yaml").added
    export_xlsx(session, tmp_path / "county.xlsx", VAULT, "qinshui", NOW)
    again = import_path(session, tmp_path / "county.xlsx")
    assert (again.errors, again.changed, again.unchanged) == ((), 0, added)


def test_the_workbook_helps_whoever_fills_it_in(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    export_xlsx(session, tmp_path / "out.xlsx", VAULT, "small", NOW)
    book = load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["说明", *(kind.title for kind in KINDS)]
    sheet = book["烈士遗属"]
    headings = {cell.value: sheet.cell(2, cell.column).value for cell in sheet[1]}
    assert headings["姓名"] == "name"
    assert sheet.freeze_panes == "B3"
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"正常,重听,听不见"' in offered
    assert '"是,否"' in offered
    assert "'站点'!$A$3:$A$2000" in offered


def test_a_name_that_looks_like_a_formula_stays_a_name(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL.replace("name: 赵四", 'name: "=1+1"'))
    export_xlsx(session, tmp_path / "out.xlsx", VAULT, "small", NOW)
    sheet = load_workbook(tmp_path / "out.xlsx")["工作人员"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_the_template_of_a_new_tenant_is_empty(session: Session, tmp_path: Path) -> None:
    export_xlsx(session, tmp_path / "new.xlsx", VAULT, "nobody", NOW)
    book = load_workbook(tmp_path / "new.xlsx")
    assert all(sheet.cell(3, 1).value is None for sheet in book.worksheets[1:])
    assert any("tenant" in error.sheet for error in import_path(session, tmp_path / "new.xlsx").errors)


def test_an_emptied_handset_list_keeps_the_handsets(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    import_text(session, tmp_path, "tenant: {code: small, name: 小县}\n", "less.yaml")
    assert session.query(Handset).count() == 2
