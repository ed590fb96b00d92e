"""Every route says who may enter; one that says nothing is closed to everybody.

Put one of ``needs``, ``signed_in_only`` or ``open_to_all`` on each view. The check runs before every view, so that
nothing depends on a page remembering it; tests/house_rules/test_routes_guarded.py walks all routes for each role.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hotline.accounts.roles import Permission
from hotline.web import security
from hotline.web.sign_in.current import Current, signed_in

View = TypeVar("View", bound=Callable[..., Any])
Rule = Permission | Literal["signed in", "open"]

GUARDED_ELSEWHERE = frozenset({"carrier", "api"})
"""Blueprints that check every request themselves: the carrier's signature (hotline.web.webhooks), the API's token
(hotline.web.api.access)."""
_MARK = "__guard__"


def needs(permission: Permission) -> Callable[[View], View]:
    """Open a view to accounts whose role has a permission."""
    return _marked(permission)


def signed_in_only(view: View) -> View:
    """Open a view to every account, whatever its role; not to a browser on a wall."""
    return _marked("signed in")(view)


def open_to_all(view: View) -> View:
    """Open a view to everybody: it must show nothing of anybody."""
    return _marked("open")(view)


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """Return who may enter an endpoint; None: nobody has said, so nobody may."""
    if endpoint == "static":
        return "open"
    found: Rule | None = getattr(app.view_functions.get(endpoint), _MARK, None)
    return found


def set_up(app: Flask) -> None:
    """Check every request before anything else looks at it."""
    app.before_request(check)


def check() -> AnyResponse | None:
    """Let a request pass, send it to the sign-in, or refuse it."""
    endpoint = request.endpoint
    if endpoint is None or request.blueprint in GUARDED_ELSEWHERE:
        return None  # no such page; or checked by the blueprint
    security.refuse_other_sites()
    rule = rule_of(current_app, endpoint)
    if rule == "open":
        return None
    if rule is None:
        abort(403)
    current = signed_in()
    if current is None:
        return _to(_sign_in_address())
    if not _allowed(current, rule):
        abort(403)
    todo = current.todo()
    if todo and todo != endpoint and request.blueprint != "sign_in":
        return _to(url_for(todo))
    return None


def _allowed(current: Current, rule: Rule) -> bool:
    if isinstance(rule, Permission):
        return current.may(rule)
    return not current.browser.display


def _sign_in_address() -> str:
    """The way to the sign-in and back to the page that was asked for, or on which somebody pressed something."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if "HX-Request" in request.headers:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        wanted = f"{shown.path}?{shown.query}" if shown.query else shown.path
    return url_for("sign_in.form", next=None if wanted in ("", "/") else wanted)


def _to(address: str) -> AnyResponse:
    if "HX-Request" in request.headers:  # the browser would follow a 303 and put the sign-in into the page
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _marked(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, rule)
        return view

    return mark
