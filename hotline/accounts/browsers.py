"""The browsers that are signed in: opened, found again by their cookie, listed, ended. Time-outs are looked at here."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hotline.accounts.models import Account, BrowserSession

CODE_WITHIN = timedelta(minutes=5)
"""How long after the password the second factor may come."""
DISPLAY_FOR = timedelta(days=400)
"""How long a browser on a wall stays signed in; a browser keeps no cookie longer."""
_KEPT_FOR = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=1)
"""``seen_at`` is written at most this often."""


@dataclass(frozen=True)
class Lifetimes:
    """How long a browser stays signed in: without being used, and at most."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True)
class Visitor:
    """Whose request it is, as far as the network tells."""

    address: str = ""
    agent: str = ""


def open_(
    session: Session, account: Account, method: str, visitor: Visitor, now: datetime, lasts: timedelta,
    *, awaits_code: bool = False, display: bool = False,
) -> str:  # fmt: skip
    """Sign a browser in; return the token for its cookie, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    browser = BrowserSession(
        token_hash=_hash(token), account_id=account.id, method=method, awaits_code=awaits_code, display=display,
        opened_at=now, seen_at=now, expires_at=now + lasts,
        address=visitor.address[:100], agent=visitor.agent[:300],
    )  # fmt: skip
    session.add(browser)
    session.flush()
    return token


def find(session: Session, token: str, now: datetime, lifetimes: Lifetimes) -> tuple[BrowserSession, Account] | None:
    """Return the browser with this token and its account, or None: unknown, ended, too old, or no longer active."""
    query = select(BrowserSession, Account).join(Account, Account.id == BrowserSession.account_id)
    row = session.execute(query.where(BrowserSession.token_hash == _hash(token))).one_or_none()
    if row is None:
        return None
    browser, account = row
    return (browser, account) if account.active and is_open(browser, now, lifetimes) else None


def is_open(browser: BrowserSession, now: datetime, lifetimes: Lifetimes) -> bool:
    """Return whether a browser is still signed in, or still half-way."""
    if browser.ended_at is not None:
        return False
    if browser.on_duty_until is not None and now < browser.on_duty_until:
        return True
    idle = now - browser.seen_at >= lifetimes.idle and not browser.display
    return now < browser.expires_at and not idle


def seen(session: Session, browser: BrowserSession, now: datetime) -> bool:
    """Write down that the browser is in use; return whether that was worth writing."""
    if now - browser.seen_at < _SEEN_EVERY:
        return False
    session.execute(update(BrowserSession).where(BrowserSession.id == browser.id).values(seen_at=now))
    return True


def on_duty(session: Session, browser_id: UUID, until: datetime, now: datetime) -> None:
    """Do not sign a browser out until a turn of duty ends; once its longest time is over, no further turn counts."""
    which = BrowserSession.id == browser_id, BrowserSession.expires_at > now
    session.execute(update(BrowserSession).where(*which).values(on_duty_until=until))


def of(session: Session, account_id: UUID, now: datetime, lifetimes: Lifetimes) -> Sequence[BrowserSession]:
    """Return the browsers an account is signed in with, the last used first."""
    mine = select(BrowserSession).where(BrowserSession.account_id == account_id, BrowserSession.ended_at.is_(None))
    found = session.scalars(mine.order_by(BrowserSession.seen_at.desc())).all()
    return [browser for browser in found if is_open(browser, now, lifetimes) and not browser.awaits_code]


def end(session: Session, account_id: UUID, browser_id: UUID, now: datetime) -> bool:
    """Sign one of an account's browsers out; return whether it was signed in."""
    return _end(session, now, BrowserSession.account_id == account_id, BrowserSession.id == browser_id) == 1


def end_others(session: Session, account_id: UUID, kept: UUID, now: datetime) -> int:
    """Sign out all of an account's browsers but one; return how many."""
    return _end(session, now, BrowserSession.account_id == account_id, BrowserSession.id != kept)


def end_all(session: Session, account_id: UUID, now: datetime) -> int:
    """Sign out all of an account's browsers; return how many."""
    return _end(session, now, BrowserSession.account_id == account_id)


def tidy(session: Session, now: datetime) -> None:
    """Drop browsers that have been signed out for a month; the access log keeps when they signed in."""
    gone = func.least(BrowserSession.expires_at, func.coalesce(BrowserSession.ended_at, BrowserSession.expires_at))
    session.execute(delete(BrowserSession).where(gone < now - _KEPT_FOR))


def _end(session: Session, now: datetime, *which: object) -> int:
    query = update(BrowserSession).where(*which, BrowserSession.ended_at.is_(None))  # type: ignore[arg-type]
    result = session.execute(query.values(ended_at=now))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
