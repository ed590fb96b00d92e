"""What the last shift leaves: a note shown until the next person has read it, and a handover taken by a click."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.accounts.models import Account
from hotline.accounts.roles import Role
from hotline.roster import desk
from hotline.roster.models import RosterChange
from hotline.roster.note_models import HandoverNote
from hotline.roster.queries import duty_at
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.duty_people import People
from tests.web.ticket_world import World

SAID = "薛奶奶明天上午去医院，\n九点前打个电话"


@pytest.fixture
def people(app: Flask, session: Session, world: World) -> People:
    people = People(app, session, world, NOW)
    people.roster()
    return people


def a_note(session: Session) -> HandoverNote:
    return session.scalars(select(HandoverNote)).one()


def shown(client: FlaskClient) -> str:
    return re.sub(r"<[^>]+>", " ", client.get("/duty").text.partition("<main")[2])


def test_left_by_one_shown_until_the_next_has_read_it(people: People, session: Session) -> None:
    leaving, taking, head = people.browser(people.bo), people.browser(people.ann), people.browser(None, Role.HEAD)
    assert post(leaving, "/duty/notes", text=SAID).headers["Location"] == "/duty"
    note = a_note(session)
    assert "等接班的人看" in shown(leaving) and "标为已读" in shown(head)
    assert SAID in shown(taking) and f"/duty/notes/{note.id}/read" in taking.get("/duty").text
    people.backup()
    for other in (leaving, people.browser(people.cai)):
        assert post(other, f"/duty/notes/{note.id}/read").status_code == 404
    assert post(head, f"/duty/notes/{note.id}/read").status_code == 404
    assert post(taking, f"/duty/notes/{note.id}/read").status_code == 303
    session.refresh(note)
    assert note.read_at == NOW and "上一班留下的话" not in shown(taking)
    assert "看过的留言" in shown(leaving)
    changes = session.scalars(select(RosterChange.what).order_by(RosterChange.id)).all()
    assert changes == ["note_left", "note_read"]
    editor = people.browser(None, Role.HEAD)
    assert "接班人已读留言" in editor.get("/roster/days/2026-11-23").text


def test_an_empty_or_endless_note_is_refused_in_a_sentence_and_kept(people: People, session: Session) -> None:
    client = people.browser(people.ann)
    answer = post(client, "/duty/notes", text="  \n")
    assert answer.status_code == 422 and "请写下要交代的事" in answer.text
    answer = post(client, "/duty/notes", text="长" * 1001)
    assert answer.status_code == 422 and "最多 1000 字" in answer.text and "长" * 1001 in answer.text
    assert session.scalars(select(HandoverNote)).all() == []


def test_nobody_reads_their_own_note_whatever_the_program_says(people: People, session: Session) -> None:
    post(people.browser(people.ann), "/duty/notes", text=SAID)
    writer = session.scalars(select(Account).where(Account.staff_id == people.ann.id)).one()
    note = a_note(session)
    note.reader_id, note.read_at = writer.id, NOW
    with pytest.raises(IntegrityError, match="another"), session.begin_nested():
        session.flush()


def test_a_handover_is_taken_by_a_click_as_by_key(people: People, session: Session, world: World) -> None:
    client, station = people.browser(people.bo), world.township.id
    made = desk.hand_over(
        session, station, people.bo.id, NOW - timedelta(hours=1), "安一", from_staff_id=people.ann.id, open_tickets=()
    )
    old = desk.hand_over(session, station, people.bo.id, NOW - timedelta(days=2), "安一")
    assert "交接：0 张没办完的工单" in shown(client) and "安一" in shown(client)
    assert post(people.browser(people.ann), f"/duty/handovers/{made.id}/taken").status_code == 404
    assert post(client, f"/duty/handovers/{old.id}/taken").status_code == 303
    assert duty_at(session, [station], NOW)[station].first.staff_id == people.ann.id, "too old to be taken"  # type: ignore[union-attr]
    assert post(client, f"/duty/handovers/{made.id}/taken").status_code == 303
    session.refresh(made)
    first = duty_at(session, [station], NOW)[station].first
    assert made.acknowledged_at == NOW and first and first.staff_id == people.bo.id
    assert "值班 到" in re.sub(r"\s+", " ", shown(client))
