"""Finding part of a text with an index: every two characters that stand side by side, in a GIN index (ADR 25).

pg_trgm knows no trigrams of Chinese in a database whose character type is C, and two characters are a Chinese word.
"""

from __future__ import annotations

from sqlalchemy import DDL, ColumnElement, Text, event, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from hotline.db import Base

FUNCTION = """
CREATE OR REPLACE FUNCTION text_pairs(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(said), n, 2)), '{}')
      FROM generate_series(1, length(said) - 1) AS n
$$
"""
"""Pairs of neighbouring characters; upper and lower case are one for ASCII letters, as for ILIKE in such a database."""

event.listen(Base.metadata, "before_create", DDL(FUNCTION))  # type: ignore[no-untyped-call]


def holds(column: ColumnElement[str] | InstrumentedAttribute[str], said: str) -> ColumnElement[bool]:
    """Return the condition that a text holds ``said`` anywhere: narrowed by its pairs, then looked at itself."""
    pairs = func.text_pairs(column, type_=ARRAY(Text))
    written = column.icontains(said, autoescape=True)
    return pairs.contains(func.text_pairs(literal(said), type_=ARRAY(Text))) & written if len(said) > 1 else written
