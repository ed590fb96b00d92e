"""Demo accounts: a click on this machine with the simulated carrier; nowhere else, not even with a stolen cookie."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hotline.accounts import people
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import World


@pytest.fixture
def demo(session: Session, world: World) -> None:
    for role in Role:
        people.add(session, NewAccount(f"demo-{role}", "吴桐", role, world.county.id, demo=True), "demo", NOW)


def browser_of(exchange: Exchange, **settings: object) -> FlaskClient:
    return create_app(replace(exchange, settings=exchange.settings.model_copy(update=settings))).test_client()


@pytest.mark.parametrize("role", Role)
@pytest.mark.usefixtures("demo")
def test_one_click_signs_in(visitor: FlaskClient, role: Role) -> None:
    assert "点一下身份即可进入" in visitor.get("/sign-in").text
    answer = post(visitor, "/sign-in/demo", role=role.value, next="/tickets?show=late")
    assert answer.headers["Location"] == "/tickets?show=late"
    assert "吴桐" in visitor.get("/tickets").text


@pytest.mark.usefixtures("demo")
def test_a_demo_account_has_no_password_to_guess(visitor: FlaskClient) -> None:
    assert post(visitor, "/sign-in", login="demo-administrator", password="").status_code == 401
    post(visitor, "/sign-in/demo", role="coordinator")
    for address in ("/account/password", "/account/second-factor"):
        assert visitor.get(address).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"Host": "hotline.test"}, {"Host": "127.0.0.1.evil.example"}, {"X-Forwarded-For": "127.0.0.1"}, {"Via": "1.1 x"}],
)
@pytest.mark.usefixtures("demo")
def test_through_a_tunnel_or_under_a_foreign_name_there_is_none(app: Flask, headers: dict[str, str]) -> None:
    refused(app.test_client(), headers, {})


@pytest.mark.usefixtures("demo")
def test_from_another_machine_there_is_none(app: Flask) -> None:
    refused(app.test_client(), {}, {"REMOTE_ADDR": "10.0.0.9"})


@pytest.mark.parametrize("other", [{"carrier": "twilio"}, {"host": "0.0.0.0"}, {"host": "10.0.0.5"}])
@pytest.mark.usefixtures("demo")
def test_with_a_real_carrier_or_an_open_address_there_is_none(web_exchange: Exchange, other: dict[str, str]) -> None:
    browser = browser_of(web_exchange, **other)
    assert "点一下" not in browser.get("/sign-in").text
    assert post(browser, "/sign-in/demo", role="administrator").status_code == 403


@pytest.mark.usefixtures("demo")
def test_a_demo_cookie_is_worth_nothing_once_the_carrier_is_real(web_exchange: Exchange, visitor: FlaskClient) -> None:
    post(visitor, "/sign-in/demo", role="administrator")
    cookie = visitor.get_cookie("hotline")
    assert cookie and visitor.get("/").status_code == 200
    real = browser_of(web_exchange, carrier="twilio")
    real.set_cookie("hotline", cookie.value)
    assert real.get("/").status_code == 303


@pytest.mark.parametrize(("role", "code"), [("king", 400), ("", 400), ("duty", 404)])
def test_a_role_that_nobody_has_is_refused(visitor: FlaskClient, role: str, code: int) -> None:
    assert post(visitor, "/sign-in/demo", role=role).status_code == code


def refused(browser: FlaskClient, headers: dict[str, str], environ: dict[str, str]) -> None:
    page = browser.get("/sign-in", headers=headers, environ_base=environ)
    assert "点一下" not in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "role": "administrator"}
    answer = browser.post("/sign-in/demo", data=data, headers=headers, environ_base=environ)
    assert answer.status_code in (400, 403)
    assert browser.get("/", headers=headers, environ_base=environ).status_code == 303
