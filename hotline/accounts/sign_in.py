"""Signing in: by name and password, with a second factor, through the identity provider, or as a demo account.

Each try counts as failed in a transaction of its own before anything is compared; no transaction is held while
a password is hashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts import access, browsers, passwords, throttle, totp
from hotline.accounts.access import What
from hotline.accounts.browsers import CODE_WITHIN, Lifetimes, Visitor
from hotline.accounts.lockout import ACCOUNT, ADDRESS
from hotline.accounts.models import Account, BrowserSession
from hotline.accounts.people import fold
from hotline.accounts.roles import Role
from hotline.accounts.throttle import account_key, address_key
from hotline.db import SessionFactory
from hotline.vault import Vault

NONE = timedelta(0)


@dataclass(frozen=True)
class Answer:
    """``token`` is for the cookie; empty when the try failed. ``wait``: how long no further try is made."""

    token: str = ""
    awaits_code: bool = False
    wait: timedelta = NONE


def by_password(
    sessions: SessionFactory, login: str, password: str, visitor: Visitor, now: datetime, lifetimes: Lifetimes
) -> Answer:
    """Try a sign-in name and a password; what is wrong of the two is not told, nor by the time it takes."""
    login = fold(login)
    keys = {account_key(login): ACCOUNT, address_key(visitor.address): ADDRESS}
    with sessions.begin() as session:
        wait = throttle.admit(session, keys, now)
        account = _by_login(session, login)
    if wait:
        return Answer(wait=wait)
    kept = account.password_hash if account else ""
    right = passwords.fits(password, kept)
    fresh = passwords.keep(password) if right and passwords.outdated(kept) else ""
    with sessions.begin() as session:
        account = _by_login(session, login)
        if not right or account is None or account.password_hash != kept:
            access.note(session, What.SIGN_IN_FAILED, now, account=account, address=visitor.address)
            return Answer()
        account.password_hash = fresh or account.password_hash
        throttle.succeeded(session, account_key(login), address_key(visitor.address))
        if account.totp_confirmed_at is None:
            return Answer(_signed_in(session, account, "password", visitor, now, lifetimes))
        return Answer(
            browsers.open_(session, account, "password", visitor, now, CODE_WITHIN, awaits_code=True), awaits_code=True
        )


def by_code(
    sessions: SessionFactory, vault: Vault, token: str, code: str, visitor: Visitor, now: datetime, lifetimes: Lifetimes
) -> Answer | None:
    """Try the second factor on a browser that is half-way; None when it no longer is. The token is a new one."""
    with sessions.begin() as session:
        found = browsers.find(session, token, now, lifetimes)
        if found is None or not found[0].awaits_code:
            return None
        half, account = found
        wait = throttle.admit(session, {_code_key(account.id): ACCOUNT}, now)
        if wait:
            return Answer(awaits_code=True, wait=wait)
    with sessions.begin() as session:
        account = session.get_one(Account, account.id, with_for_update=True, populate_existing=True)
        if not totp.accept(session, account, vault, code, now):
            access.note(session, What.CODE_FAILED, now, account=account, address=visitor.address)
            return Answer(awaits_code=True)
        if not browsers.end(session, account.id, half.id, now):
            return None
        throttle.succeeded(session, _code_key(account.id))
        return Answer(_signed_in(session, account, half.method, visitor, now, lifetimes))


def by_subject(sessions: SessionFactory, subject: str, visitor: Visitor, now: datetime, lifetimes: Lifetimes) -> Answer:
    """Sign in whom the identity provider vouches for; its own second factor is its own business."""
    with sessions.begin() as session:
        mine = select(Account).where(Account.oidc_subject == subject, Account.active, ~Account.demo)
        account = session.scalars(mine).first() if subject else None
        if account is None:
            access.note(session, What.SIGN_IN_FAILED, now, subject="oidc", address=visitor.address)
            return Answer()
        return Answer(_signed_in(session, account, "oidc", visitor, now, lifetimes))


def by_demo(sessions: SessionFactory, role: Role, visitor: Visitor, now: datetime, lifetimes: Lifetimes) -> Answer:
    """Sign in as the demo account of a role. Whether demo accounts may be used here is the caller's to know."""
    with sessions.begin() as session:
        account = demo_account(session, role)
        if account is None:
            return Answer()
        return Answer(_signed_in(session, account, "demo", visitor, now, lifetimes))


def demo_account(session: Session, role: Role) -> Account | None:
    """Return the demo account of a role, or None."""
    demo = select(Account).where(Account.demo, Account.active, Account.role == role.value)
    return session.scalars(demo.order_by(Account.login).limit(1)).first()


def as_display(session: Session, browser: BrowserSession, account: Account, now: datetime) -> str:
    """Make of a signed-in browser one that hangs on a wall; return its new token."""
    browsers.end(session, account.id, browser.id, now)
    visitor = Visitor(browser.address, browser.agent)
    access.note(session, What.DISPLAY_OPENED, now, account=account, address=visitor.address)
    return browsers.open_(session, account, browser.method, visitor, now, browsers.DISPLAY_FOR, display=True)


def _signed_in(
    session: Session, account: Account, method: str, visitor: Visitor, now: datetime, lifetimes: Lifetimes
) -> str:
    account.signed_in_at = now
    access.note(session, What.SIGNED_IN, now, account=account, subject=method, address=visitor.address)
    throttle.tidy(session, now)
    browsers.tidy(session, now)
    return browsers.open_(session, account, method, visitor, now, lifetimes.longest)


def _by_login(session: Session, login: str) -> Account | None:
    return session.scalars(select(Account).where(Account.login == login, Account.active, ~Account.demo)).first()


def _code_key(account_id: UUID) -> str:
    return f"code:{account_id}"
