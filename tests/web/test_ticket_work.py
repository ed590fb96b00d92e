"""Work at a ticket's page: comments and steps, who may, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World


def test_whoever_comes_second_sees_what_changed_and_loses_nothing(
    signed_in: Callable[..., FlaskClient], world: World, session: Session
) -> None:
    ticket = world.call("王秀英", NOW - timedelta(hours=2), [DUTY], lasted=248, outcome="answered")
    address, seen = f"/tickets/{ticket.id}", str(ticket.version)
    first, second = signed_in(Role.DUTY, world.township), signed_in(Role.HEAD, world.county)
    lines = first.get(address).text.split('name="seen" value="')[1].split('"')[0]
    sent = {"version": seen, "seen": lines}
    assert post(first, f"{address}/work", headers=None, **sent, action="resolve", text="已送药上门").status_code == 303
    session.refresh(ticket)
    assert ticket.state == "resolved" and "已送药上门" in first.get(address).text
    late = post(second, f"{address}/work", headers=None, **sent, action="follow_up", text="明天再去看看")
    session.refresh(ticket)
    assert late.status_code == 409 and ticket.state == "resolved"
    form = late.text.split('id="work"')[1]
    assert "已送药上门" in form and ">明天再去看看</textarea>" in form and f'value="{ticket.version}"' in form
    again = post(second, f"{address}/work", version=str(ticket.version), action="reopen", text="明天再去看看")
    session.refresh(ticket)
    assert again.status_code == 303 and ticket.state == "reopened"


def test_only_who_works_on_tickets_within_reach_may(
    signed_in: Callable[..., FlaskClient], world: World, session: Session
) -> None:
    ticket = world.call("王秀英", NOW - timedelta(hours=2), lasted=9, outcome="abandoned")
    address, version = f"/tickets/{ticket.id}/work", str(ticket.version)
    auditor = signed_in(Role.AUDITOR)
    assert post(auditor, address, version=version, text="x").status_code == 403
    assert 'id="work"' not in auditor.get(f"/tickets/{ticket.id}").text
    assert post(signed_in(Role.DUTY, world.village), address, version=version, text="x").status_code == 404
    duty = signed_in(Role.DUTY, world.township)
    assert post(duty, address, version=version, action="resolve").status_code == 422  # nobody has answered it
    assert post(duty, address, version=version).status_code == 422
    session.refresh(ticket)
    assert ticket.state == "open"
