"""Demo accounts: entered by a click, with the simulated carrier, in a browser on the very machine that serves it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import request
from sqlalchemy import select

from hotline.accounts.models import Account
from hotline.accounts.roles import Role
from hotline.web.webhooks import exchange

ORDER = (Role.COORDINATOR, Role.DUTY, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
"""As the sign-in page offers them."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""Headers that tell of a proxy in between."""


def allowed() -> bool:
    """Return whether demo accounts may be used for this request.

    Carrier, listening address, visitor and host name must all be of this machine, and no proxy in between: so
    neither a tunnel for webhooks nor a foreign name that resolves to 127.0.0.1 gets in.
    """
    settings = exchange().settings
    if settings.carrier != "simulator" or any(name in request.headers for name in FORWARDED):
        return False
    hosts = (settings.host, request.remote_addr or "", urlsplit(f"//{request.host}").hostname or "")
    return all(_is_loopback(host) for host in hosts)


def accounts() -> Sequence[Account]:
    """Return the demo accounts that may be entered here and now, one a role."""
    if not allowed():
        return ()
    with exchange().sessions() as session:
        found = session.scalars(select(Account).where(Account.demo, Account.active).order_by(Account.login)).all()
    by_role = {account.role: account for account in reversed(found)}
    return [by_role[role] for role in ORDER if role in by_role]


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
