"""The book of prompts: what a prompt is in words, or which recording replaces it. Read once, at the start."""

from __future__ import annotations

import re
import tomllib
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr_flows.engine.steps import Prompt

PROMPTS = Path(__file__).parent / "prompts"
"""The words that come with the software; a folder of one's own may replace any of them."""

RECORDED = "recorded/"
"""What the names of recordings made at the console begin with in ``Words.audio``."""

SPOKEN_ELSEWHERE = ("error.line", "error.last_resort", "error.last_resort_keys", "error.moment")
"""Prompts that no node names: whoever answers the carrier speaks them when something has gone wrong."""

CHINESE_PER_SECOND = 4.5
LETTERS_PER_SECOND = 14.0

_VALUE = re.compile(r"\{(\w+)\}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PLAIN = re.compile(r"[^/\\.][^/\\]*")


class WordingError(ValueError):
    """A file of prompts cannot be read; the message names the file and the place."""


@dataclass(frozen=True)
class Words:
    """A prompt ready to be spoken.

    ``audio`` is a recording's path below the audio folder, with slashes; ``seconds`` the (estimated) duration.
    """

    text: str
    audio: str | None
    seconds: float


@dataclass(frozen=True)
class Recorded:
    """A recording made at the console: its name below ``recorded/``, and its duration."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Book:
    """All prompts in all languages (language -> key -> words), and the recordings with their seconds."""

    languages: Mapping[str, Mapping[str, str]]
    audio_folder: Path = PROMPTS / "audio"
    recordings: Mapping[str, float] = field(default_factory=dict)
    recorded: Mapping[tuple[str, str], Recorded] = field(default_factory=dict)
    """(language, key) -> the recording that replaces the words on every line."""

    def words(self, prompt: Prompt, language: str, line: str = "", dialect: str = "") -> Words:
        """Return what to say. Never raises: a caller waits. ``check`` and the tests find what is missing.

        The most specific recording wins: of the line and dialect, of the line, of the dialect, for everybody; among
        these one made at the console before one of the folder.
        """
        text = spoken(self.text(prompt.key, language), dict(prompt.values))
        made = self.recorded.get((language, prompt.key))
        for folder in (f"{line}/{dialect}", line, dialect, ""):
            if not folder and made:
                return Words(text, f"{RECORDED}{made.name}", made.seconds)
            parts = [part for part in folder.split("/") if part]
            if len(parts) != folder.count("/") + bool(folder):
                continue
            name = "/".join([*parts, language, f"{prompt.key}.wav"])
            if name in self.recordings:
                return Words(text, name, self.recordings[name] or duration(text))
        return Words(text, None, duration(text))

    def text(self, key: str, language: str) -> str:
        """Return the sentence with its {values} open: in another language, or a kindly one, when it is missing."""
        section = key.partition(".")[0]
        others = [mine for name, mine in self.languages.items() if name != language]
        for wanted in (key, f"{section}.other", "error.moment"):
            for texts in (self.languages.get(language, {}), *others):
                if wanted in texts:
                    return texts[wanted]
        return ""

    def has(self, key: str, language: str) -> bool:
        """True when the prompt exists in this very language."""
        return key in self.languages.get(language, {})

    def values(self, key: str, language: str) -> frozenset[str]:
        """Return the {values} that the prompt names in this language."""
        return frozenset(_VALUE.findall(self.languages.get(language, {}).get(key, "")))

    def changed(self, language: str, key: str, text: str) -> Book:
        """Return the book with other words for one prompt."""
        mine = {**self.languages.get(language, {}), key: text}
        return replace(self, languages={**self.languages, language: mine})

    def audio_file(self, name: str) -> Path | None:
        """Return the file of ``Words.audio``, or None for a name that is no recording of this book."""
        return self.audio_folder / name if name in self.recordings else None


def spoken(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its {values} filled; an unknown one is left out rather than read aloud."""
    return _VALUE.sub(lambda match: values.get(match[1], ""), text)


def duration(text: str) -> float:
    """Return the estimated seconds it takes to say: 4.5 Chinese characters or 14 letters a second.

    A digit counts as one Chinese character, or as four letters where the text is not Chinese.
    """
    chinese = len(_CHINESE.findall(text))
    digits = sum(character.isdecimal() for character in text)
    letters = sum(character.isalpha() for character in text) - chinese
    if chinese > letters:
        return (chinese + digits) / CHINESE_PER_SECOND + letters / LETTERS_PER_SECOND
    return chinese / CHINESE_PER_SECOND + (len(text) - chinese + 3 * digits) / LETTERS_PER_SECOND


def load_book(folder: Path | None = None, audio: Path | None = None) -> Book:
    """Return the book: our prompts, replaced key by key by those of ``folder``, with the recordings of ``audio``.

    ``audio`` is by default ``folder``/audio. Raises WordingError for a file that is no book of prompts.
    """
    languages: dict[str, dict[str, str]] = {}
    for source in dict.fromkeys((PROMPTS, folder or PROMPTS)):
        for file in sorted(source.glob("*.toml")):
            languages.setdefault(file.stem, {}).update(_read(file))
    audio = audio or (folder or PROMPTS) / "audio"
    return Book(languages, audio, dict(_recordings(audio)))


def _read(file: Path) -> Iterator[tuple[str, str]]:
    try:
        sections = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WordingError(f"{file}: {error}") from error
    for section, texts in sections.items():
        if not isinstance(texts, dict):
            raise WordingError(f"{file}: {section!r} stands outside a [section]")
        for key, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise WordingError(f"{file}: [{section}] {key} is no sentence")
            yield f"{section}.{key}", " ".join(text.split())


def _recordings(audio: Path) -> Iterator[tuple[str, float]]:
    for file in sorted(audio.rglob("*.wav")):
        parts = file.relative_to(audio).parts
        if all(_PLAIN.fullmatch(part) for part in parts):
            yield "/".join(parts), _wav_seconds(file)


def _wav_seconds(file: Path) -> float:
    """Return the length in seconds, or 0 for telephone codecs that the standard library does not read."""
    try:
        with wave.open(str(file), "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, OSError):
        return 0.0
