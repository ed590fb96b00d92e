"""Text as it is compared: one spelling of every letter, syllables of every character, no punctuation. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_RUN = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]+")
_FILLER = re.compile(
    "怎么办|请问|你好|您好|我想问|我想|想问|我要|我们|我家|咨询|一下|怎么样|怎么|怎样|如何|什么|哪里|哪儿|哪些"
    "|能不能|可不可以|可以|有没有|是不是|要不要|需要|多少|办理|申请|烈士遗属|烈属|遗属|的话|[吗呢吧啊了的有我给]"
)
"""What people say around the thing they ask for; every entry is for survivors, so their name tells nothing either."""
_FILLER_EN = re.compile(
    "an?|and|are|can|do|for|get|have|how|i|in|is|me|my|of|on|or|the|there|to|we|what|where|with|martyrs?|survivors?"
)


@dataclass(frozen=True)
class Phrase:
    """A folded piece of text as units: a Chinese character with its syllable, or a Latin word or number as itself."""

    text: str
    """Without blanks."""
    units: tuple[tuple[str, str], ...]
    """(as written, as spoken in toneless pinyin)."""

    @property
    def spelled(self) -> str:
        """The syllables, blanks between them."""
        return " ".join(sound for _, sound in self.units)

    @property
    def letters(self) -> str:
        """The syllables without blanks."""
        return "".join(sound for _, sound in self.units)


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """Return text in one spelling: compatibility forms and capitals folded, everything between words one blank."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_RUN.findall(plain))


@lru_cache(maxsize=50_000)
def phrase(text: str) -> Phrase:
    """Return a title or an everyday word with its syllables (kept: a catalogue's words are few and asked for often)."""
    from pypinyin import lazy_pinyin  # 55 MB and 0.3 s: for who searches or writes the catalogue, never for a call

    units: list[tuple[str, str]] = []
    for run in _RUN.findall(fold(text)):
        if run.isascii():
            units.append((run, run))
        else:  # pypinyin tells the readings of a character apart by its neighbours: 银行, 行走
            units += zip(run, lazy_pinyin(run, errors=list), strict=True)  # type: ignore[arg-type]  # lists are taken
    return Phrase("".join(written for written, _ in units), tuple(units))


def alike(letters: str) -> str:
    """Return pinyin with the sounds made one that many speakers do not tell apart (zh/z, -ng/-n, l/n, ü/u ...)."""
    return re.sub(r"([zcs])h", r"\1", letters).replace("ng", "n").replace("l", "n").replace("v", "u")


def grams(text: str) -> tuple[str, ...]:
    """Return what a sentence is about: pairs of Chinese characters and Latin words, what is said around them left out.

    A sentence of nothing else is taken as it is; a character that stands alone is kept alone.
    """
    folded = fold(text)
    return _grams(_FILLER.sub(" ", folded)) or _grams(folded)


def _grams(folded: str) -> tuple[str, ...]:
    found: list[str] = []
    for run in folded.split():
        if run.isascii():
            found += [] if _FILLER_EN.fullmatch(run) else [run]
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return tuple(dict.fromkeys(found))


def search_text(names: Sequence[str], text: str) -> str:
    """Return the searched column, a line each: names (titles, everyday words) written, spelled and as heard; the text.

    ``text`` is folded already.
    """
    found = [phrase(name) for name in names if name]
    lines = [*(fold(name) for name in names if name), *(one.text for one in found), text]
    lines += [*(one.spelled for one in found), *(alike(one.letters) for one in found)]
    return "\n".join(dict.fromkeys(line for line in lines if line))
