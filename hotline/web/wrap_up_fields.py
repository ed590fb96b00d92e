"""The fields of a wrap-up, whichever page holds the form: behind a one-time link, or on the duty desk."""

from __future__ import annotations

from uuid import UUID

from flask import request

from hotline.calls.finishing import Filled
from hotline.directory.vocabulary import DOMAINS, NEEDS
from tickets.desk import OUTCOMES

LONGEST = 2000
"""Characters of a text field that are kept."""
MOST_ENTRIES = 10
"""Catalogue entries given in one contact."""


def filled() -> Filled | None:
    """Return what was entered; None without an outcome. What is no choice of the form counts as not chosen."""
    form = request.form
    outcome, need = form.get("outcome", ""), form.get("need", "")
    if outcome not in OUTCOMES:
        return None
    answer, guidance = (form.get(name, "").replace("\0", "").strip()[:LONGEST] for name in ("answer", "guidance"))
    known = need if need in NEEDS or need in DOMAINS else ""
    return Filled(outcome, answer, guidance, uuid(form.get("branch", "")), known, entries())


def entries() -> tuple[UUID, ...]:
    """Return the catalogue entries that are ticked."""
    chosen = [uuid(text) for text in request.form.getlist("entry")[:MOST_ENTRIES]]
    return tuple(dict.fromkeys(entry for entry in chosen if entry))


def uuid(text: str) -> UUID | None:
    """Return the identifier in a field, None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
