"""Identifiers in the carrier's manner."""

from __future__ import annotations

import random
import uuid


class Sids:
    """Makes identifiers; the same seed gives the same ones, so that a story reads the same twice."""

    def __init__(self, *, uuids: bool, seed: int | None = None) -> None:
        self._uuids = uuids
        self._random = random.Random(seed)  # noqa: S311  (identifiers, no secrets)

    def new(self, prefix: str) -> str:
        """Return a fresh identifier: ``CA`` and 32 hex digits, or a UUID at carriers that use those."""
        bits = self._random.getrandbits(128)
        return str(uuid.UUID(int=bits, version=4)) if self._uuids else f"{prefix}{bits:032x}"
