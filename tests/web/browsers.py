"""Browsers that are signed in, and forms as people send them: with the token of a page they have open."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.accounts import browsers, people
from hotline.accounts.browsers import Visitor
from hotline.accounts.models import Account
from hotline.accounts.people import NewAccount
from hotline.accounts.roles import Role
from hotline.db import new_id
from hotline.directory.models import Station

PASSWORD = "correct horse battery"


def an_account(session: Session, role: Role, station: Station | None, now: datetime, login: str = "") -> Account:
    """Make an account; its sign-in name is of no matter unless given."""
    wanted = NewAccount(login or f"{role}-{new_id().hex[-8:]}", "Zhao Ming", role, station.id if station else None)
    return people.add(session, wanted, "test", now)


def sign_in(app: Flask, session: Session, account: Account, now: datetime) -> FlaskClient:
    """Return a browser in which an account is signed in."""
    token = browsers.open_(session, account, "password", Visitor("127.0.0.1", "test"), now, timedelta(hours=12))
    client = app.test_client()
    client.set_cookie("hotline", token)
    return client


def signed_in_client(app: Flask, session: Session, role: Role, station: Station | None, now: datetime) -> FlaskClient:
    """Return a browser in which a new account is signed in."""
    return sign_in(app, session, an_account(session, role, station, now), now)


def form_token(client: FlaskClient) -> str:
    """Return the token that the forms of a page have: every page has one, even that of a wrong address."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/no-such-page").text)
    assert found
    return html.unescape(found[1])


def post(client: FlaskClient, address: str, /, headers: dict[str, str] | None = None, **data: str) -> TestResponse:
    """Send a form."""
    return client.post(address, data={"csrf_token": form_token(client), **data}, headers=headers)
