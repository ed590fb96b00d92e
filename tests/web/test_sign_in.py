"""Signing in, staying signed in, and signing out, as a browser does it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hotline.accounts import browsers, people
from hotline.accounts.browsers import Lifetimes
from hotline.accounts.models import Account
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from tests.web.browsers import PASSWORD, form_token, post
from tests.web.conftest import NOW

LATER = "a fresh bag of walnuts"

pytestmark = pytest.mark.usefixtures("cheap_passwords")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(web_exchange: Exchange, clock: Clock) -> Flask:
    return create_app(replace(web_exchange, clock=clock))


@pytest.fixture
def account(session: Session) -> Account:
    made = people.add(session, NewAccount("sun", "孙丽", Role.ADMINISTRATOR, None), "test", NOW)
    people.set_password(session, made, PASSWORD, NOW, must_change=False)
    return made


def enter(browser: FlaskClient, password: str = PASSWORD, **more: str) -> str:
    """Send name and password; return where that leads."""
    answer = post(browser, "/sign-in", login="sun", password=password, **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/").status_code == 200


def test_name_and_password_lead_to_the_page_that_was_asked_for(visitor: FlaskClient, account: Account) -> None:
    sent = visitor.get("/tickets?show=late&day=2026-11-22").headers["Location"]
    page = visitor.get(sent).text
    wanted = re.search(r'name="next" value="([^"]+)"', page)
    assert wanted and wanted[1].replace("&amp;", "&") == "/tickets?show=late&day=2026-11-22"
    assert enter(visitor, next=wanted[1].replace("&amp;", "&")) == "/tickets?show=late&day=2026-11-22"
    assert "孙丽" in visitor.get("/").text
    assert visitor.get("/sign-in").status_code == 303


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_the_way_on_never_leads_elsewhere(visitor: FlaskClient, account: Account, elsewhere: str) -> None:
    assert enter(visitor, next=elsewhere) == "/"


def test_a_wrong_password_and_an_unknown_name_look_alike(visitor: FlaskClient, account: Account) -> None:
    answers = [post(visitor, "/sign-in", login=login, password="wrong") for login in ("sun", "moon")]
    assert [a.status_code for a in answers] == [401, 401]
    plain = [re.sub(r'value="[^"]*"|X-CSRFToken[^}]*', "", a.text) for a in answers]
    assert plain[0] == plain[1] and "登录名或密码不对" in plain[0]
    assert not is_in(visitor)


def test_too_many_tries_are_told_to_wait(visitor: FlaskClient, account: Account, clock: Clock) -> None:
    for _ in range(5):
        post(visitor, "/sign-in", login="sun", password="wrong")
    locked = post(visitor, "/sign-in", login="sun", password=PASSWORD)
    assert locked.status_code == 429 and "30 秒后再试" in locked.text
    clock.now += timedelta(seconds=30)
    enter(visitor)


def test_the_cookie_is_careful_and_new_at_every_sign_in(visitor: FlaskClient, account: Account) -> None:
    visitor.set_cookie("hotline", "planted by somebody else")
    answer = post(visitor, "/sign-in", login="sun", password=PASSWORD)
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("hotline=")]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "planted" not in cookie


def test_over_https_cookies_never_travel_in_the_clear(web_exchange: Exchange, account: Account) -> None:
    settings = web_exchange.settings.model_copy(update={"console_url": "https://console.example"})
    browser = create_app(replace(web_exchange, settings=settings)).test_client()
    where = {"base_url": "https://console.example"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/sign-in", **where).text)  # type: ignore[arg-type]
    assert token
    data = {"csrf_token": token[1], "login": "sun", "password": PASSWORD}
    referrer = {"Referer": "https://console.example/sign-in"}
    answer = browser.post("/sign-in", data=data, headers=referrer, base_url=where["base_url"])
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(c.startswith("__Host-hotline=") for c in cookies)
    assert all("Secure" in c and "HttpOnly" in c for c in cookies)
    assert browser.get("/", base_url=where["base_url"]).status_code == 200


def test_a_form_without_its_token_does_nothing(visitor: FlaskClient, account: Account) -> None:
    answer = visitor.post("/sign-in", data={"login": "sun", "password": PASSWORD})
    assert answer.status_code == 400 and "页面放得太久了" in answer.text
    stolen = form_token(visitor.application.test_client())
    answer = visitor.post("/sign-in", data={"login": "sun", "password": PASSWORD, "csrf_token": stolen})
    assert answer.status_code == 400 and not is_in(visitor)


def test_signing_out_ends_the_session_not_only_the_cookie(visitor: FlaskClient, account: Account) -> None:
    enter(visitor)
    cookie = visitor.get_cookie("hotline")
    assert cookie
    assert post(visitor, "/sign-out").status_code == 303 and not is_in(visitor)
    visitor.set_cookie("hotline", cookie.value)
    assert not is_in(visitor)


def test_an_unused_browser_is_signed_out_and_polling_is_no_use(
    visitor: FlaskClient, account: Account, clock: Clock
) -> None:
    enter(visitor)
    for _ in range(3):
        clock.now += timedelta(minutes=40)
        assert is_in(visitor), "somebody uses it"
    poll = {"HX-Request": "true", "HX-Trigger": "live", "HX-Current-URL": "http://localhost/tickets?show=late"}
    clock.now += timedelta(minutes=59)
    assert visitor.get("/tickets", headers=poll).status_code == 200
    clock.now += timedelta(minutes=1)
    answer = visitor.get("/tickets", headers=poll)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/tickets?show%3Dlate")


def test_one_sees_ones_browsers_and_signs_the_others_out(
    app: Flask, visitor: FlaskClient, account: Account, clock: Clock
) -> None:
    chrome = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"}
    others = [app.test_client() for _ in range(3)]
    for other in others:
        post(other, "/sign-in", headers=chrome, login="sun", password=PASSWORD)
    clock.now += timedelta(minutes=5)
    enter(visitor)
    page = visitor.get("/account").text
    assert page.count("Chrome · Windows</b>") == 3 and "4 个" in page and page.count("本机</span>") == 1
    one = re.search(r"/account/browsers/[0-9a-f-]+/end", page)
    assert one and post(visitor, one[0]).status_code == 303
    assert [is_in(other) for other in others].count(True) == 2
    assert post(visitor, one[0]).status_code == 404
    post(visitor, "/account/browsers/end-others")
    assert not any(is_in(other) for other in others) and is_in(visitor)


def test_nobody_signs_somebody_elses_browser_out(
    app: Flask, session: Session, visitor: FlaskClient, account: Account
) -> None:
    enter(visitor)
    people.set_password(
        session, people.add(session, NewAccount("moon", "x", Role.AUDITOR, None), "test", NOW), PASSWORD, NOW,
        must_change=False,
    )  # fmt: skip
    moon = app.test_client()
    post(moon, "/sign-in", login="moon", password=PASSWORD)
    ages = Lifetimes(timedelta(hours=1), timedelta(hours=12))
    (mine,) = browsers.of(session, account.id, NOW, ages)
    assert post(moon, f"/account/browsers/{mine.id}/end").status_code == 404 and is_in(visitor)


def test_a_password_that_somebody_else_made_is_changed_first(
    session: Session, visitor: FlaskClient, account: Account
) -> None:
    people.set_password(session, account, PASSWORD, NOW, must_change=True)
    enter(visitor)
    assert visitor.get("/tickets").headers["Location"] == "/account/password"
    assert visitor.get("/account").headers["Location"] == "/account/password"
    for old, new, again, problem in (
        ("wrong", LATER, LATER, "现在的密码不对"),
        (PASSWORD, PASSWORD, PASSWORD, "须与现在的不同"),
        (PASSWORD, LATER, LATER + "x", "不一样"),
        (PASSWORD, "short", "short", "至少要"),
    ):
        answer = post(visitor, "/account/password", old=old, new=new, again=again)
        assert answer.status_code == 422 and problem in answer.text
    assert post(visitor, "/account/password", old=PASSWORD, new=LATER, again=LATER).headers["Location"] == "/account"
    assert "密码已修改" in visitor.get("/account").text and is_in(visitor)
    post(visitor, "/sign-out")
    enter(visitor, LATER)


def test_the_second_factor_from_the_picture_to_the_sign_in(
    visitor: FlaskClient, account: Account, clock: Clock
) -> None:
    enter(visitor)
    page = visitor.get("/account/second-factor").text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret and "<svg" in page and 'style="' not in page
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    assert post(visitor, "/account/second-factor", code="000000").status_code == 422
    codes = re.findall(
        r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", post(visitor, "/account/second-factor", code=app.at(NOW)).text
    )
    assert len(codes) == 10 and "已启用" in visitor.get("/account").text
    post(visitor, "/sign-out")

    clock.now += timedelta(minutes=1)
    assert enter(visitor, next="/tickets?show=late") == "/sign-in/code?next=/tickets?show%3Dlate"
    assert not is_in(visitor), "the password alone is not enough"
    wrong = post(visitor, "/sign-in/code", code="000000")
    assert wrong.status_code == 401 and "验证码不对" in wrong.text
    right = post(visitor, "/sign-in/code", code=app.at(clock.now), next="/tickets?show=late")
    assert right.headers["Location"] == "/tickets?show=late" and is_in(visitor)

    assert post(visitor, "/account/second-factor/off", code="000000").status_code == 303
    assert "已启用" in visitor.get("/account").text
    post(visitor, "/account/second-factor/off", code=codes[0])
    assert "未启用" in visitor.get("/account").text


def test_where_a_second_factor_is_wanted_it_comes_first(web_exchange: Exchange, account: Account) -> None:
    settings = web_exchange.settings.model_copy(update={"second_factor_for": "supervisor, administrator"})
    browser = create_app(replace(web_exchange, settings=settings)).test_client()
    enter(browser)
    assert browser.get("/").headers["Location"] == "/account/second-factor"
    assert browser.get("/account/second-factor").status_code == 200


def test_a_browser_becomes_a_wall_display_for_months(visitor: FlaskClient, account: Account, clock: Clock) -> None:
    enter(visitor)
    before = visitor.get_cookie("hotline")
    answer = post(visitor, "/account/display")
    cookie = visitor.get_cookie("hotline")
    assert answer.headers["Location"] == "/wallboard"
    assert before and cookie and cookie.value != before.value and (cookie.max_age or 0) > 300 * 24 * 3600
    clock.now += timedelta(days=300)
    assert visitor.get("/wallboard").status_code == 200, "nobody touches it, and it goes on"
    assert visitor.get("/").status_code == 403 and visitor.get("/account").status_code == 403
    assert 'href="/account"' not in visitor.get("/wallboard").text
    visitor.set_cookie("hotline", before.value)
    assert not is_in(visitor), "whoever made it one is signed out"


def test_a_proxy_of_our_own_tells_the_address(web_exchange: Exchange, account: Account, session: Session) -> None:
    for proxies, expected in ((0, "127.0.0.1"), (1, "10.7.7.7")):
        settings = web_exchange.settings.model_copy(update={"trusted_proxies": proxies})
        browser = create_app(replace(web_exchange, settings=settings)).test_client()
        post(browser, "/sign-in", headers={"X-Forwarded-For": "6.6.6.6, 10.7.7.7"}, login="sun", password=PASSWORD)
        assert expected in browser.get("/account").text


def test_before_the_first_account_the_page_says_how_to_make_one(visitor: FlaskClient, session: Session) -> None:
    assert "hotline user add" in visitor.get("/sign-in").text
    made = people.add(session, NewAccount("first", "x", Role.ADMINISTRATOR, None), "test", NOW)
    people.set_password(session, made, PASSWORD, NOW, must_change=False)
    assert "hotline user add" not in visitor.get("/sign-in").text
