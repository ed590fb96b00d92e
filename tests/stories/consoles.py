"""The console in a story: a person of the sample county signs in and sends forms while calls go on."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline.accounts.roles import Role
from hotline.directory.models import Staff, Station
from tests.stories.town import Town
from tests.web.browsers import an_account, form_token, sign_in


def console(town: Town, staff: str, role: Role = Role.DUTY) -> FlaskClient:
    """Return a browser in which a member of staff (by code) has signed in."""
    with town.x.sessions.begin() as session:
        person = session.scalars(select(Staff).where(Staff.code == staff)).one()
        account = an_account(session, role, session.get(Station, person.station_id), town.world.now())
        account.name, account.staff_id = person.name, person.id
        return sign_in(town.app, session, account, town.world.now())


def press(client: FlaskClient, action: str, page: str = "/duty", **data: str) -> TestResponse:
    """Send a form of a page, found by the end of its address, and return the page that follows."""
    found = re.search(rf'action="([^"]*{action})"', client.get(page).text)
    assert found, f"no {action} on {page}"
    address = html.unescape(found[1])
    return client.post(address, data={"csrf_token": form_token(client), **data}, follow_redirects=True)
