"""What a process keeps by it for the time without a database: snapshot, journal, gate, and the key of the memos."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hotline.calls.standby import snapshot, taking
from hotline.calls.standby.directory import Directory
from hotline.calls.standby.gate import Gate
from hotline.calls.standby.journal import Journal
from hotline.calls.standby.memo import PARAMETER, Memo, Memos
from hotline.settings import Settings
from hotline.vault import Vault

log = logging.getLogger(__name__)


class Standby:
    """One a process; ``directory`` is None until a snapshot was taken or found on disk."""

    def __init__(self, settings: Settings, vault: Vault, engine: Engine) -> None:
        folder = settings.data_dir / "standby"
        self._file, self._vault = folder / "snapshot", vault
        self.gate = Gate(engine, settings.database_patience_ms / 1000)
        self.journal = Journal(folder / "journal.db", vault)
        self.memos = Memos(vault.pepper)
        self.directory: Directory | None = None
        self.dirty = True
        """True while the journal may hold entries that are not in the database."""
        self.stale = False
        """True once a call has found that the snapshot no longer holds: it is renewed at once."""
        self.lock = threading.Lock()
        """Whoever brings the journal in."""
        self.refused: set[int] = set()
        """Entries that could not be brought in; tried again by the next process."""

    def find(self) -> None:
        """Take up the snapshot that an earlier process has left on disk."""
        if self.directory is None and (found := snapshot.load(self._file, self._vault)):
            self.directory = Directory(found, self._vault)

    def renew(self, session: Session, now: datetime) -> bool:
        """Take the snapshot anew if anything has changed since; return whether it was."""
        have, self.stale = self.directory.snapshot if self.directory else None, False
        taken = taking.take(session, self._vault, now, have)
        if taken is have:
            return False
        if self.directory and have and taken.rosters is have.rosters:  # what the indices are made of is the same
            self.directory.snapshot = taken
        else:
            self.directory = Directory(taken, self._vault)
        try:
            snapshot.save(taken, self._file, self._vault, people=have is None or taken.people is not have.people)
        except OSError as error:
            log.error("the snapshot cannot be kept on disk: %s", error)
        return True

    def address(self, path: str, memo: Memo) -> str:
        """Return a webhook's address with its memo."""
        return f"{path}?{PARAMETER}={self.memos.write(memo)}"
