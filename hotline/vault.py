"""Personal data at rest: sealed with a key, found again by a keyed hash, shown masked."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """A sealed value cannot be opened: it was written with a key that is not configured."""


@dataclass(frozen=True)
class Vault:
    """Seals and opens telephone and identity numbers.

    ``keys`` are Fernet keys, newest first (older ones still open what they sealed);
    ``pepper`` keys the hash by which a number is found again without opening anything.
    """

    keys: tuple[str, ...]
    pepper: bytes

    def seal(self, text: str) -> bytes:
        """Return the ciphertext of ``text`` under the newest key."""
        return self._fernet().encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return the text of a ciphertext. Raises VaultError when no configured key opens it."""
        try:
            return self._fernet().decrypt(sealed).decode()
        except InvalidToken as error:
            raise VaultError("a sealed value cannot be opened with the configured keys") from error

    def fingerprint(self, text: str) -> bytes:
        """Return the 32-byte keyed hash under which ``text`` is looked up."""
        return hmac.new(self.pepper, text.encode(), hashlib.sha256).digest()

    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self.keys])
