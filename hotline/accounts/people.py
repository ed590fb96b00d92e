"""Making accounts and changing them; whoever calls commits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from hotline.accounts import browsers, passwords, totp
from hotline.accounts.models import Account
from hotline.accounts.roles import WHOLE_INSTALLATION, Role
from hotline.accounts.throttle import forgive
from hotline.reach import Reach

_LOGIN = re.compile(r"[\w.@+-]{2,64}")


class AccountError(ValueError):
    """An account cannot be made or changed like this; ``chinese`` and ``english`` say why."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} ({english})")
        self.chinese, self.english = chinese, english


@dataclass(frozen=True)
class NewAccount:
    """What an account needs to begin with. ``station_id`` None: the whole installation."""

    login: str
    name: str
    role: Role
    station_id: UUID | None
    staff_id: UUID | None = None
    oidc_subject: str | None = None
    demo: bool = False


def fold(login: str) -> str:
    """Return a sign-in name as it is kept: however it is typed, it is the same."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def find(session: Session, login: str) -> Account | None:
    """Return the account with this sign-in name, or None."""
    return session.scalars(select(Account).where(Account.login == fold(login))).first()


def within(session: Session, reach: Reach) -> Sequence[Account]:
    """Return the accounts within reach, by sign-in name; those of the whole installation only for its own."""
    inside: ColumnElement[bool] = reach.covers_station(Account.station_id)
    return session.scalars(select(Account).where(inside).order_by(Account.active.desc(), Account.login)).all()


def anybody(session: Session) -> bool:
    """Return whether there is any account that a person could sign in with."""
    usable = or_(Account.password_hash != "", Account.oidc_subject.is_not(None))
    return session.scalars(select(Account.id).where(Account.active, usable).limit(1)).first() is not None


def add(session: Session, new: NewAccount, by: str, now: datetime) -> Account:
    """Make an account; it has no password yet. Raises AccountError."""
    login, name = fold(new.login), new.name.strip()
    if not _LOGIN.fullmatch(login):
        raise AccountError(
            "登录名为 2 到 64 个字母、数字、汉字或 . @ + - _",
            "a sign-in name has 2 to 64 letters, digits or . @ + - _",
        )
    if not name:
        raise AccountError("请填写姓名", "give a name")
    if new.station_id is None and new.role not in WHOLE_INSTALLATION:
        raise AccountError("这个角色须指定服务站", "this role needs a station")
    if find(session, login):
        raise AccountError(f"登录名 {login} 已有人用", f"the sign-in name {login} is taken")
    subject = new.oidc_subject or None
    if subject and session.scalars(select(Account.id).where(Account.oidc_subject == subject)).first():
        raise AccountError("这个统一身份已关联别的账号", "this identity belongs to another account")
    account = Account(
        login=login, name=name, role=new.role.value, station_id=new.station_id, staff_id=new.staff_id,
        oidc_subject=subject, demo=new.demo, created_at=now, created_by=by,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def set_password(
    session: Session, account: Account, password: str, now: datetime, *, must_change: bool, kept: UUID | None = None
) -> None:
    """Give an account a password; every browser signed in with the old one is signed out. Raises AccountError.

    ``must_change``: somebody else knows it, so the first thing after signing in is to choose another.
    ``kept``: the browser in which it was changed stays signed in.
    """
    reason = passwords.weakness(password, account.login)
    if reason:
        raise AccountError(*reason)
    if account.demo:
        raise AccountError("演示账号没有密码", "demo accounts have no password")
    account.password_hash = passwords.keep(password)
    account.password_at, account.must_change = now, must_change
    if kept:
        browsers.end_others(session, account.id, kept, now)
    else:
        browsers.end_all(session, account.id, now)
    forgive(session, account.login)
    session.flush()


def deactivate(session: Session, account: Account, now: datetime) -> None:
    """Let nobody sign in with it any more; who is signed in is signed out."""
    account.active = False
    browsers.end_all(session, account.id, now)


def reset_totp(session: Session, account: Account, now: datetime) -> None:
    """Take the second factor away from somebody who has lost it, and sign their browsers out."""
    totp.remove(session, account)
    browsers.end_all(session, account.id, now)
