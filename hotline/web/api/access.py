"""Who asks by the API: its token is checked before every view, and every use is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, current_app, g, request
from sqlalchemy.orm import Session

from hotline.accounts import access, tokens
from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.accounts.token_models import ApiToken
from hotline.directory.models import Station
from hotline.directory.queries import reach_below
from hotline.reach import Reach
from hotline.web.api.problems import refuse
from hotline.web.sign_in import cookies
from hotline.web.sign_in.guards import open_to_all, rule_of
from hotline.web.webhooks import exchange

View = TypeVar("View", bound=Callable[..., Any])
_SCOPE = "__scope__"

PREFIX = "/api/v1"

api = Blueprint("api", __name__, url_prefix=PREFIX)
open_ = open_to_all


def scope(*permissions: Permission) -> Callable[[View], View]:
    """Open a view to tokens with one of these scopes; none: to every valid token."""

    def mark(view: View) -> View:
        setattr(view, _SCOPE, permissions)
        return view

    return mark


def scopes_of(app: Flask, endpoint: str) -> tuple[Permission, ...]:
    """Return the scopes of which a token needs one; none where every token, or everybody, may ask."""
    found: tuple[Permission, ...] = getattr(app.view_functions[endpoint], _SCOPE, ())
    return found


def says(app: Flask, endpoint: str) -> bool:
    """Return whether a view says who may ask: a scope, every token, or everybody."""
    return hasattr(app.view_functions[endpoint], _SCOPE) or rule_of(app, endpoint) == "open"


@api.before_request
def check() -> None:
    """Let a request pass whose token has the scope; a view that says nothing is closed to everybody."""
    endpoint = request.endpoint or ""
    if rule_of(current_app, endpoint) == "open":
        return
    if not says(current_app, endpoint):
        refuse(403)
    x = exchange()
    now = x.clock()
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        refuse(401)
    with x.sessions.begin() as session:
        token = tokens.use(session, secret.strip(), now)
        if token is not None:
            station = session.get(Station, token.station_id) if token.station_id else None
            g.token, g.token_station = token, station
            g.token_reach = reach_below(session, station)
            access.note(
                session, What.API_USED, now, station_id=token.station_id, address=cookies.visitor().address,
                subject=f"{token.name} ({token.prefix}…) {request.method} {request.path}",
                ticket_id=None,
            )  # fmt: skip
    if token is None:
        refuse(401)
    if token.window_count > tokens.A_MINUTE:
        refuse(429)
    needed = scopes_of(current_app, endpoint)
    if needed and not any(permission.value in token.scopes for permission in needed):
        refuse(403, (f"需要权限：{needed[0].value}", f"Scope needed: {needed[0].value}"))


def noted(
    session: Session, what: What, subject: str = "", *, station_id: UUID | None = None, ticket_id: UUID | None = None
) -> None:
    """Write down what the token that asks looked at or changed."""
    mine = token()
    access.note(
        session, what, exchange().clock(), station_id=station_id or mine.station_id, ticket_id=ticket_id,
        subject=f"{mine.name} ({mine.prefix}…) {subject}".strip(), address=cookies.visitor().address,
    )  # fmt: skip


def has(permission: Permission) -> bool:
    """Return whether the token that asks has a further scope."""
    return permission.value in token().scopes


def token() -> ApiToken:
    """Return the token that asks."""
    found: ApiToken = g.token
    return found


def top() -> Station | None:
    """Return the top of what the token reaches; None: the whole installation."""
    found: Station | None = g.token_station
    return found


def reach() -> Reach:
    """Return how much of the tree the token reaches; every query of a view takes it."""
    found: Reach = g.token_reach
    return found
