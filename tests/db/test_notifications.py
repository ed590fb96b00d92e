"""Notifications from a clock to the reader: told once, sent once, tried again, seen when they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Barrier

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session, sessionmaker

from hotline.db import SessionFactory, create
from hotline.directory.models import Handset, Staff
from hotline.notifications import console, outbox, recipients, tell
from hotline.notifications.models import Notification
from hotline.notifications.rules import Event, TelephoneRequest
from hotline.notifications.settings import ChannelForm, save
from hotline.vault import Vault
from tests.db.county import DAY, MINUTE, START, County, make_county, open_ticket
from tests.unit.notifications.inbox import Inbox, open_inbox
from tickets import clocks, desk, timers
from tickets.level_models import levels_of
from tickets.models import Ticket

VAULT = Vault((Fernet.generate_key().decode(),), b"pepper")


@dataclass
class Town:
    """A database of one's own, with what the tests ask of it."""

    engine: Engine
    sessions: SessionFactory
    county: County
    ticket: Ticket
    now: datetime = START

    def clock(self) -> datetime:
        return self.now

    def channel(self, inbox: Inbox, code: str = "group", **settings: object) -> None:
        form = ChannelForm.model_validate({"code": code, "name": "值班群", "url": inbox.url(code), **settings})
        with self.sessions.begin() as session:
            save(session, VAULT, self.county.tenant_id, form)

    def tick(self) -> list[TelephoneRequest]:
        """What the worker does with timers that are due."""
        calls: list[TelephoneRequest] = []
        with self.sessions.begin() as session:
            claimed = timers.claim(session, self.now)
        for timer_id in claimed:
            with self.sessions.begin() as session:
                timer = timers.take(session, timer_id)
                if timer and timer.kind in clocks.TIMERS:
                    for escalation in clocks.fire(session, timer, self.now):
                        calls += tell.escalated(session, escalation, self.now)
        return calls

    def drain(self) -> int:
        return outbox.drain(self.sessions, VAULT, self.clock)

    def rows(self, channel: str = "group") -> list[Notification]:
        with self.sessions() as session:
            query = select(Notification).where(Notification.channel == channel).order_by(Notification.created_at)
            return list(session.scalars(query))


@pytest.fixture
def town(fresh_database: Callable[[], str]) -> Iterator[Town]:
    engine = create(fresh_database())
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        county = make_county(session)
        ticket = open_ticket(session, county)
        desk.promise_call_back(session, ticket, 15, START, "missed")
        clocks.refresh(session, ticket, levels_of(session, county.tenant_id), START)
    yield Town(engine, sessions, county, ticket)
    engine.dispose()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with open_inbox() as inbox:
        yield inbox


def test_a_late_call_back_reaches_holder_head_and_county(town: Town, inbox: Inbox) -> None:
    town.channel(inbox, personal="initials")
    rung = []
    for minute in (8, 15, 23):
        town.now = START + minute * MINUTE
        rung += [(c.errand, c.telephone.id, tell.errand_data(c).get("holder")) for c in town.tick()]
        town.drain()
    assert rung == [
        ("reminder", town.county.town_handset_id, None),
        ("reminder", town.county.town_head_id, "龙港镇服务站"),
        ("reminder", town.county.county_head_id, "龙港镇服务站"),
    ]
    assert [letter["title"] for letter in inbox.letters] == ["1001号工单：回拨超时", "跟踪督办：1001号工单回拨超时"]
    assert "张某" in inbox.letters[0]["message"]
    with town.sessions() as session:
        seen = console.unread(session, [town.county.town_id])
        assert [notice.title for notice in seen] == ["1001号工单：回拨超时", "1001号工单：回拨时限已过半"]
        assert "张秀英" in seen[0].body
        above = console.unread(session, [town.county.county_id], "en")
        assert [notice.title for notice in above] == ["Supervision: ticket 1001, the call back is late"]


