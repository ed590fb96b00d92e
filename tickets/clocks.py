"""Clocks at work: timers set from what is promised, and who is told when one is half over or over (跟踪督办).

``refresh`` after every change of a ticket; ``fire`` when one of its timers is due. Both read the history, so they
may be called once too often; never is a step taken twice, or after its cause is gone (zammad#5177, #3140, #4516).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tickets import sla, timers
from tickets.level_models import OF_TICKET, levels_in, levels_of
from tickets.levels import CATEGORIES, Category, ServiceLevels
from tickets.models import Ticket, TicketEvent, Timer
from tickets.sla import ESCALATED, Clock, Kind
from tickets.states import FINAL, State
from tickets.timeline import Entry, Happened, Step, Timeline, read

HALF, DUE = "clock_half", "clock_due"
"""Kinds of the timers of clocks."""
TIMERS = (HALF, DUE)
_QUIET = (*FINAL, State.RESOLVED, State.FEEDBACK_ASKED)


@dataclass(frozen=True)
class Escalation:
    """Somebody is to be told that a clock of ``ticket`` is half over (``holder``) or over (``head``, then ``up``).

    ``up`` counts the levels above the ticket's station, 0 for the station itself.
    """

    ticket: Ticket
    kind: Kind
    who: Literal["holder", "head", "up"]
    up: int
    due: datetime
    key: str
    """Names this step for good: whatever is sent because of it is sent once under this name."""


def clocks_of(session: Session, ticket: Ticket, now: datetime) -> tuple[Clock, ...]:
    """Return the clocks of a ticket as they stand, for pages and reports."""
    return sla.clocks(_timeline(session, ticket).facts, levels_of(session, ticket.tenant_id), now)


def standing(
    session: Session, ticket: Ticket, history: Iterable[TicketEvent], now: datetime
) -> tuple[Category, tuple[Clock, ...]]:
    """Return category and clocks of a ticket whose history was read already (tickets.queries.history)."""
    told = read(ticket.opened_at, (Entry(e.at, e.kind, e.data) for e in history), urgent=ticket.priority == "urgent")
    return told.facts.gradings[-1].category, sla.clocks(told.facts, levels_of(session, ticket.tenant_id), now)


def category_of(session: Session, ticket: Ticket) -> Category:
    """Return the category of the 12345 norm that a ticket is in now."""
    return _timeline(session, ticket).facts.gradings[-1].category


def is_owed(session: Session, ticket_id: UUID, kind: str, now: datetime) -> bool:
    """True while what a clock promised is still owed and not waiting for the survivor: ask before telling anybody."""
    ticket = session.get(Ticket, ticket_id)
    clock = sla.find(clocks_of(session, ticket, now), kind) if ticket else None
    return clock is not None and clock.live and not clock.waiting


def refresh(session: Session, ticket: Ticket, levels: ServiceLevels, now: datetime) -> tuple[Clock, ...]:
    """Set, move or cancel the timers of a ticket's clocks after any change of it; return the clocks."""
    session.flush()
    session.connection().exec_driver_sql(_LOCK, {"ticket": ticket.id})
    return _refreshed(session, ticket, levels, now)


def follow(session: Session, ticket: Ticket, now: datetime, settled: Sequence[str] = ()) -> tuple[Clock, ...]:
    """Refresh with the service levels of the ticket's tenant; timers of the kinds ``settled`` are cancelled as well."""
    session.flush()
    levels = session.connection().exec_driver_sql(_LOCK, {"ticket": ticket.id}).scalar()
    return _refreshed(session, ticket, levels_in(levels), now, settled)


_LOCK = f"SELECT ({OF_TICKET}) FROM ticket WHERE id = %(ticket)s FOR NO KEY UPDATE"  # noqa: S608  (ours)
"""One round trip: the lock, and the service levels of the ticket's tenant."""


def _refreshed(
    session: Session, ticket: Ticket, levels: ServiceLevels, now: datetime, settled: Sequence[str] = ()
) -> tuple[Clock, ...]:
    timeline = _timeline(session, ticket)
    found = sla.clocks(timeline.facts, levels, now)
    _arrange(session, ticket, found, timeline.steps, now, settled)
    return found


def fire(session: Session, timer: Timer, now: datetime) -> list[Escalation]:
    """Take the step a clock's timer stands for, note it on the history, and return who is to be told.

    Empty when the cause is gone, the survivor is awaited, the clock was moved or the step was taken before.
    The timer is finished, and the clock's next one set.
    """
    timers.finish(timer, now)
    ticket = session.get(Ticket, timer.ticket_id, with_for_update={"key_share": True}, populate_existing=True)
    if ticket is None:
        return []
    timeline = _timeline(session, ticket)
    found = sla.clocks(timeline.facts, levels_of(session, ticket.tenant_id), now)
    clock, steps = sla.find(found, timer.data["clock"]), timeline.steps
    told = []
    if clock is not None:
        step = Step(clock.kind.value, clock.starts.isoformat(), timer.data["step"], timer.data["level"])
        if _is_due(clock, step, steps, now):
            told.append(_escalation(ticket, clock, step))
            data: dict[str, Any] = {"clock": step.clock, "starts": step.starts, "step": step.step, "level": step.level}
            _note(session, ticket, Happened.STEP, now, **data, due=clock.due.isoformat())
            steps |= {step}
    _arrange(session, ticket, found, steps, now)
    return told


def classify(session: Session, ticket: Ticket, category: Category, by: str, now: datetime) -> None:
    """Put a ticket into a category of the 12345 norm; refresh afterwards. Raises ValueError."""
    if category not in CATEGORIES:
        raise ValueError(f"{category!r} is no category")
    _note(session, ticket, Happened.CLASSIFIED, now, actor=by, category=category)


