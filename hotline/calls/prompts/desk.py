"""Changes what a prompt says or plays: checked so that no caller hears a gap, kept with who and when, and undone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.calls.prompts import sound
from hotline.calls.prompts.models import PromptChange
from ivr_flows.engine.check import check, check_book, most_seconds
from ivr_flows.flows import FLOWS
from ivr_flows.wording import Book

LOCK = 0x1AA  # one change of a prompt at a time in a database
LONGEST = 500
"""Characters of a prompt."""
LISTS = frozenset({"label", "number"})
"""Values of which a recording would leave callers without the key they need."""


class PromptError(ValueError):
    """The change cannot be made; the message says why in Chinese and English."""


@dataclass(frozen=True)
class Author:
    """Who changes a prompt, and when."""

    name: str
    account_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class Prompt:
    """One prompt in one language, with the change that holds (None: as it came)."""

    key: str
    language: str
    change: PromptChange | None

    @property
    def version(self) -> str:
        """What a form brings back: another as soon as somebody has changed the prompt."""
        return str(self.change.number) if self.change else ""

    @property
    def audio(self) -> str:
        """The recording's file, or an empty string."""
        return self.change.audio if self.change else ""


def find(session: Session, book: Book, key: str, language: str, *, lock: bool = False) -> Prompt | None:
    """Return a prompt, or None where the software has none of this key and language."""
    if lock:
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if not book.has(key, language):
        return None
    return Prompt(key, language, next(iter(history(session, key, language, 1)), None))


def history(session: Session, key: str, language: str, limit: int) -> Sequence[PromptChange]:
    """Return the changes of a prompt, the newest first."""
    mine = select(PromptChange).where(PromptChange.key == key, PromptChange.language == language)
    return session.scalars(mine.order_by(PromptChange.number.desc()).limit(limit)).all()


def say(session: Session, book: Book, prompt: Prompt, text: str, by: Author) -> None:
    """Let a prompt say other words; a recording, if there is one, goes on being played. Raises PromptError."""
    words = " ".join(text.split())
    check_words(book, prompt, words)
    original = words == book.text(prompt.key, prompt.language)
    _write(session, prompt, "original" if original else "words", by, text=None if original else words)


def record(session: Session, book: Book, prompt: Prompt, content: bytes, folder: Path, by: Author) -> None:
    """Let a prompt play a recording. Raises PromptError."""
    if LISTS & book.values(prompt.key, prompt.language):
        raise PromptError("这一句要念出名称和按键，不能用录音代替 (names and keys are spoken here: no recording can)")
    try:
        read = sound.read(content)
    except sound.SoundError as error:
        raise PromptError(str(error)) from error
    most = most_seconds(prompt.key)
    if read.seconds > most:
        raise PromptError(f"录音有 {read.seconds:.1f} 秒，这一句最多 {most:.0f} 秒 (lasts longer than it may)")
    name = f"{hashlib.sha256(content).hexdigest()}{read.suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{name}.part"
    draft.write_bytes(content)
    draft.replace(folder / name)
    _write(session, prompt, "recorded", by, audio=name, seconds=read.seconds)


def silence(session: Session, prompt: Prompt, by: Author) -> None:
    """Let the words of a prompt be spoken again instead of its recording."""
    if prompt.audio:
        _write(session, prompt, "silenced", by, audio="", seconds=0.0)


def undo(session: Session, book: Book, prompt: Prompt, number: int, folder: Path, by: Author) -> None:
    """Take the newest change of a prompt back. Raises PromptError for an older one."""
    newest, *before = history(session, prompt.key, prompt.language, 2) or (None,)
    if newest is None or newest.number != number:
        raise PromptError("后来又改过，请先撤销较新的改动 (changed again since: undo that first)")
    former = before[0] if before else None
    text, audio = (former.text, former.audio) if former else (None, "")
    if text:
        check_words(book, prompt, text)
    if audio and not (folder / audio).is_file():
        raise PromptError("原来的录音文件不在了 (the former recording is gone)")
    seconds = former.seconds if former else 0.0
    _write(session, prompt, "undone", by, text=text, audio=audio, seconds=seconds, undoes=number)


def check_words(book: Book, prompt: Prompt, words: str) -> None:
    """Raise PromptError where words have a gap, lose a value or a key, or take too long. ``book``: the software's."""
    key, language = prompt.key, prompt.language
    if not words or not any(character.isalnum() for character in words):
        raise PromptError("这一句不能为空 (must not be empty)")
    if len(words) > LONGEST or not words.isprintable():
        raise PromptError(f"最多 {LONGEST} 个字，不能有控制字符 (at most {LONGEST} characters, no control characters)")
    known, changed = book.values(key, language), book.changed(language, key, words)
    named = changed.values(key, language)
    if missing := known - named:
        raise PromptError(f"少了 {_braced(missing)}：系统要在这里填内容 (the system fills these in: keep them)")
    if (extra := named - known) or re.search(r"[{}]", re.sub(r"\{\w+\}", "", words)):
        raise PromptError(f"花括号里只能写 {_braced(known) or '—'}，不能写 {_braced(extra) or '{ }'} (no such value)")
    before = _problems(book)
    if found := [problem for problem in _problems(changed) if problem not in before]:
        raise PromptError("；".join(found))


def _problems(book: Book) -> list[str]:
    flows = tuple(FLOWS.values())
    found = [problem.message for flow in flows for problem in check(flow, book)]
    return list(dict.fromkeys([*found, *(problem.message for problem in check_book(flows, book))]))


def _braced(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names))


def _write(
    session: Session, prompt: Prompt, what: str, by: Author, *, undoes: int | None = None, **changes: object
) -> None:
    old = prompt.change
    kept = {"text": old.text, "audio": old.audio, "seconds": old.seconds} if old else {"text": None, "audio": ""}
    session.add(
        PromptChange(
            key=prompt.key, language=prompt.language, what=what, at=by.at, by=by.name, account_id=by.account_id,
            undoes=undoes, **{**kept, **changes},
        )
    )  # fmt: skip
    session.flush()