def test_what_was_told_is_not_told_again(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    town.now = START + 15 * MINUTE
    assert town.tick()
    with town.sessions.begin() as session:
        ticket = session.get_one(Ticket, town.ticket.id)
        event = tell.about_ticket(session, ticket, "ticket_reopened", "again:1", urgent=True)
        head = recipients.head(session, ticket.station_id, town.now)
        (call,) = tell.tell(session, event, [head], town.now)
        assert call.errand == "notice"
        assert ["张" in sentence for sentence in tell.errand_data(call).values()] == [False, False]
        assert tell.tell(session, event, [head], town.now) == ()
    assert [town.drain(), town.drain()] == [2, 0]
    assert len(inbox.letters) == 2


def test_two_workers_send_each_letter_once(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    with town.sessions.begin() as session:
        coordinators = recipients.coordinators(session, town.county.tenant_id, START)
        for number in range(30):
            words = {"what": f"errand {number}", "error": "HTTP 500"}
            event = Event("work_failed", f"failed:{number}", town.county.tenant_id, words, urgent=True)
            tell.tell(session, event, [coordinators], START)
    start = Barrier(3)

    def work(_: int) -> int:
        start.wait(timeout=10)
        return sum(outbox.drain(town.sessions, VAULT, town.clock, limit=4) for _ in range(8))

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 30
    assert len({letter["message"] for letter in inbox.letters}) == len(inbox.letters) == 30


def test_a_channel_that_fails_is_tried_again_and_shown_at_last(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    inbox.status = 503
    town.now = START + 15 * MINUTE
    town.tick()
    tries = 0
    for _ in range(60):
        tries += 1
        assert town.drain() == 0
        (row,) = [row for row in town.rows() if row.template == "clock_due"]
        if row.state == "failed":
            break
        assert row.next_at == town.now + outbox.WAITS[tries - 1]
        town.now = row.next_at
    assert tries == outbox.MOST_ATTEMPTS
    assert "503" in row.last_error
    with town.sessions.begin() as session:
        assert [r.id for r in outbox.failed(session, town.county.tenant_id)] == [row.id]
        (notice,) = console.unread(session, [town.county.county_id])
        assert "1001号工单：回拨超时" in notice.body and "503" in notice.body
        assert outbox.send_again(session, row.id, town.now)
        assert not outbox.send_again(session, row.id, town.now)
    inbox.status = 200
    town.drain()
    assert "1001号工单：回拨超时" in [letter["title"] for letter in inbox.letters]


def test_failing_to_say_that_something_failed_is_not_told_for_ever(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    inbox.status = 503
    with town.sessions.begin() as session:
        tell.work_failed(session, town.county.tenant_id, "timer:1", "errand", "HTTP 500", START)
    for _ in range(outbox.MOST_ATTEMPTS + 3):
        town.drain()
        town.now += DAY
    assert [(row.template, row.state) for row in town.rows()] == [("work_failed", "failed")]


def test_what_is_no_longer_owed_is_not_sent_in_the_morning(town: Town, inbox: Inbox) -> None:
    town.channel(inbox, quiet="08:00-20:00")
    town.now = START + 7 * DAY
    town.tick()
    late = [row for row in town.rows() if row.clock == "first_feedback"]
    assert [row.next_at.hour for row in late] == [12]
    with town.sessions.begin() as session:
        clocks.told_survivor(session, session.get_one(Ticket, town.ticket.id), "王芳", town.now)
    town.now = START + 8 * DAY
    town.drain()
    states = {row.clock: row.state for row in town.rows() if row.template == "clock_due"}
    assert states == {"first_feedback": "dropped", "call_back": "sent"}


def test_a_worker_that_died_before_the_mark_is_replaced(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    town.now = START + 15 * MINUTE
    town.tick()
    with town.sessions.begin() as session:
        assert len(outbox.claim(session, town.now)) == 1
        assert outbox.due_count(session, town.now) == 1
    assert town.drain() == 0
    town.now += outbox.LEASE + MINUTE
    assert town.drain() == 1
    assert [row.attempts for row in town.rows()] == [2]


def test_a_channel_switched_off_sends_nothing(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    town.now = START + 15 * MINUTE
    town.tick()
    town.channel(inbox, active=False)
    assert town.drain() == 0
    assert [row.state for row in town.rows()] == ["dropped"]
    assert inbox.letters == []


def test_a_key_that_is_gone_is_a_failure_to_be_seen(town: Town, inbox: Inbox) -> None:
    town.channel(inbox)
    town.now = START + 15 * MINUTE
    town.tick()
    other = Vault((Fernet.generate_key().decode(),), b"pepper")
    assert outbox.drain(town.sessions, other, town.clock) == 0
    assert ["VaultError" in row.last_error for row in town.rows()] == [True]


def test_a_notice_is_read_by_those_who_may_see_it(town: Town) -> None:
    town.now = START + 15 * MINUTE
    town.tick()
    with town.sessions.begin() as session:
        (notice,) = console.unread(session, [town.county.town_id])
        assert console.unread_count(session, [town.county.town_id, town.county.county_id]) == 1
        assert console.mark_read(session, [notice.id], [town.county.county_id], "李主任", town.now) == 0
        assert console.mark_read(session, [notice.id], [town.county.town_id], "王芳", town.now) == 1
        assert console.mark_read(session, [notice.id], [town.county.town_id], "王芳", town.now) == 0
        assert console.unread(session, [town.county.town_id]) == []


def test_a_village_is_told_through_its_township_and_the_top_has_nobody_above(session: Session) -> None:
    county = make_county(session)
    assert recipients.holder(session, county.village_id, START).station_id == county.town_id
    up = [recipients.head(session, county.village_id, START, up).station_id for up in range(3)]
    assert up == [county.town_id, county.county_id, county.county_id]
    session.execute(delete(Staff).where(Staff.id == county.town_head_id))
    stand_in = recipients.head(session, county.town_id, START)
    assert stand_in.telephone and stand_in.telephone.id == county.town_handset_id
    session.execute(delete(Handset))
    assert recipients.holder(session, county.village_id, START).telephone is None
    assert recipients.person(session, county.county_head_id).station_id == county.county_id
    assert recipients.coordinators(session, county.tenant_id, START).station_id == county.county_id
