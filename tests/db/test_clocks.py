"""Clocks at work: each step once, in order, upward, and never after its cause is gone (zammad#5177)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline.calls.statistics import wall
from tests.db.county import DAY, MINUTE, START, County, make_county, open_ticket
from tickets import clocks, desk, timers
from tickets.clocks import Escalation
from tickets.level_models import save_levels
from tickets.models import Ticket, TicketEvent, Timer
from tickets.sla import Kind
from tickets.states import Action


@pytest.fixture
def county(session: Session) -> County:
    return make_county(session)


@pytest.fixture
def ticket(session: Session, county: County) -> Ticket:
    return open_ticket(session, county)


def refresh(session: Session, ticket: Ticket, now: datetime) -> None:
    clocks.follow(session, ticket, now)


def tick(session: Session, now: datetime) -> list[Escalation]:
    """What a worker does: claim, take, fire, until nothing is due."""
    told: list[Escalation] = []
    while claimed := timers.claim(session, now):
        for timer_id in claimed:
            timer = timers.take(session, timer_id)
            if timer and timer.kind in clocks.TIMERS:
                told += clocks.fire(session, timer, now)
            elif timer:
                timers.finish(timer, now)
    return told


def pending(session: Session) -> dict[str, datetime]:
    """Key without the ticket's identifier -> due time."""
    query = select(Timer.key, Timer.due_at).where(Timer.state == "pending", Timer.kind.in_(clocks.TIMERS))
    parts = {tuple(row.key.split(":")): row.due_at for row in session.execute(query)}
    return {f"{kind} {':'.join(end)}": due for (_, kind, _, *end), due in parts.items()}


def steps(session: Session, ticket: Ticket) -> list[tuple[str, str, int]]:
    rows = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "clock")
        .order_by(TicketEvent.at)
    )
    return [(event.data["clock"], event.data["step"], event.data["level"]) for event in rows]


def missed_call(session: Session, ticket: Ticket) -> None:
    desk.promise_call_back(session, ticket, 15, START, "missed")
    refresh(session, ticket, START)


def test_a_ticket_has_a_timer_for_each_half_and_each_end(session: Session, ticket: Ticket) -> None:
    missed_call(session, ticket)
    assert pending(session) == {
        "call_back half": START + 7.5 * MINUTE,
        "call_back due:0": START + 15 * MINUTE,
        "first_feedback half": START + 3.5 * DAY,
        "first_feedback due:0": START + 7 * DAY,
        "resolution half": START + 9.5 * DAY,
        "resolution due:0": START + 21 * DAY,
    }


def test_holder_then_head_then_level_by_level_until_the_cause_is_gone(session: Session, ticket: Ticket) -> None:
    missed_call(session, ticket)
    told = []
    for minute in range(120):
        told += [(minute, e.kind, e.who, e.up) for e in tick(session, START + minute * MINUTE)]
    assert told == [
        (8, Kind.CALL_BACK, "holder", 0),
        (15, Kind.CALL_BACK, "head", 0),
        (23, Kind.CALL_BACK, "up", 1),
        (38, Kind.CALL_BACK, "up", 2),
        (68, Kind.CALL_BACK, "up", 3),
    ]
    assert steps(session, ticket) == [
        ("call_back", "half", 0),
        *(("call_back", "due", level) for level in range(4)),
    ]
    desk.called_back(session, ticket, "王芳", 60, START + 120 * MINUTE)
    refresh(session, ticket, START + 120 * MINUTE)
    assert tick(session, START + DAY) == []


def test_what_was_answered_in_time_never_fires_even_when_nobody_refreshed(session: Session, ticket: Ticket) -> None:
    missed_call(session, ticket)
    desk.called_back(session, ticket, "王芳", 60, START + 3 * MINUTE)
    assert tick(session, START + DAY) == []
    assert steps(session, ticket) == []


@pytest.mark.parametrize(("gone", "left"), [("due:0", START + 8 * MINUTE), ("half", START + 15 * MINUTE)])
def test_neither_step_alone_fires_once_its_cause_is_gone(
    session: Session, ticket: Ticket, gone: str, left: datetime
) -> None:
    missed_call(session, ticket)
    assert timers.cancel(session, f"clock:call_back:{ticket.id}:{gone}", START)
    desk.called_back(session, ticket, "王芳", 60, START + 3 * MINUTE)
    assert tick(session, left) == []
    assert steps(session, ticket) == []


def test_a_timer_that_fires_twice_tells_once(session: Session, ticket: Ticket) -> None:
    missed_call(session, ticket)
    now = START + 15 * MINUTE
    assert [e.who for e in tick(session, now)] == ["head"]
    timers.set_timer(
        session, "clock_due", f"clock:call_back:{ticket.id}:due:0", now, ticket_id=ticket.id,
        clock="call_back", step="due", level=0,
    )  # fmt: skip
    assert tick(session, now) == []
    assert clocks.is_owed(session, ticket.id, "call_back", now)


