"""Counts failed tries in the database: a try counts before it is made, so that many at once cannot slip through."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.accounts.lockout import FORGOTTEN_AFTER, Failures, Limit, after, wait
from hotline.accounts.models import SignInFailure


def admit(session: Session, keys: Mapping[str, Limit], now: datetime) -> timedelta:
    """Count one try for every key and return zero, or count none and return how long to wait."""
    hashes = {_hash(key): limit for key, limit in keys.items()}
    for key_hash in sorted(hashes):  # always in one order: two at once wait for each other and never in a ring
        fresh = insert(SignInFailure).values(key_hash=key_hash, count=0, last_at=now)
        session.execute(fresh.on_conflict_do_nothing())
    rows = {
        row.key_hash: row
        for row in session.scalars(
            select(SignInFailure)
            .where(SignInFailure.key_hash.in_(list(hashes)))
            .order_by(SignInFailure.key_hash)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    known = {key_hash: Failures(row.count, row.last_at) for key_hash, row in rows.items()}
    pause = max(wait(failures, hashes[key_hash], now) for key_hash, failures in known.items())
    if pause <= timedelta(0):
        for key_hash, failures in known.items():
            counted = after(failures, now)
            rows[key_hash].count, rows[key_hash].last_at = counted.count, now
    session.flush()
    return pause


def succeeded(session: Session, forgotten: str, taken_back: str = "") -> None:
    """Forget the failures of one key; of another take only the present try back, for others may share it."""
    session.execute(delete(SignInFailure).where(SignInFailure.key_hash == _hash(forgotten)))
    if taken_back:
        row = SignInFailure.key_hash == _hash(taken_back)
        session.execute(update(SignInFailure).where(row, SignInFailure.count > 0).values(count=SignInFailure.count - 1))


def forgive(session: Session, login: str) -> None:
    """Let an account be tried at once again."""
    succeeded(session, account_key(login))


def tidy(session: Session, now: datetime) -> None:
    """Drop what no longer counts."""
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - FORGOTTEN_AFTER))


def account_key(login: str) -> str:
    """Return the key under which tries with a sign-in name count."""
    return f"account:{login}"


def address_key(address: str) -> str:
    """Return the key under which tries from an address count."""
    return f"address:{address}"


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
