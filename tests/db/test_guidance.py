"""Guidance on a ticket: given once, told by whom and when, and whether it helped."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from hotline.db import create, new_id
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.models import Tenant
from tests.db.county import MINUTE, START, County, make_county, open_ticket
from tickets.guidance import GuidanceError, give, given, mark_helped
from tickets.guidance_models import GuidanceGiven
from tickets.models import Ticket
from tickets.queries import history


def add_entry(session: Session, tenant_id: UUID, title: str = "异地祭扫服务") -> CatalogueEntry:
    entry = CatalogueEntry(
        tenant_id=tenant_id, code="remote", area="commemoration", title=title, unit="服务中心", source="Q21 s.20"
    )
    session.add(entry)
    session.flush()
    return entry


@pytest.fixture
def county(session: Session) -> County:
    return make_county(session)


@pytest.fixture
def ticket(session: Session, county: County) -> Ticket:
    return open_ticket(session, county)


def kinds(session: Session, ticket: Ticket) -> list[str]:
    return [event.kind for event in history(session, ticket.id)]


def test_an_entry_and_words_of_ones_own_are_given_in_order(session: Session, county: County, ticket: Ticket) -> None:
    entry = add_entry(session, county.tenant_id)
    first = give(session, ticket.id, by="李专员", now=START, through="call", entry_id=entry.id)
    second = give(session, ticket.id, by="李专员", now=START + MINUTE, through="wrap_up", text=" 明天上午到窗口 ")
    assert given(session, ticket.id) == [first, second]
    assert [(one.advice, one.entry_id, one.helped) for one in (first, second)] == [
        ("异地祭扫服务", entry.id, "unknown"),
        ("明天上午到窗口", None, "unknown"),
    ]
    session.flush()
    event = history(session, ticket.id)[-1]
    assert (event.kind, event.actor, event.at) == ("guidance", "李专员", START + MINUTE)
    assert event.data == {
        "guidance": str(second.id),
        "advice": "明天上午到窗口",
        "entry": None,
        "through": "wrap_up",
    }


def test_the_same_given_twice_is_there_once(session: Session, county: County, ticket: Ticket) -> None:
    entry = add_entry(session, county.tenant_id)
    for _ in range(2):
        give(session, ticket.id, by="甲", now=START, through="call", entry_id=entry.id)
        give(session, ticket.id, by="甲", now=START, through="console", text="到窗口")
    session.flush()
    assert len(given(session, ticket.id)) == 2
    assert kinds(session, ticket) == ["opened", "guidance", "guidance"]


def test_the_title_of_that_day_stays_on_the_ticket(session: Session, county: County, ticket: Ticket) -> None:
    entry = add_entry(session, county.tenant_id)
    give(session, ticket.id, by="甲", now=START, through="call", entry_id=entry.id)
    entry.title = "祭扫服务"
    session.flush()
    assert given(session, ticket.id)[0].advice == "异地祭扫服务"


def test_a_ticket_says_which_entry_helped(session: Session, county: County, ticket: Ticket) -> None:
    entry = add_entry(session, county.tenant_id)
    one = give(session, ticket.id, by="甲", now=START, through="call", entry_id=entry.id)
    give(session, ticket.id, by="甲", now=START, through="call", text="到窗口")
    later = START + 9 * MINUTE
    for _ in range(2):
        mark_helped(session, one.id, "yes", by="回访员", now=later)
    session.flush()
    assert [(g.advice, g.helped, g.helped_at) for g in given(session, ticket.id) if g.helped == "yes"] == [
        ("异地祭扫服务", "yes", later)
    ]
    assert ticket.helped_at == later
    assert kinds(session, ticket).count("guidance_helped") == 1


def test_what_did_not_help_makes_no_promise_true(session: Session, ticket: Ticket) -> None:
    one = give(session, ticket.id, by="甲", now=START, through="console", text="到窗口")
    mark_helped(session, one.id, "no", by="回访员", now=START + MINUTE)
    assert ticket.helped_at is None
    mark_helped(session, one.id, "unknown", by="回访员", now=START + 2 * MINUTE)
    session.flush()
    assert (one.helped, one.helped_at) == ("unknown", None)
    assert [e.data["helped"] for e in history(session, ticket.id) if e.kind == "guidance_helped"] == ["no", "unknown"]


def test_what_is_not_there_is_refused_in_words(session: Session, county: County, ticket: Ticket) -> None:
    elsewhere = Tenant(code="shenzhen", name="深圳市")
    session.add(elsewhere)
    session.flush()
    foreign = add_entry(session, elsewhere.id)
    for wrong in ({"text": "  "}, {"entry_id": new_id()}, {"entry_id": foreign.id}):
        with pytest.raises(GuidanceError, match=r"\("):
            give(session, ticket.id, by="甲", now=START, through="call", **wrong)  # type: ignore[arg-type]
    with pytest.raises(GuidanceError, match="没有这张工单"):
        give(session, new_id(), by="甲", now=START, through="call", text="到窗口")
    with pytest.raises(GuidanceError, match="没有这条服务指引"):
        mark_helped(session, new_id(), "yes", by="甲", now=START)
    session.flush()
    assert kinds(session, ticket) == ["opened"]


def test_the_database_refuses_an_unknown_way(session: Session, ticket: Ticket) -> None:
    session.add(GuidanceGiven(ticket_id=ticket.id, advice="到窗口", by="甲", at=START, through="pigeon"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_two_at_once_give_it_once(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database())
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        county = make_county(session)
        ticket_id = open_ticket(session, county).id
        entry_id = add_entry(session, county.tenant_id).id
    ready = Barrier(2)

    def press() -> UUID:
        with sessions.begin() as session:
            ready.wait(10)
            return give(session, ticket_id, by="甲", now=START, through="wrap_up", entry_id=entry_id).id

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(press) for _ in range(2)]
        ids = {future.result(20) for future in futures}
    with sessions() as session:
        assert len(ids) == 1
        assert len(session.scalars(select(GuidanceGiven)).all()) == 1
    engine.dispose()
