"""Files that wait to be confirmed: sealed, one an account, and gone after a day."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from hotline.sheets.problems import ImportReport
from hotline.vault import Vault

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Draft:
    """A file as it was tried, and the mark of what was shown of it."""

    content: bytes
    suffix: str
    seen: str

    @property
    def mark(self) -> str:
        """What the confirmation names it by: another file or another preview has another."""
        return hashlib.sha256(self.content + self.seen.encode()).hexdigest()


def seen(report: ImportReport) -> str:
    """Return the mark of what a dry run would do: the same as long as it would do the same."""
    told = [(one.kind, one.key, one.outcome, list(one.cells)) for one in report.changes]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def keep(folder: Path, account_id: UUID, vault: Vault, draft: Draft) -> None:
    """Keep a file until it is confirmed; it takes the place of the account's last one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(account_id)).write_bytes(vault.seal(f"{draft.suffix}\n{draft.seen}\n{draft.content.hex()}"))


def load(folder: Path, account_id: UUID, vault: Vault, mark: str) -> Draft | None:
    """Return the account's file if it is the one with a mark. Raises VaultError."""
    file = folder / str(account_id)
    if not file.is_file():
        return None
    suffix, shown, body = vault.open(file.read_bytes()).split("\n")
    draft = Draft(bytes.fromhex(body), suffix, shown)
    return draft if draft.mark == mark else None


def drop(folder: Path, account_id: UUID) -> None:
    """Forget the account's file."""
    (folder / str(account_id)).unlink(missing_ok=True)


def sweep(folder: Path, now: datetime) -> int:
    """Remove files that nobody has confirmed for a day; return how many."""
    old = [file for file in folder.glob("*") if now - datetime.fromtimestamp(file.stat().st_mtime, UTC) > KEPT_FOR]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
