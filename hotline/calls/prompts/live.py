"""The book of prompts with what was changed at the console: read again whenever something was, by every process."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.calls.prompts.models import PromptChange
from ivr_flows.wording import Book, Recorded

log = logging.getLogger(__name__)


NEWEST = "SELECT max(number) FROM prompt_change"
"""Plain SQL: it is asked at each webhook."""


class LiveBook:
    """``book`` is what callers hear now, ``newest`` the number of the newest change in it.

    What was last read is kept in a file, for a start without the database.
    """

    def __init__(self, original: Book, folder: Path) -> None:
        self.original, self.folder = original, folder
        self.book = original
        self.newest: int | None = -1  # nothing has been read yet
        self._kept = folder / "changed.json"
        try:
            self._take(json.loads(self._kept.read_text(encoding="utf-8")))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError):
            log.exception("the kept prompts cannot be read: %s", self._kept)

    def refresh(self, session: Session) -> None:
        """Read the changes if there is a new one: one look at an index where there is none."""
        newest = session.connection().exec_driver_sql(NEWEST).scalar()
        if newest == self.newest:
            return
        rows = [
            {"key": one.key, "language": one.language, "text": one.text, "audio": one.audio, "seconds": one.seconds}
            for one in latest(session)
        ]
        try:
            self._take(rows)
        except Exception:  # whatever a prompt holds, the call goes on with the words that were there
            log.exception("the changed prompts cannot be read")
        else:
            self._keep(rows)
        self.newest = newest

    def audio_file(self, name: str) -> Path:
        """Return where a recording made at the console is kept."""
        return self.folder / name

    def _take(self, rows: Iterable[dict[str, Any]]) -> None:
        book, recorded = self.original, dict[tuple[str, str], Recorded]()
        for row in rows:
            if row["text"]:
                book = book.changed(row["language"], row["key"], row["text"])
            if row["audio"] and self.audio_file(row["audio"]).is_file():  # else the words are spoken
                recorded[row["language"], row["key"]] = Recorded(row["audio"], row["seconds"])
        self.book = replace(book, recorded=recorded)

    def _keep(self, rows: list[dict[str, Any]]) -> None:
        draft = self._kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")  # several threads find it at once
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
            draft.replace(self._kept)
        except OSError:
            log.exception("the changed prompts cannot be kept: %s", self._kept)


def latest(session: Session) -> list[PromptChange]:
    """Return the change that holds of each prompt and language."""
    newest = select(func.max(PromptChange.number)).group_by(PromptChange.key, PromptChange.language)
    return list(session.scalars(select(PromptChange).where(PromptChange.number.in_(newest))))
