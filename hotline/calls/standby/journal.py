"""What happened while the database did not answer: one file on this machine, every line on disk before we answer.

SQLite does the appending, the fsync and the unique keys; what is written is sealed like all personal data.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from hotline.calls.standby.entry import Entry
from hotline.calls.standby.turnstile import Turnstile
from hotline.calls.standby.unwritten import Unwritten
from hotline.vault import Vault

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, step TEXT NOT NULL, call TEXT NOT NULL,
  kind TEXT NOT NULL, at TEXT NOT NULL, sealed BLOB NOT NULL, brought_in INTEGER NOT NULL DEFAULT 0,
  UNIQUE (owner, step));
CREATE INDEX IF NOT EXISTS entry_pending ON entry (seq) WHERE brought_in = 0;
CREATE INDEX IF NOT EXISTS entry_call ON entry (call, kind);
CREATE TABLE IF NOT EXISTS hold (number TEXT PRIMARY KEY, call TEXT NOT NULL, until REAL NOT NULL);
"""
KEPT_SECONDS = 7 * 24 * 3600.0
"""How long lines stay after they were brought in: they are the proof that they were."""
AT_ONCE = 500
"""Entries that are read, and so decrypted, in one go."""
LONGEST_WAIT_SECONDS = 2.0
"""How long a thread waits for the others, and a process for another."""


