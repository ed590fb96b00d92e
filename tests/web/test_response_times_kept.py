"""Page, comparison and files say the same whether the days and hours are kept counted or read from the rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hotline.calls.statistics import days
from tests.db.counted import keep
from tests.month import Month
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World
from tickets import desk

PERIOD = "since=2026-10-25&until=2026-11-23"
TABLES = ("summary", "times", "days", "depth", "stations", "hours", "needs", "helpers")
PAGES = ("/response-times?", "/response-times/compare?", *(f"/response-times/{name}.csv?" for name in TABLES))


def said(client: FlaskClient) -> list[str]:
    """What all readers are told, without the marks of the form."""
    answers = [client.get(f"{page}{PERIOD}") for page in PAGES]
    assert {answer.status_code for answer in answers} == {200}
    return [re.sub(r'(X-CSRFToken": |csrf_token" value=)"[^"]*"', "", answer.text) for answer in answers]


def from_rows(client: FlaskClient, session: Session) -> list[str]:
    """The same with nothing kept."""
    with session.begin_nested() as savepoint:
        days.forget(session)
        found = said(client)
        savepoint.rollback()
    return found


@pytest.mark.parametrize("ago", [timedelta(hours=2), timedelta(days=1), timedelta(days=12)], ids=str)
def test_a_late_change_is_told_by_every_reader_at_once(
    world: World, client: FlaskClient, session: Session, ago: timedelta
) -> None:
    Month(session, world.vault, world.tenant).write(160, NOW)
    late = world.call("王秀英", NOW - ago, [DUTY], lasted=60, outcome="answered")
    session.flush()
    plain = said(client)
    keep(session)
    assert said(client) == plain, "kept, and nothing has changed"
    desk.wrap_up(session, late, "answered", "李建国", NOW)
    world.call("张福贵", NOW - ago, lasted=20, outcome="abandoned")
    session.flush()
    changed = from_rows(client, session)
    assert changed != plain
    assert said(client) == changed, "before it is counted anew"
    keep(session)
    assert said(client) == changed, "after it is counted anew"
