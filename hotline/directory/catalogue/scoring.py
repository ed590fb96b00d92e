"""Which catalogue entry was meant, and why it is offered: a score for what was typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.directory.catalogue.folding import Phrase, fold, grams, phrase
from hotline.directory.catalogue.matching import How, match


class Field(StrEnum):
    """Where in an entry something was found, the telling ones first."""

    TITLE = "title"
    EVERYDAY = "everyday"
    AREA = "area"
    TEXT = "text"


WEIGHTS: Mapping[Field, float] = {Field.TITLE: 100.0, Field.EVERYDAY: 85.0, Field.AREA: 70.0, Field.TEXT: 55.0}
"""So far apart that, matched in the same way, a title is before an everyday word, and that before any other text."""

_PARTLY = 0.7
"""A sentence that is there only in pieces counts at most this share."""
_LEAST_COVERED = 0.34

_FIELD_WORDS: Mapping[Field, tuple[str, str]] = {
    Field.TITLE: ("名称", "title"),
    Field.EVERYDAY: ("常用说法", "everyday word"),
    Field.AREA: ("领域", "area"),
    Field.TEXT: ("说明", "text"),
}
_HOW_WORDS: Mapping[How, tuple[str, str]] = {
    How.WRITTEN: ("含有", "has"),
    How.SPELLED: ("拼音或首字母合", "is spelled so"),
    How.NEARLY: ("读音或拼写相近", "is nearly so"),
    How.PARTLY: ("部分含有", "has part of it"),
}


@dataclass(frozen=True)
class Document:
    """What is searched of an entry."""

    titles: tuple[str, ...]
    everyday: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    text: str = ""
    """All the rest, folded (see hotline.directory.catalogue.folding.fold)."""


@dataclass(frozen=True)
class Why:
    """Why an entry is offered: the field, the way and the words in it that were recognised."""

    field: Field
    how: How
    words: str

    @property
    def chinese(self) -> str:
        """The reason for the page."""
        return f"{_FIELD_WORDS[self.field][0]}{_HOW_WORDS[self.how][0]}：{self.words}"

    @property
    def english(self) -> str:
        """The same in English."""
        return f"{_FIELD_WORDS[self.field][1]} {_HOW_WORDS[self.how][1]}: {self.words}"


@dataclass(frozen=True)
class Scored:
    """A score above 0 to 100, and the reason."""

    score: float
    why: Why


def score(text: str, document: Document) -> Scored | None:
    """Return how well ``text`` (as typed: Chinese, pinyin, initials, English) means the document, or None."""
    query = phrase(text)
    if not query.text:
        return None
    found = [*_by_name(query, document), *_by_text(query, document), *_by_pieces(text, document)]
    return max(found, key=lambda one: one.score, default=None)


def _by_name(query: Phrase, document: Document) -> list[Scored]:
    found = []
    for field, names in _names(document).items():
        for name in names:
            fit = match(query, phrase(name))
            if fit:
                found.append(Scored(WEIGHTS[field] * fit.quality, Why(field, fit.how, name)))
    return found


def _names(document: Document) -> Mapping[Field, tuple[str, ...]]:
    return {Field.TITLE: document.titles, Field.EVERYDAY: document.everyday, Field.AREA: document.areas}


def _by_text(query: Phrase, document: Document) -> list[Scored]:
    written = " ".join(word for word, _ in query.units) if query.text.isascii() else query.text
    if not _has(document.text, written):
        return []
    return [Scored(WEIGHTS[Field.TEXT] * 0.94, Why(Field.TEXT, How.WRITTEN, written))]


def _by_pieces(text: str, document: Document) -> list[Scored]:
    """Score a sentence by the pieces of it that the entry has, each where it tells most."""
    wanted = grams(text)
    places = {field: " ".join(fold(name) for name in names) for field, names in _names(document).items()}
    places[Field.TEXT] = document.text
    hits: dict[str, Field] = {}
    for gram in wanted:
        where = next((field for field in Field if _has(places[field], gram)), None)
        if where:
            hits[gram] = where
    if not hits or len(hits) < _LEAST_COVERED * len(wanted):
        return []
    total = sum(WEIGHTS[field] for field in hits.values()) / len(wanted)
    best = min(hits.values(), key=list(Field).index)
    return [Scored(_PARTLY * total, Why(best, How.PARTLY, "、".join(hits)))]


def _has(folded: str, wanted: str) -> bool:
    """Return whether folded text has it: Chinese anywhere, Latin at the beginning of a word."""
    return f" {wanted}" in f" {folded}" if wanted.isascii() else wanted in folded
