"""Find catalogue entries by what people say, type or half remember; the database narrows, the pure rules rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from hotline.directory.catalogue.folding import alike, grams, phrase
from hotline.directory.catalogue.matching import How
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.catalogue.scoring import Why, score

LONGEST = 60
"""Characters of a query that are looked at; nobody reads out more."""

_LIKE_ENOUGH = 0.4
"""Share of a misspelled word's trigrams that an entry must have; the rules decide, this only keeps most away."""


@dataclass(frozen=True)
class Hit:
    """An entry that is offered, its score (above 0 to 100), and why."""

    entry: CatalogueEntry
    score: float
    why: Why


def search(session: Session, tenant_id: UUID, text: str, on: date, limit: int = 10) -> list[Hit]:
    """Return a tenant's entries that hold on a day (local date) and fit the text, best first.

    The text may be Chinese without blanks, a whole sentence, pinyin, initials or English. Only when nothing is written
    or spelled so is it taken for misspelled.
    """
    asked = text[:LONGEST]
    if not phrase(asked).text:
        return []
    hits = _ranked(session, _valid(tenant_id, on).where(or_(*_as_asked(asked))), asked)
    if not any(hit.why.how in (How.WRITTEN, How.SPELLED) for hit in hits):
        session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(_LIKE_ENOUGH), True)))
        hits = _ranked(session, _valid(tenant_id, on).where(or_(*_as_asked(asked), _nearly(asked))), asked)
    return hits[:limit]


def browse(session: Session, tenant_id: UUID, on: date, area: str = "") -> Sequence[CatalogueEntry]:
    """Return a tenant's entries that hold on a day, those of one area if given, by area and title."""
    query = _valid(tenant_id, on).order_by(CatalogueEntry.area, CatalogueEntry.title, CatalogueEntry.code)
    return session.scalars(query.where(CatalogueEntry.area == area) if area else query).all()


def find(session: Session, tenant_id: UUID, code: str) -> CatalogueEntry | None:
    """Return the tenant's entry with a code, retired and expired ones too, or None."""
    return session.scalars(
        select(CatalogueEntry).where(CatalogueEntry.tenant_id == tenant_id, CatalogueEntry.code == code)
    ).first()


def _ranked(session: Session, query: Select[CatalogueEntry], asked: str) -> list[Hit]:
    scored = [(entry, score(asked, entry.document)) for entry in session.scalars(query)]
    hits = [Hit(entry, found.score, found.why) for entry, found in scored if found]
    return sorted(hits, key=lambda hit: (-hit.score, len(hit.entry.title), hit.entry.code))


def _as_asked(text: str) -> list[ColumnElement[bool]]:
    """Return the tests of which an entry passes one if the rules find it written, spelled or partly there."""
    column, asked = CatalogueEntry.search_text, phrase(text)
    pieces = [column.contains(piece) for piece in (*grams(text), asked.text)]
    return [*pieces, column.regexp_match(_beginnings(asked.letters))]


def _nearly(text: str) -> ColumnElement[bool]:
    """Return the test that an entry has a word like this one as it sounds (trigrams)."""
    return CatalogueEntry.search_text.op("%>", is_comparison=True)(alike(phrase(text).letters))


def _beginnings(letters: str) -> str:
    """Return a regular expression for letters that begin successive syllables: each may be cut short after any."""
    return r"\m" + "(?:[a-z]* )?".join(letters)


def _valid(tenant_id: UUID, on: date) -> Select[CatalogueEntry]:
    return select(CatalogueEntry).where(
        CatalogueEntry.tenant_id == tenant_id,
        CatalogueEntry.active,
        or_(CatalogueEntry.valid_from.is_(None), CatalogueEntry.valid_from <= on),
        or_(CatalogueEntry.valid_to.is_(None), CatalogueEntry.valid_to >= on),
    )
