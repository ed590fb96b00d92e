"""hotline import and hotline export: the directory as one file that people keep."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import intake
from hotline.commands import speak
from hotline.commands.database import exchange
from hotline.directory.models import Tenant
from hotline.embedded.errors import EmbeddedError


def import_into(file: Path, dry_run: bool) -> None:
    """Import a file and say what changed. Raises EmbeddedError after listing every mistake."""
    if not file.is_file():
        raise EmbeddedError(f"没有文件 {file} (there is no such file)")
    with exchange() as x, x.sessions() as session:
        report = intake.import_file(session, file, x.vault, x.clock(), dry_run=dry_run)
        for problem in report.errors:
            speak.line(f"  {problem}")
        if report.errors:
            raise EmbeddedError(report.summary)
        session.commit()
    speak.line(f"✓ {report.summary}")


def export_to(file: Path, tenant: str) -> None:
    """Write a tenant's data as XLSX, or as YAML where the name says so. Raises EmbeddedError."""
    write = intake.export_yaml if file.suffix in (".yaml", ".yml") else intake.export_xlsx
    with exchange() as x, x.sessions() as session:
        code = tenant or _only_tenant(session)
        try:
            write(session, file, x.vault, code, x.clock())
        except OSError as error:
            raise EmbeddedError(f"无法写入 {file} (cannot be written): {error.strerror}") from error
    speak.tell("✓", f"已写入 {file}", "written")


def _only_tenant(session: Session) -> str:
    codes = session.scalars(select(Tenant.code).order_by(Tenant.code)).all()
    if len(codes) > 1:
        raise EmbeddedError(f"请用 --tenant 指定其一 (name one with --tenant): {', '.join(codes)}")
    return codes[0] if codes else ""
