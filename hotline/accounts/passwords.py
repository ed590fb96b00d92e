"""Passwords: kept as Argon2id, compared at the same cost whether or not there is anything to compare with."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 10
"""Characters a password must have."""
MOST = 200
"""Characters beyond which nothing is hashed, so that nobody keeps us busy."""
_HASHER = PasswordHasher()
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without l, o, 0 and 1: one-time passwords are read aloud."""
_COMMON = ("password", "qwerty", "12345", "abc123", "admin", "hotline", "111111", "000000", "iloveyou", "letmein")


def keep(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(password)


def fits(password: str, kept: str) -> bool:
    """Return whether a password is the kept one; with nothing kept the same time is spent and the answer is no."""
    if len(password) > MOST:
        password, kept = "", ""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Return whether it was kept at a lower cost than today's and should be kept anew."""
    return _HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """Return a password to be given to somebody who must change it: three groups of five, 74 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))


def weakness(password: str, login: str) -> tuple[str, str] | None:
    """Return why a password will not do, in Chinese and English; None when it will."""
    folded = password.casefold()
    if len(password) < LEAST:
        return f"密码至少要 {LEAST} 个字符", f"A password needs at least {LEAST} characters"
    if len(password) > MOST:
        return f"密码最多 {MOST} 个字符", f"A password has at most {MOST} characters"
    if password.isdigit():
        return "密码不能只有数字", "A password must not be digits alone"
    if login and login in folded:
        return "密码里不能有登录名", "A password must not contain the sign-in name"
    rest = folded
    for word in _COMMON:
        rest = rest.replace(word, "")
    if len(rest) < LEAST // 2 or len(set(folded)) < 5:
        return "这个密码太容易猜到", "This password is too easy to guess"
    return None


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
