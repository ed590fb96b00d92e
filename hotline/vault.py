"""Personal data at rest: sealed with a key, found again by a keyed hash, shown masked."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

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
        return self.seal_bytes(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return the text of a ciphertext. Raises VaultError when no configured key opens it."""
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """Return the ciphertext of ``content``, signed (Fernet: AES-CBC, then HMAC-SHA256) under the newest key."""
        return self._fernet.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Return what ``seal_bytes`` sealed. Raises VaultError when no configured key opens it."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise VaultError("a sealed value cannot be opened with the configured keys") from error

    def fingerprint(self, text: str) -> bytes:
        """Return the 32-byte keyed hash under which ``text`` is looked up."""
        return self.fingerprint_bytes(text.encode())

    def fingerprint_bytes(self, content: bytes) -> bytes:
        """Return the 32-byte keyed hash of a file."""
        return hmac.new(self.pepper, content, hashlib.sha256).digest()

    @cached_property
    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self.keys])
