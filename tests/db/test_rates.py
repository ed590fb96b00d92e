"""The three rates are what their definitions say (接诉即办 practice)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from tests.db.county import DAY, MINUTE, START, County, make_county, open_ticket
from tickets import desk, feedback
from tickets.models import Ticket
from tickets.rates import DEFINITIONS, Rate, rates
from tickets.states import Action


@pytest.fixture
def county(session: Session) -> County:
    return make_county(session)


def resolved(session: Session, county: County, at: datetime = START) -> Ticket:
    ticket = open_ticket(session, county, at)
    desk.answered(session, ticket, "龙港镇值班手机（熊静）", 5, at)
    desk.wrap_up(session, ticket, "answered", "龙港镇值班手机（熊静）", at + MINUTE)
    return ticket


def told(session: Session, ticket: Ticket, rating: str, solved: bool | None, at: datetime = START + DAY) -> None:
    feedback.record(session, ticket, rating, solved, at, asked_by="系统回访")


def counted(session: Session, county: County, stations: list[UUID] | None = None) -> dict[str, tuple[int, int]]:
    session.flush()
    found = rates(session, county.tenant_id, START, START + 2 * DAY, stations)
    return {name: (rate.part, rate.whole) for name, rate in found.items()}


def test_nothing_to_count_is_no_rate(session: Session, county: County) -> None:
    assert counted(session, county) == {"response": (0, 0), "resolution": (0, 0), "satisfaction": (0, 0)}
    assert Rate(0, 0).share is None
    assert Rate(1, 4).share == 0.25
    assert set(DEFINITIONS) == {"response", "resolution", "satisfaction"}


def test_response_counts_who_was_talked_with_but_not_the_merged(session: Session, county: County) -> None:
    resolved(session, county)
    open_ticket(session, county)
    merged = open_ticket(session, county)
    merged.merged_into_id = open_ticket(session, county, START - DAY).id
    desk.move(session, merged, Action.MERGE, START)
    assert counted(session, county)["response"] == (1, 2)


def test_a_call_back_is_a_response_too(session: Session, county: County) -> None:
    ticket = open_ticket(session, county)
    assert counted(session, county)["response"] == (0, 1)
    desk.called_back(session, ticket, "王芳", 60, START + MINUTE)
    assert counted(session, county)["response"] == (1, 1)


def test_resolution_and_satisfaction_count_only_who_said_something(session: Session, county: County) -> None:
    told(session, resolved(session, county), "satisfied", True)
    told(session, resolved(session, county), "mostly", None)
    told(session, resolved(session, county), "not", False)
    told(session, resolved(session, county), "", None)
    resolved(session, county)
    assert counted(session, county) == {"response": (5, 5), "resolution": (1, 2), "satisfaction": (2, 3)}


def test_the_newest_feedback_of_a_ticket_counts(session: Session, county: County) -> None:
    ticket = resolved(session, county)
    told(session, ticket, "not", False)
    assert counted(session, county)["resolution"] == (0, 1)
    assert ticket.state == "reopened" and ticket.raised == 1
    desk.move(session, ticket, Action.RESOLVE, START + DAY)
    told(session, ticket, "satisfied", True, START + DAY + MINUTE)
    assert counted(session, county)["resolution"] == (1, 1)
    assert counted(session, county)["satisfaction"] == (1, 1)


def test_the_period_is_that_of_the_tickets_and_stations_may_be_chosen(session: Session, county: County) -> None:
    told(session, resolved(session, county, START - DAY), "satisfied", True, START)
    resolved(session, county, START + 2 * DAY)
    told(session, resolved(session, county), "satisfied", True)
    assert counted(session, county)["response"] == (1, 1)
    assert counted(session, county, [county.town_id])["response"] == (1, 1)
    assert counted(session, county, [county.county_id])["response"] == (0, 0)