def test_after_an_outage_every_level_is_told_in_order_and_the_half_is_not(session: Session, ticket: Ticket) -> None:
    missed_call(session, ticket)
    assert [(e.who, e.up) for e in tick(session, START + 40 * MINUTE)] == [("head", 0), ("up", 1), ("up", 2)]


def test_while_the_survivor_is_awaited_nobody_is_reminded(session: Session, ticket: Ticket) -> None:
    refresh(session, ticket, START)
    clocks.await_survivor(session, ticket, "王芳", "papers", START + DAY)
    refresh(session, ticket, START + DAY)
    assert pending(session) == {}
    assert tick(session, START + 90 * DAY) == []
    clocks.survivor_back(session, ticket, "王芳", START + 90 * DAY)
    refresh(session, ticket, START + 90 * DAY)
    assert pending(session)["first_feedback due:0"] == START + 96 * DAY
    assert not clocks.is_owed(session, ticket.id, "call_back", START + 90 * DAY)


def test_from_the_half_on_the_ticket_says_when_it_is_late(session: Session, county: County, ticket: Ticket) -> None:
    def late(now: datetime) -> int:
        return wall.standing(session, [county.town_id], now).late

    assert ticket.late_from is None, "opening a ticket writes it once"
    tick(session, START + 4 * DAY)
    assert ticket.late_from == START + 7 * DAY
    assert (late(START + 7 * DAY), late(START + 7 * DAY + MINUTE)) == (0, 1)
    clocks.await_survivor(session, ticket, "王芳", "papers", START + 5 * DAY)
    refresh(session, ticket, START + 5 * DAY)
    assert late(START + 8 * DAY) == 0, "the clock stands still"
    clocks.survivor_back(session, ticket, "王芳", START + 8 * DAY)
    refresh(session, ticket, START + 8 * DAY)
    assert (late(START + 9 * DAY), late(START + 11 * DAY)) == (0, 1)
    clocks.told_survivor(session, ticket, "王芳", START + 11 * DAY)
    refresh(session, ticket, START + 11 * DAY)
    assert late(START + 11 * DAY) == 0
    tick(session, START + 30 * DAY)
    assert late(START + 30 * DAY) == 1, "resolution is owed too"
    desk.move(session, ticket, Action.RESOLVE, START + 30 * DAY)
    assert ticket.late_from is None and late(START + 40 * DAY) == 0


def test_urgency_and_category_move_the_timers(session: Session, ticket: Ticket) -> None:
    refresh(session, ticket, START)
    desk.urgent(session, ticket, START + 60 * MINUTE)
    refresh(session, ticket, START + 60 * MINUTE)
    assert pending(session)["first_feedback due:0"] == START + DAY + 60 * MINUTE
    clocks.classify(session, ticket, "danger", "王芳", START + 120 * MINUTE)
    refresh(session, ticket, START + 120 * MINUTE)
    assert pending(session)["first_feedback due:0"] == START + 240 * MINUTE
    with pytest.raises(ValueError, match="no category"):
        clocks.classify(session, ticket, "huge", "王芳", START)  # type: ignore[arg-type]


def test_a_reopened_ticket_is_chased_again_from_the_start(session: Session, ticket: Ticket) -> None:
    refresh(session, ticket, START)
    late = START + 22 * DAY
    assert {(e.kind, e.who) for e in tick(session, late)} >= {(Kind.RESOLUTION, "head")}
    desk.move(session, ticket, Action.RESOLVE, late)
    refresh(session, ticket, late)
    assert pending(session) == {}
    desk.move(session, ticket, Action.REOPEN, late + DAY)
    refresh(session, ticket, late + DAY)
    assert set(pending(session)) == {"resolution half", "resolution due:0"}
    again = [e for e in tick(session, late + 40 * DAY) if e.who == "head"]
    assert [e.kind for e in again] == [Kind.RESOLUTION]


def test_refreshing_twice_changes_nothing(session: Session, ticket: Ticket) -> None:
    missed_call(session, ticket)
    before = pending(session)
    refresh(session, ticket, START + MINUTE)
    assert pending(session) == before


def test_tickets_nobody_watches_are_found(session: Session, county: County, ticket: Ticket) -> None:
    other = open_ticket(session, county, START + MINUTE)
    session.execute(delete(Timer).where(Timer.ticket_id == other.id))  # as if from before the clocks
    refresh(session, ticket, START)
    assert clocks.unwatched(session) == [other.id]
    assert clocks.unwatched(session, after=other.id) == []
    refresh(session, other, START)
    assert clocks.unwatched(session) == []


def test_a_tenant_has_its_own_levels(session: Session, county: County, ticket: Ticket) -> None:
    save_levels(session, county.tenant_id, {"categories": {"general": {"first_feedback": "2 d"}}})
    refresh(session, ticket, START)
    assert pending(session)["first_feedback due:0"] == START + 2 * DAY
    save_levels(session, county.tenant_id, {})
    refresh(session, ticket, START)
    assert pending(session)["first_feedback due:0"] == START + timedelta(days=7)
    with pytest.raises(ValidationError):
        save_levels(session, county.tenant_id, {"answer": "soon"})