def _forgiving(read: Callable[P, T]) -> Callable[P, T | None]:
    """A journal that fails (a full disk) must not keep a caller waiting: None, and a line in the log."""

    @wraps(read)
    def forgiving(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return read(*args, **kwargs)
        except (sqlite3.Error, OSError) as error:
            log.error("the journal fails: %s", error)
            return None

    return forgiving


class Journal:
    """The journal of one machine; several processes and threads may write to it.

    What calls do with it never fails: what the disk does not take is kept by this process until it is in the database
    or the disk has room again; the holds of telephones are forgotten.
    """

    most_pages: int | None = None
    """The file grows no further than this; None: as far as the disk reaches."""

    def __init__(self, file: Path, vault: Vault) -> None:
        self._file, self._vault = file, vault
        self.unwritten = Unwritten()
        self.unread = False
        """True when the file could not be read: it may hold more."""
        self._marks: set[int] = set()
        """Entries that are in the database, which the disk has no room to say."""
        self._turns = Turnstile(1)
        self._db: sqlite3.Connection | None = None
        self._opened_id: tuple[int, int] | None = None

    @property
    def id(self) -> UUID:
        """The name of this journal, by which the database knows its lines."""
        with self._connection() as db:
            return UUID(db.execute("SELECT id FROM journal").fetchone()[0])

    def reply(self, owner: str, step: str) -> str | None:
        """Return what this webhook was answered before, None when it is new."""
        kept = self.unwritten.reply(owner, step)
        return self._reply(owner, step) if kept is None else kept

    @_forgiving
    def _reply(self, owner: str, step: str) -> str | None:
        if not self._file.exists():
            return None
        with self._connection() as db:
            row = db.execute("SELECT sealed FROM entry WHERE owner = ? AND step = ?", (owner, step)).fetchone()
        return str(self._open(row[0])["reply"]) if row else None

    def write(self, entry: Entry) -> str:
        """Append an entry, on disk when this returns, and return its answer: the first one's where it came twice."""
        added = None if len(self.unwritten) else self._append(entry)  # what came first is written first
        if added is None:
            log.critical("no room for what happened on call %s: it is kept in memory only", entry.call)
            return self.unwritten.keep(entry)
        return entry.reply if added else self.reply(entry.owner, entry.step) or entry.reply

    def write_again(self) -> None:
        """Write what there was no room for, should there be room now."""
        self.unwritten.move(self._append)

    @_forgiving
    def _append(self, entry: Entry) -> bool:
        sealed = self._vault.seal(json.dumps({"facts": entry.facts, "reply": entry.reply}, ensure_ascii=False))
        values = (entry.owner, entry.step, entry.call, entry.kind, entry.at.isoformat(), sealed)
        with self._connection(durable=True) as db:
            added = db.execute(
                "INSERT INTO entry (owner, step, call, kind, at, sealed) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                values,
            )
            return added.rowcount == 1

    def accepted(self, call: str) -> bool:
        """Return whether a handset took this call by a key while the database was away."""
        kept = any(one.call == call and one.kind == "accept" for one in self.unwritten.all())
        return kept or bool(self._accepted(call))

    @_forgiving
    def _accepted(self, call: str) -> bool:
        if not self._file.exists():
            return False
        with self._connection() as db:
            return db.execute("SELECT 1 FROM entry WHERE call = ? AND kind = 'accept'", (call,)).fetchone() is not None

    def waits(self, call: str) -> bool:
        """Return whether anything that happened on this call is not in the database yet."""
        return any(one.call == call for one in self.unwritten.all()) or bool(self._waits(call))

    @_forgiving
    def _waits(self, call: str) -> bool:
        if not self._file.exists():
            return False
        with self._connection() as db:
            found = db.execute("SELECT 1 FROM entry WHERE call = ? AND brought_in = 0 LIMIT 1", (call,))
            return found.fetchone() is not None

    def pending(self, limit: int = AT_ONCE) -> Sequence[Entry]:
        """Return the entries that are not in the database yet, oldest first."""
        written = self._pending(limit + len(self._marks))  # those it could not mark are read again
        self.unread = written is None
        left = [one for one in written or () if one.seq not in self._marks]
        return sorted([*left, *self.unwritten.all()], key=lambda one: one.at)

    def pending_count(self) -> int:
        """Return how many entries are not in the database yet; 0 of a file that cannot be read."""
        return max(0, (self._pending_count() or 0) - len(self._marks)) + len(self.unwritten)

    @_forgiving
    def _pending_count(self) -> int:
        if not self._file.exists():
            return 0
        with self._connection() as db:
            return int(db.execute("SELECT count(*) FROM entry WHERE brought_in = 0").fetchone()[0])

    @_forgiving
    def _pending(self, limit: int) -> Sequence[Entry]:
        if not self._file.exists():
            return ()
        with self._connection() as db:
            rows = db.execute(
                "SELECT seq, owner, step, call, kind, at, sealed FROM entry WHERE brought_in = 0 ORDER BY seq LIMIT ?",
                (limit,),
            ).fetchall()
        return [self._entry(row) for row in rows]

    def is_in(self, seq: int) -> None:
        """Remember that an entry is in the database."""
        if seq < 0:
            self.unwritten.is_in(seq)
        elif self._mark(seq) is None:
            self._marks.add(seq)

    @_forgiving
    def _mark(self, seq: int) -> bool:
        with self._connection() as db:
            return db.execute("UPDATE entry SET brought_in = 1 WHERE seq = ?", (seq,)).rowcount == 1

    def name(self, seq: int) -> UUID:
        """Return the name by which the database knows an entry's journal. Raises sqlite3.Error."""
        return self.unwritten.id if seq < 0 else self.id

    @_forgiving
    def forget(self, before: datetime) -> None:
        """Let go of entries that were brought in and are older than this."""
        if self._file.exists():
            with self._connection() as db:
                db.execute("DELETE FROM entry WHERE brought_in = 1 AND at < ?", (before.isoformat(),))

    @_forgiving
    def hold(self, numbers: Iterable[str], call: str, now: datetime, until: datetime) -> frozenset[str]:
        """Hold telephones (by hex of their hash) for a call; return all that it holds: no other call has them."""
        with self._connection() as db:
            for number in numbers:
                db.execute(
                    "INSERT INTO hold VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE SET call = excluded.call,"
                    " until = excluded.until WHERE hold.until <= ? OR hold.call = excluded.call",
                    (number, call, until.timestamp(), now.timestamp()),
                )
            return frozenset(row[0] for row in db.execute("SELECT number FROM hold WHERE call = ?", (call,)))

    @_forgiving
    def held(self, now: datetime, besides: str) -> frozenset[str]:
        """Return the telephones that other calls hold at ``now``."""
        if not self._file.exists():
            return frozenset()
        with self._connection() as db:
            rows = db.execute("SELECT number FROM hold WHERE until > ? AND call <> ?", (now.timestamp(), besides))
            return frozenset(row[0] for row in rows)

    @_forgiving
    def release(self, call: str) -> None:
        """All telephones of a call are free for others."""
        with self._connection() as db:
            db.execute("DELETE FROM hold WHERE call = ?", (call,))

    def _entry(self, row: tuple[int, str, str, str, str, str, bytes]) -> Entry:
        seq, owner, step, call, kind, at, sealed = row
        inside = self._open(sealed)
        return Entry(owner, step, call, kind, datetime.fromisoformat(at), inside["facts"], inside["reply"], seq)

    def _open(self, sealed: bytes) -> dict[str, Any]:
        inside: dict[str, Any] = json.loads(self._vault.open(sealed))
        return inside

    def close(self) -> None:
        """Give back the file; whoever writes next opens it again."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    @contextmanager
    def _connection(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Give the connection of this process, one thread after the other; commit at the end. Raises sqlite3.Error.

        ``durable``: what was written is on disk when it is given back, else with whatever is written next. The file
        stays open: a last connection that is closed moves all that was appended into the file, which takes longer.
        """
        if not self._turns.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise sqlite3.OperationalError("too many write to the journal")
        try:
            db = self._opened()
            db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            if self.most_pages is not None:
                db.execute(f"PRAGMA max_page_count = {self.most_pages:d}")
            with db:
                yield db
        except (sqlite3.Error, OSError):
            self.close()
            raise
        finally:
            self._turns.release()

    def _opened(self) -> sqlite3.Connection:
        """Return the open file, opened anew where it is no longer the one of this name."""
        if self._db is not None and self._file_id() == self._opened_id:
            return self._db
        self.close()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._file, timeout=LONGEST_WAIT_SECONDS, check_same_thread=False)
        try:
            self._file.chmod(0o600)
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
            with db:
                named = "INSERT INTO journal (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM journal)"
                db.execute(named, (str(uuid4()),))
            self._opened_id = self._file_id()
        except (sqlite3.Error, OSError):
            db.close()
            raise
        self._db = db
        return db

    def _file_id(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino
