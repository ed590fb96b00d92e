"""The web application over the rolled-back session, a clock that stands still, and a small county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from hotline.accounts import tokens
from hotline.accounts.roles import Permission, Role
from hotline.accounts.tokens import NewToken
from hotline.app import create_app
from hotline.calls.exchange import Exchange, make_exchange
from hotline.directory.models import Station
from hotline.settings import Settings
from tests.web.browsers import signed_in_client
from tests.web.ticket_world import World

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
"""10:32:05 on Monday 23 November 2026 in Asia/Shanghai."""


@pytest.fixture
def web_exchange(settings: Settings, session: Session) -> Exchange:
    made = make_exchange(settings, clock=lambda: NOW)
    made.close()
    joined = sessionmaker(session.connection(), join_transaction_mode="create_savepoint", expire_on_commit=False)
    return replace(made, sessions=joined, call_sessions=joined)


@pytest.fixture
def app(web_exchange: Exchange) -> Flask:
    return create_app(web_exchange)


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A browser in which nobody has signed in."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, session: Session) -> Callable[..., FlaskClient]:
    """Return a browser signed in with a new account; without a station it sees the whole installation."""

    def make(role: Role = Role.ADMINISTRATOR, station: Station | None = None) -> FlaskClient:
        return signed_in_client(app, session, role, station, NOW)

    return make


@pytest.fixture
def client(signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A browser in which an administrator of the whole installation has signed in."""
    return signed_in()


@pytest.fixture
def world(session: Session, web_exchange: Exchange) -> World:
    return World(session, web_exchange.vault)


@pytest.fixture
def bearer(session: Session) -> Callable[..., dict[str, str]]:
    """Return the header of a new API token."""

    def make(*scopes: Permission, station: Station | None = None) -> dict[str, str]:
        wanted = NewToken("12345", scopes, station.id if station else None, 30)
        return {"Authorization": f"Bearer {tokens.make(session, wanted, 'test', NOW)[1]}"}

    return make


@pytest.fixture
def page(client: FlaskClient) -> Callable[..., str]:
    """Return the text of a page that must be there."""

    def get(address: str, *, language: str = "zh-CN") -> str:
        client.set_cookie("language", language)
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    return get