def await_survivor(session: Session, ticket: Ticket, by: str, why: str, now: datetime) -> None:
    """From now on the survivor is awaited (papers, a date, not reached): clocks stand still; refresh afterwards."""
    _note(session, ticket, Happened.AWAITED, now, actor=by, why=why)


def survivor_back(session: Session, ticket: Ticket, by: str, now: datetime) -> None:
    """The survivor has done what was waited for; answering or resolving says so too. Refresh afterwards."""
    _note(session, ticket, Happened.BACK, now, actor=by)


def told_survivor(session: Session, ticket: Ticket, by: str, now: datetime) -> None:
    """The survivor was told what is being done (首次反馈); refresh afterwards."""
    _note(session, ticket, Happened.TOLD, now, actor=by)


def unwatched(session: Session, after: UUID | None = None, limit: int = 100) -> Sequence[UUID]:
    """Return unfinished tickets without a pending timer of a clock, by id from ``after`` on, for a sweep to refresh.

    Tickets from before the clocks, and those whose change was not followed by ``refresh``; also, harmlessly, those
    whose survivor is awaited.
    """
    watched = exists().where(Timer.ticket_id == Ticket.id, Timer.kind == DUE, Timer.state == "pending")
    query = select(Ticket.id).where(Ticket.state.not_in([s.value for s in _QUIET]), ~watched)
    if after is not None:
        query = query.where(Ticket.id > after)
    return session.scalars(query.order_by(Ticket.id).limit(limit)).all()


def _note(session: Session, ticket: Ticket, kind: Happened, now: datetime, actor: str = "system", **data: Any) -> None:
    """Append to the history as tickets.desk.note does, which may call us and so is not imported here."""
    session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=kind.value, actor=actor, data=data))


def _timeline(session: Session, ticket: Ticket) -> Timeline:
    rows = session.execute(
        select(TicketEvent.at, TicketEvent.kind, TicketEvent.data)
        .where(TicketEvent.ticket_id == ticket.id)
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    return read(ticket.opened_at, (Entry(*row) for row in rows), urgent=ticket.priority == "urgent")


def _arrange(
    session: Session,
    ticket: Ticket,
    found: Sequence[Clock],
    steps: frozenset[Step],
    now: datetime,
    settled: Sequence[str] = (),
) -> None:
    """Make the pending timers of a ticket's clocks what they should be, and say from when on the ticket is late."""
    wanted = _wanted(ticket.id, found, steps, now)
    rows = [timers.row(kind, key, at, ticket.id, data) for kind, key, at, data in wanted]
    timers.arrange(session, ticket.id, (*TIMERS, *settled), rows, now)
    if ticket.late_from != (late := _late_from(found, now)):
        ticket.late_from = late


def first_timers(ticket_id: UUID, opened_at: datetime, levels: ServiceLevels) -> list[dict[str, Any]]:
    """Return the rows of the timers with which a ticket begins."""
    timeline = read(opened_at, ())
    wanted = _wanted(ticket_id, sla.clocks(timeline.facts, levels, opened_at), timeline.steps, opened_at)
    return [timers.row(kind, key, at, ticket_id, data) for kind, key, at, data in wanted]


def _wanted(
    ticket_id: UUID, found: Sequence[Clock], steps: frozenset[Step], now: datetime
) -> list[tuple[str, str, datetime, dict[str, Any]]]:
    """Return kind, key, time and data of each timer that a ticket's clocks should have."""
    return [
        (
            HALF if step.step == "half" else DUE,
            _key(ticket_id, step),
            at,
            {"clock": clock.kind.value, "step": step.step, "level": step.level},
        )
        for clock in found
        if clock.kind in ESCALATED and clock.live and not clock.waiting
        for step, at in _next_steps(clock, steps, now)
    ]


def _late_from(found: Sequence[Clock], now: datetime) -> datetime | None:
    """Return the moment that Ticket.late_from holds.

    Before the half nobody asks, and opening a ticket writes it once; while the survivor is awaited it would move.
    """
    owed = [clock for clock in found if clock.live and clock.kind in (Kind.FIRST_FEEDBACK, Kind.RESOLUTION)]
    known = (c.due for c in owed if c.due <= now or (c.half <= now and not c.waiting))
    return min(known, default=None)


def _next_steps(clock: Clock, steps: frozenset[Step], now: datetime) -> list[tuple[Step, datetime]]:
    starts = clock.starts.isoformat()
    taken = [s.level for s in steps if (s.clock, s.starts, s.step) == (clock.kind, starts, "due")]
    level = max(taken, default=-1) + 1
    found = [(Step(clock.kind.value, starts, "due", level), clock.escalates_at(level))]
    half = Step(clock.kind.value, starts, "half", 0)
    if level == 0 and half not in steps and now < clock.due:
        found.append((half, clock.half))
    return found


def _is_due(clock: Clock, step: Step, steps: frozenset[Step], now: datetime) -> bool:
    if not clock.live or clock.waiting or step in steps:
        return False
    if step.step == "half":
        return clock.half <= now < clock.due
    return clock.escalates_at(step.level) <= now


def _key(ticket_id: UUID, step: Step) -> str:
    end = "half" if step.step == "half" else f"due:{step.level}"
    return f"clock:{step.clock}:{ticket_id}:{end}"


def _escalation(ticket: Ticket, clock: Clock, step: Step) -> Escalation:
    who: Literal["holder", "head", "up"] = "holder" if step.step == "half" else "up" if step.level else "head"
    return Escalation(ticket, clock.kind, who, step.level, clock.due, f"{_key(ticket.id, step)}:{step.starts}")
