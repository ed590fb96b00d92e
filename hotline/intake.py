"""Import and export of everything a file may hold: the kinds of rows of every room, put together."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from hotline.directory.catalogue.kind import CATALOGUE
from hotline.directory.importing.directory import KINDS as DIRECTORY
from hotline.roster.importing import KINDS as ROSTER
from hotline.sheets import exporting, importing
from hotline.sheets.history import COMMAND, Author
from hotline.sheets.kinds import Kinds
from hotline.sheets.problems import ImportReport
from hotline.vault import Vault

KINDS: Kinds = (*DIRECTORY, *ROSTER, CATALOGUE)
"""What others refer to comes first. A room that wants a sheet of its own lists its kinds and is added here."""


def import_file(
    session: Session, path: Path, vault: Vault, now: datetime, *, dry_run: bool = False, only: str = "",
    by: Author = COMMAND,
) -> ImportReport:  # fmt: skip
    """Import a YAML file or XLSX workbook; see hotline.sheets.importing.import_file. The caller commits."""
    return importing.import_file(session, path, vault, now, KINDS, dry_run=dry_run, only=only, by=by)


def export_xlsx(session: Session, path: Path, vault: Vault, tenant: str, now: datetime) -> None:
    """Write the workbook of the tenant with this code; without data it is the empty template."""
    exporting.export_xlsx(session, path, vault, tenant, now, KINDS)


def export_yaml(session: Session, path: Path, vault: Vault, tenant: str, now: datetime) -> None:
    """Write the data of the tenant with this code as YAML."""
    exporting.export_yaml(session, path, vault, tenant, now, KINDS)
