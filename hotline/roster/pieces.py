"""Pieces of duty as plans, drafts and files want them, and the edits that make them stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Piece:
    """What a shift says, in aware UTC, end excluded."""

    starts: datetime
    ends: datetime
    role: str
    staff_id: UUID
    handset_id: UUID | None = None


@dataclass(frozen=True)
class Edit:
    """One shift is made (no ``shift_id``), becomes something else, or (no ``piece``) is taken off the roster.

    ``seen`` is what it was made from (see seen), so that nobody's change is overwritten unseen.
    """

    piece: Piece | None
    shift_id: UUID | None = None
    seen: str = ""
    as_id: UUID | None = None
    """The identifier that a new shift gets; none: one of its own."""
