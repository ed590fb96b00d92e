"""What every answer carries, who may see a page, and what is shown when something fails."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker

from hotline.app import create_app
from hotline.calls.exchange import Exchange
from hotline.db import create
from hotline.web.sign_in.guards import open_to_all
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World


@pytest.mark.parametrize("address", ["/", "/nowhere", "/static/mark.svg", "/carrier/audio/none.wav"])
def test_every_answer_carries_the_headers(world: World, client: FlaskClient, address: str) -> None:
    headers = client.get(address, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_but_versioned_files_are(world: World, client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"
    style = re.search(r'href="(/static/css/tokens.css\?v=[^"]+)"', client.get("/").text)
    assert style and "immutable" in client.get(style[1], buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/tokens.css", buffered=True).headers["Cache-Control"]


def test_nothing_on_a_page_is_inline_or_from_elsewhere(world: World, client: FlaskClient) -> None:
    ticket = world.call("王秀英", NOW, [DUTY], lasted=9, outcome="answered")
    for address in ("/", f"/tickets/{ticket.id}"):
        html = client.get(address).text
        assert not re.search(r'\sstyle="|\son\w+="|<style|javascript:', html)
        assert all(tag.startswith('src="/static/') for tag in re.findall(r"<script ([^>]*)", html))


def test_whoever_has_not_signed_in_sees_nothing(world: World, visitor: FlaskClient) -> None:
    ticket = world.call("王秀英", NOW, [DUTY], lasted=9, outcome="answered")
    for address in ("/", f"/tickets/{ticket.id}?day=2026-11-23", f"/tickets/{ticket.id}/recordings/{ticket.id}"):
        answer = visitor.get(address)
        assert answer.status_code == 303 and "王秀英" not in answer.text
        assert visitor.get(answer.headers["Location"]).status_code == 200


def test_preferences_are_kept_and_lead_back_here_only(client: FlaskClient) -> None:
    answer = post(client, "/preferences", language="en", theme="neon", back="/tickets?day=2026-11-22")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tickets?day=2026-11-22")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1 and "language=en" in cookies[0] and "HttpOnly" in cookies[0]
    for elsewhere in ("https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        location = post(client, "/preferences", back=elsewhere).headers["Location"]
        assert (
            location.startswith("/") and not location.startswith(("//", "/\\")) and "evil.example" not in location[:2]
        )
    assert post(client, "/preferences", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "没有这个页面"), ("en", "There is no such page")])
def test_what_is_not_there_is_said_in_words(client: FlaskClient, language: str, words: str) -> None:
    client.set_cookie("language", language)
    for address in ("/nowhere", "/tickets/01a20600-0000-7000-8000-000000000000", "/tickets/17"):
        answer = client.get(address)
        assert answer.status_code == 404 and words in answer.text


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "页面出错了"), ("en", "This page failed")])
def test_a_failure_is_said_in_words(app: Flask, language: str, words: str) -> None:
    app.add_url_rule("/broken", view_func=open_to_all(lambda: 1 // 0))
    client = app.test_client()
    client.set_cookie("language", language)
    answer = client.get("/broken")
    assert answer.status_code == 500 and words in answer.text and "ZeroDivision" not in answer.text


def test_without_a_database_the_page_says_so(web_exchange: Exchange) -> None:
    nowhere = create("postgresql+psycopg://nobody@127.0.0.1:9/none")
    client = create_app(replace(web_exchange, sessions=sessionmaker(nowhere))).test_client()
    client.set_cookie("hotline", "of somebody who was signed in")
    answer = client.get("/")
    assert answer.status_code == 503 and "暂时连不上数据库" in answer.text and answer.headers["Retry-After"] == "5"
    asked = client.get("/api/v1/health")
    assert (asked.status_code, asked.mimetype, asked.headers["Retry-After"]) == (503, "application/problem+json", "5")


def test_the_carrier_gets_no_page(client: FlaskClient) -> None:
    answer = client.post("/carrier/voice", data={"CallSid": "CA1"})
    assert answer.status_code == 403 and "关爱帮扶热线" not in answer.text
