"""hotline import and hotline export: the directory as one file that people keep."""

from __future__ import annotations

from pathlib import Path

from hotline.commands import speak
from hotline.commands.database import exchange
from hotline.directory.importing.directory import KINDS as DIRECTORY
from hotline.embedded.errors import EmbeddedError
from hotline.sheets.importing import import_file
from hotline.sheets.kinds import Kinds

KINDS: Kinds = (*DIRECTORY,)
"""Every kind of row that a file may hold, in the order in which they are written."""


def import_into(file: Path, dry_run: bool) -> None:
    """Import a file and say what changed. Raises EmbeddedError after listing every mistake."""
    if not file.is_file():
        raise EmbeddedError(f"没有文件 {file} (there is no such file)")
    with exchange() as x, x.sessions() as session:
        report = import_file(session, file, x.vault, x.clock(), KINDS, dry_run=dry_run)
        for problem in report.errors:
            speak.line(f"  {problem}")
        if report.errors:
            raise EmbeddedError(report.summary)
        session.commit()
    speak.line(f"✓ {report.summary}")
