"""How well what was typed fits one phrase: written, spelled in pinyin or initials, or nearly so. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from rapidfuzz import fuzz

from hotline.directory.catalogue.folding import Phrase, alike

_LEAST_LETTERS = 5
"""Shorter words are one slip away from too many others."""
_LEAST_LIKENESS = 80.0


class How(StrEnum):
    """In which way a phrase was recognised."""

    WRITTEN = "written"
    SPELLED = "spelled"
    NEARLY = "nearly"
    PARTLY = "partly"


class Match(NamedTuple):
    """How a phrase was recognised and how well, above 0 to 1."""

    quality: float
    how: How


def match(query: Phrase, target: Phrase) -> Match | None:
    """Return the best way in which ``query`` fits ``target``, or None.

    Written 0.94 to 1; pinyin, initials or a mixture 0.60 to 0.93; the same sounds or a slip of the finger below.
    """
    if not query.text or not target.text:
        return None
    return _written(query, target) or _spelled(query, target) or _nearly(query, target)


def _written(query: Phrase, target: Phrase) -> Match | None:
    at = _unit_at(target, query.text)
    if at is None:
        return None
    if query.text == target.text:
        return Match(1.0, How.WRITTEN)
    share = 0.01 * len(query.text) / len(target.text)
    return Match((0.97 if at == 0 else 0.94) + share, How.WRITTEN)


def _unit_at(target: Phrase, text: str) -> int | None:
    """Return the number of the unit at which ``text`` begins in the target; the middle of a word is no beginning."""
    place = 0
    for number, (written, _) in enumerate(target.units):
        if target.text.startswith(text, place):
            return number
        place += len(written)
    return None


def _spelled(query: Phrase, target: Phrase) -> Match | None:
    """Match letters against the beginnings of successive syllables: yibao, yb, yib and 医b are all 医保.

    Initials fit many places, so a whole phrase is worth more than its beginning, and that more than its middle.
    """
    best = 0.0
    for start in range(len(target.units)):
        letters, end = _letters_used(query.text, target, start)
        if letters:
            place = (0.08 if start == 0 else 0.0) + (0.10 if start == 0 and end == len(target.units) else 0.0)
            best = max(best, 0.60 + 0.15 * min(1.0, len(query.text) / letters) + place)
    return Match(best, How.SPELLED) if best else None


def _letters_used(text: str, target: Phrase, start: int) -> tuple[int, int]:
    """Return how many letters the units from ``start`` have that spell ``text``, and the unit after them; 0 if none."""
    reached, letters = {0}, 0
    for number, (written, sound) in enumerate(target.units[start:], start=start):
        letters += len(sound)
        reached = {end for at in reached for end in _ends(text, at, written, sound)}
        if len(text) in reached:
            return letters, number + 1
        if not reached:
            break
    return 0, 0


def _ends(text: str, at: int, written: str, sound: str) -> set[int]:
    """Return where in ``text`` one unit may end that begins ``at``: the character itself or any start of its sound."""
    ends = {at + len(written)} if text.startswith(written, at) else set()
    for length, letter in enumerate(sound, start=1):
        if not text.startswith(letter, at + length - 1):
            break
        ends.add(at + length)
    return ends


def _nearly(query: Phrase, target: Phrase) -> Match | None:
    """Compare the sounds of the query with those of as many syllables of the target as are about as long."""
    typed = alike(query.letters)
    if len(typed) < _LEAST_LETTERS:
        return None
    best = max((fuzz.ratio(typed, sounds) for sounds in _stretches(target, len(typed))), default=0.0)
    return Match(0.7 * best / 100, How.NEARLY) if best >= _LEAST_LIKENESS else None


def _stretches(target: Phrase, length: int) -> Iterator[str]:
    """Yield the sounds of every run of units that is at most two letters shorter or longer than ``length``."""
    for start in range(len(target.units)):
        sounds = ""
        for _, sound in target.units[start:]:
            sounds += sound
            heard = alike(sounds)
            if len(heard) > length + 2:
                break
            if len(heard) >= length - 2:
                yield heard
