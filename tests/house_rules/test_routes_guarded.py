"""Every route is guarded: all of them are walked by nobody, by each role, and by a browser on a wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hotline.accounts import browsers
from hotline.accounts.browsers import Visitor
from hotline.accounts.roles import DISPLAY, PERMISSIONS, Permission, Role
from hotline.app import create_app
from hotline.calls.exchange import make_exchange
from hotline.clock import system_clock
from hotline.db import new_id
from hotline.settings import Settings
from hotline.web.api.access import says
from hotline.web.sign_in.guards import GUARDED_ELSEWHERE, rule_of
from tests.web.browsers import an_account, sign_in
from tests.web.ticket_world import World

OPEN = {
    "static",
    "pages.preferences",
    "sign_in.form",
    "sign_in.by_password",
    "sign_in.code_form",
    "sign_in.by_code",
    "sign_in.by_demo",
    "sign_in.out",
    "provider.away",
    "provider.back",
    "roster_feeds.calendar",
    "wrap_up.form",
    "wrap_up.save",
    "api.openapi",
    "api.health",
    "api_manual.show",
    "probes.healthz",
    "probes.readyz",
    "probes.metrics",
}
"""What anybody may open; each shows nothing of anybody (the wrap-up form and a calendar: without their secret token).
Adding to this is a decision."""
VALUES = {"uuid": str(new_id()), "path": "css/tokens.css", "int": "1", "default": "1", "string": "x"}


@dataclass(frozen=True)
class Route:
    """One way into the application."""

    endpoint: str
    method: str
    address: str


@pytest.fixture
def app(settings: Settings, session: Session) -> Flask:
    made = make_exchange(settings)
    made.close()
    joined = sessionmaker(session.connection(), join_transaction_mode="create_savepoint", expire_on_commit=False)
    object.__setattr__(made, "sessions", joined)
    return create_app(made)


def routes(app: Flask) -> Iterator[Route]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(rule.endpoint, method, address(app, rule))


def address(app: Flask, rule: Rule) -> str:
    values = {name: VALUES["uuid" if name.endswith("_id") else "path"] for name in rule.arguments}
    for name, converter in rule._converters.items():
        kind = next(kind for kind, found in app.url_map.converters.items() if found is type(converter))
        values[name] = VALUES[kind]
    built = rule.build(values)
    assert built is not None
    return built[1]


def ask(client: FlaskClient, route: Route) -> TestResponse:
    return client.open(route.address, method=route.method, buffered=True)


def is_sent_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")


def test_every_route_says_who_may_enter(app: Flask) -> None:
    silent = [r.endpoint for r in routes(app) if rule_of(app, r.endpoint) is None and not elsewhere(r)]
    assert silent == []
    assert {r.endpoint for r in routes(app) if rule_of(app, r.endpoint) == "open"} == OPEN


def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    closed = [r for r in routes(app) if r.endpoint not in OPEN and not elsewhere(r)]
    assert len(closed) >= 10
    for route in closed:
        assert is_sent_to_sign_in(ask(app.test_client(), route)), route


def test_what_is_guarded_elsewhere_is_guarded_there(app: Flask) -> None:
    assert {"carrier", "api"} == GUARDED_ELSEWHERE
    for route in filter(elsewhere, routes(app)):
        if route.endpoint.startswith("api."):
            assert says(app, route.endpoint), route
            assert route.endpoint in OPEN or ask(app.test_client(), route).status_code == 401, route
        elif route.endpoint != "carrier.audio":  # recorded prompts, which every caller hears
            assert ask(app.test_client(), route).status_code == 403, route


@pytest.mark.parametrize("role", Role)
def test_each_role_enters_what_it_may_and_nothing_else(app: Flask, session: Session, role: Role) -> None:
    world = World(session, app.extensions["hotline"].vault)
    now = system_clock()
    client = sign_in(app, session, an_account(session, role, world.county, now), now)
    entered = 0
    for route in routes(app):
        rule = rule_of(app, route.endpoint)
        if elsewhere(route) or rule == "open":
            continue
        answer = ask(client, route)
        may = rule == "signed in" or rule in PERMISSIONS[role]
        if not may:
            assert answer.status_code == 403, route
            continue
        entered += 1
        assert not is_sent_to_sign_in(answer) and answer.status_code != 403, route
        if route.method != "GET":
            assert answer.status_code == 400, f"{route}: sent without the token of a form"
    assert entered


def test_a_browser_on_a_wall_shows_the_wallboard_only(app: Flask, session: Session) -> None:
    now = system_clock()
    account = an_account(session, Role.ADMINISTRATOR, None, now)
    visitor = Visitor("127.0.0.1", "test")
    token = browsers.open_(session, account, "password", visitor, now, browsers.DISPLAY_FOR, display=True)
    client = app.test_client()
    client.set_cookie("hotline", token)
    for route in routes(app):
        rule = rule_of(app, route.endpoint)
        if not elsewhere(route) and rule != "open" and rule not in DISPLAY:
            assert ask(client, route).status_code == 403, route


def test_a_route_that_says_nothing_is_closed_even_to_the_administrator(app: Flask, session: Session) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "secret")
    now = system_clock()
    client = sign_in(app, session, an_account(session, Role.ADMINISTRATOR, None, now), now)
    assert client.get("/forgotten").status_code == 403
    assert app.test_client().get("/forgotten").status_code == 403


def test_every_permission_is_somebodys() -> None:
    assert {p for role in Role for p in PERMISSIONS[role]} == set(Permission)


def elsewhere(route: Route) -> bool:
    return route.endpoint.split(".")[0] in GUARDED_ELSEWHERE
