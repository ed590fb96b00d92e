"""Signing in at an identity provider: a real one, small, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from pydantic import SecretStr, ValidationError
from sqlalchemy.orm import Session

from hotline.accounts import people
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from hotline.settings import Settings
from tests.web.conftest import NOW
from tests.web.provider import CLIENT, SECRET, Person, Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def browser(web_exchange: Exchange, provider: Provider, session: Session) -> FlaskClient:
    """A browser of somebody whose account is linked to the person at the provider."""
    people.add(session, NewAccount("wu", "吴静", Role.ADMINISTRATOR, None, oidc_subject="gov-4711"), "test", NOW)
    return browser_with(web_exchange, oidc_issuer=provider.address)


def browser_with(exchange: Exchange, **settings: str) -> FlaskClient:
    values = {"oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET), "console_url": "http://localhost"}
    return create_app(
        replace(exchange, settings=exchange.settings.model_copy(update={**values, **settings}))
    ).test_client()


def come_back(browser: FlaskClient, start: str = "/sign-in/provider") -> str:
    """Go to the provider, who knows the person, and return the address it sends the browser back to."""
    away = browser.get(start)
    assert away.status_code == 302, away.text
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    assert f"{parts.scheme}://{parts.netloc}" == "http://localhost"
    return f"{parts.path}?{parts.query}"


def test_whoever_the_provider_vouches_for_is_signed_in_and_led_on(browser: FlaskClient) -> None:
    assert "用统一身份认证登录" in browser.get("/sign-in").text
    answer = browser.get(come_back(browser, "/sign-in/provider?next=/tickets%3Fshow%3Dlate"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tickets?show=late")
    assert "吴静" in browser.get("/").text


def test_a_person_without_account_stays_outside(browser: FlaskClient, provider: Provider) -> None:
    provider.person = Person({"sub": "gov-0000"})
    answer = browser.get(come_back(browser))
    assert answer.status_code == 403 and "没有与之关联的账号" in answer.text
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "person",
    [
        Person(audience="another-service"),
        Person(nonce="of another sign-in"),
        Person(forged=True),
        Person({"sub": "gov-4711", "exp": "1"}),
        Person({"sub": "gov-4711", "iss": "https://provider.example"}),
    ],
    ids=["audience", "nonce", "signature", "expired", "issuer"],
)
def test_what_is_not_meant_for_us_is_refused(browser: FlaskClient, provider: Provider, person: Person) -> None:
    provider.person = person
    answer = browser.get(come_back(browser))
    assert answer.status_code == 401 and "没有确认您的身份" in answer.text
    assert browser.get("/").status_code == 303


def test_an_answer_nobody_asked_for_is_refused(browser: FlaskClient) -> None:
    address = come_back(browser)
    assert browser.get(address.replace("state=", "state=x")).status_code == 401
    assert browser.application.test_client().get(address).status_code == 401, "the code of another browser"
    assert browser.get("/sign-in/provider/back?error=access_denied&state=x").status_code == 401


def test_another_claim_may_name_the_person(web_exchange: Exchange, provider: Provider, browser: FlaskClient) -> None:
    provider.person = Person({"sub": "changes"}, userinfo={"employee": "gov-4711"})
    by_employee = browser_with(web_exchange, oidc_issuer=provider.address, oidc_claim="employee")
    assert by_employee.get(come_back(by_employee)).status_code == 303
    provider.person.userinfo["sub"] = "somebody else"
    other = browser_with(web_exchange, oidc_issuer=provider.address, oidc_claim="employee")
    assert other.get(come_back(other)).status_code == 401, "the token and the provider's page speak of two people"


def test_the_second_factor_of_the_provider_is_enough(
    web_exchange: Exchange, provider: Provider, browser: FlaskClient
) -> None:
    strict = browser_with(web_exchange, oidc_issuer=provider.address, second_factor_for="all")
    strict.get(come_back(strict))
    assert strict.get("/").status_code == 200


def test_when_the_provider_is_away_the_password_remains(web_exchange: Exchange) -> None:
    answer = browser_with(web_exchange, oidc_issuer="http://127.0.0.1:9").get("/sign-in/provider")
    assert answer.status_code == 502 and "暂时连不上" in answer.text and 'name="password"' in answer.text


def test_without_a_provider_there_is_no_such_way(visitor: FlaskClient) -> None:
    assert visitor.get("/sign-in/provider").status_code == 404
    assert "统一身份" not in visitor.get("/sign-in").text


@pytest.mark.parametrize("issuer", ["http://provider.example", "ftp://x", "provider.example"])
def test_a_provider_that_could_be_read_along_is_refused(issuer: str) -> None:
    with pytest.raises(ValidationError, match="oidc_issuer"):
        Settings(oidc_issuer=issuer)
