"""What people do with their own account: another password, the second factor on and off."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hotline.accounts import access, browsers, passwords, people, throttle, totp
from hotline.accounts.access import What
from hotline.accounts.lockout import ACCOUNT
from hotline.accounts.models import Account
from hotline.accounts.people import AccountError
from hotline.db import SessionFactory
from hotline.vault import Vault


def change_password(
    sessions: SessionFactory, account_id: UUID, browser_id: UUID, old: str, new: str, now: datetime, address: str
) -> None:
    """Replace a password by whoever knows it; other browsers are signed out. Raises AccountError."""
    _admit(sessions, f"old:{account_id}", now)
    with sessions() as session:
        account = session.get_one(Account, account_id)
    if not passwords.fits(old, account.password_hash):
        raise AccountError("现在的密码不对", "the present password is wrong")
    if old == new:
        raise AccountError("新密码须与现在的不同", "the new password must be another one")
    with sessions.begin() as session:
        account = session.get_one(Account, account_id)
        people.set_password(session, account, new, now, must_change=False, kept=browser_id)
        throttle.succeeded(session, f"old:{account_id}")
        access.note(session, What.PASSWORD_CHANGED, now, account=account, address=address)


def turn_totp_on(
    sessions: SessionFactory, vault: Vault, account_id: UUID, browser_id: UUID, code: str, now: datetime, address: str
) -> list[str]:
    """Put the second factor in force; return the recovery codes. Raises AccountError."""
    _admit(sessions, f"code:{account_id}", now)
    with sessions.begin() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        if account.totp_confirmed_at is not None:
            raise AccountError("动态验证码已经启用", "the second factor is on already")
        codes = totp.confirm(session, account, vault, code, now)
        if codes is None:
            raise AccountError(
                "验证码不对，请看手机上现在的六位数字", "the code is wrong, look at the present six digits"
            )
        browsers.end_others(session, account_id, browser_id, now)
        throttle.succeeded(session, f"code:{account_id}")
        access.note(session, What.TOTP_ON, now, account=account, address=address)
        return codes


def turn_totp_off(
    sessions: SessionFactory, vault: Vault, account_id: UUID, code: str, now: datetime, address: str
) -> None:
    """Take the second factor away by whoever still has it, or a recovery code. Raises AccountError."""
    _admit(sessions, f"code:{account_id}", now)
    with sessions.begin() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        if account.totp_confirmed_at is None:
            return
        if not totp.accept(session, account, vault, code, now):
            raise AccountError("验证码不对，或已经用过", "the code is wrong or was used before")
        totp.remove(session, account)
        throttle.succeeded(session, f"code:{account_id}")
        access.note(session, What.TOTP_OFF, now, account=account, address=address)


def _admit(sessions: SessionFactory, key: str, now: datetime) -> None:
    with sessions.begin() as session:
        wait = throttle.admit(session, {key: ACCOUNT}, now)
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise AccountError(f"尝试次数过多，请在 {seconds} 秒后再试", f"too many tries, wait {seconds} seconds")
