"""Who is asking: the account behind the browser's cookie, what it may do, and how much of the tree it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from flask import Flask, abort, g, request
from sqlalchemy import select

from hotline.accounts import access, browsers
from hotline.accounts.access import What
from hotline.accounts.models import Account, BrowserSession
from hotline.accounts.roles import DISPLAY, PERMISSIONS, ROLE_WORDS, Permission, Role
from hotline.db import Session
from hotline.directory.models import Station
from hotline.directory.queries import reach_below
from hotline.directory.words import short_name
from hotline.reach import Reach
from hotline.web.language import _, language, words
from hotline.web.sign_in import cookies, demo
from hotline.web.webhooks import exchange


@dataclass(frozen=True)
class Current:
    """The account that asks, and the browser it asks with."""

    account: Account
    browser: BrowserSession
    station: Station | None
    """The top of its subtree; None: the whole installation."""

    @property
    def role(self) -> Role:
        """What it is here."""
        return Role(self.account.role)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it may do; a browser on a wall only shows the wallboard."""
        return PERMISSIONS[self.role] & DISPLAY if self.browser.display else PERMISSIONS[self.role]

    def may(self, permission: Permission | str) -> bool:
        """Return whether it has a permission. Raises ValueError for a word that is none."""
        return Permission(permission) in self.permissions

    def todo(self) -> str:
        """Return the endpoint of what must be done before anything else, or an empty string."""
        if self.browser.display or self.browser.method != "password":
            return ""
        if self.account.must_change:
            return "account.password"
        wanted = {role.strip() for role in exchange().settings.second_factor_for.split(",")}
        if wanted & {self.account.role, "all"} and self.account.totp_confirmed_at is None:
            return "account.totp_on"
        return ""

    @property
    def title(self) -> str:
        """Role and place in the reader's language."""
        place = short_name(self.station, language()) if self.station else _("全部地区")
        return f"{words(ROLE_WORDS[self.role])} · {place}"

    @cached_property
    def reach(self) -> Reach:
        """How much of the tree it sees; read when first asked for."""
        with exchange().sessions() as session:
            return reach_below(session, self.station)


def set_up(app: Flask) -> None:
    """Let the templates ask who is signed in, and what they may."""
    app.add_template_global(signed_in)
    app.add_template_global(may)


def signed_in() -> Current | None:
    """Return who asks, None for nobody; looked up once a request."""
    if "current" not in g:
        g.current = None  # stays so when the database fails: the page that says so asks again
        g.current = _look_up()
    found: Current | None = g.current
    return found


def current() -> Current:
    """Return who asks. A page that is open to all gets 401 where nobody has signed in."""
    return signed_in() or abort(401)


def may(permission: str) -> bool:
    """Return whether whoever asks has a permission; nobody has none."""
    asking = signed_in()
    return asking is not None and asking.may(permission)


def reach() -> Reach:
    """Return how much of the tree whoever asks may see; every query of a page takes it."""
    return current().reach


def note(
    session: Session, what: What, *, station_id: UUID | None = None, ticket_id: UUID | None = None, subject: str = ""
) -> None:
    """Write down that whoever asks looked at something; commit with the session."""
    access.note(
        session, what, exchange().clock(), account=current().account,
        station_id=station_id, ticket_id=ticket_id, subject=subject, address=cookies.visitor().address,
    )  # fmt: skip


def _look_up() -> Current | None:
    token = cookies.token()
    if not token:
        return None
    x = exchange()
    now = x.clock()
    with x.sessions() as session:
        found = browsers.find(session, token, now, cookies.lifetimes())
        if found is None or found[0].awaits_code:
            return None
        browser, account = found
        if account.demo and not demo.allowed():
            return None
        if not _is_poll() and browsers.seen(session, browser, now):
            session.commit()
        top = select(Station).where(Station.id == account.station_id)
        return Current(account, browser, session.scalars(top).first() if account.station_id else None)


def _is_poll() -> bool:
    """A page that brings itself up to date is no sign of a human: its element's id begins with ``live``."""
    return request.headers.get("HX-Trigger", "").startswith("live")
