"""The second factor: six digits that change every half minute (RFC 6238), and codes for when the telephone is lost."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hotline.accounts.models import Account, RecoveryCode
from hotline.vault import Vault

STEP = 30
"""Seconds a code is shown for."""
DRIFT = (0, -1, 1)
"""Steps by which a telephone's clock may be off."""
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def begin(account: Account, vault: Vault) -> str:
    """Give the account a new secret, not in force before ``confirm``; return it as people type it."""
    secret = pyotp.random_base32()
    account.totp_sealed = vault.seal(secret)
    account.totp_confirmed_at = None
    account.totp_step = 0
    return secret


def pending(account: Account, vault: Vault) -> str:
    """Return the secret that still waits to be confirmed, a new one if there is none."""
    if account.totp_sealed is None or account.totp_confirmed_at is not None:
        return begin(account, vault)
    return vault.open(account.totp_sealed)


def address(secret: str, login: str, issuer: str) -> str:
    """Return the otpauth: address that a telephone photographs."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def confirm(session: Session, account: Account, vault: Vault, code: str, now: datetime) -> list[str] | None:
    """Put the second factor in force if ``code`` is right; return fresh recovery codes, None if it is not."""
    if not _is_right(account, vault, code, now):
        return None
    account.totp_confirmed_at = now
    return renew_codes(session, account, vault)


def accept(session: Session, account: Account, vault: Vault, code: str, now: datetime) -> bool:
    """Return whether ``code`` is the present one or an unused recovery code; either works once."""
    return _is_right(account, vault, code, now) or _is_recovery(session, account, vault, code, now)


def remove(session: Session, account: Account) -> None:
    """Take the second factor and its recovery codes away."""
    account.totp_sealed = account.totp_confirmed_at = None
    account.totp_step = 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def renew_codes(session: Session, account: Account, vault: Vault) -> list[str]:
    """Replace the recovery codes; return the new ones, which are shown only now."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["-".join(_letters(5) for _ in range(2)) for _ in range(CODES)]
    session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(vault, code)) for code in codes)
    session.flush()
    return codes


def codes_left(session: Session, account: Account) -> int:
    """Return how many recovery codes are unused."""
    mine = select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return session.execute(mine).scalar_one()


def _is_right(account: Account, vault: Vault, code: str, now: datetime) -> bool:
    if account.totp_sealed is None:
        return False
    typed = "".join(unicodedata.normalize("NFKC", code).split()).encode()
    clock = pyotp.TOTP(vault.open(account.totp_sealed))
    step = int(now.timestamp()) // STEP
    for at in (step + drift for drift in DRIFT):
        if at > account.totp_step and hmac.compare_digest(clock.generate_otp(at).encode(), typed):
            account.totp_step = at
            return True
    return False


def _is_recovery(session: Session, account: Account, vault: Vault, code: str, now: datetime) -> bool:
    mine = (RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _hash(vault, code))
    used = session.execute(update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now))
    return bool(used.rowcount)  # type: ignore[attr-defined]


def _hash(vault: Vault, code: str) -> bytes:
    return vault.fingerprint("recovery:" + "".join(c for c in code.casefold() if c.isalnum()))


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))
