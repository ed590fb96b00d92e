"""The card of whoever rings now: who it is, how to speak with them, what was said before (一人一档, Q21 s.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from hotline.calls.models import Call, Leg
from hotline.clock import local
from hotline.directory.models import Staff, Station, Survivor, SurvivorPhone
from hotline.directory.words import short_name
from hotline.reach import Reach
from hotline.vault import Vault
from hotline.web.board import need_words
from hotline.web.language import language, words
from hotline.web.live import Standing, standing
from hotline.web.people import masked
from tickets.desk import OUTCOMES
from tickets.guidance_models import GuidanceGiven
from tickets.models import Ticket
from tickets.states import FINAL, STATE_WORDS, State

_DONE = {*FINAL, State.RESOLVED, State.FEEDBACK_ASKED}
PAST, OPEN = 3, 4
"""Finished and open contacts that fit on a telephone's screen."""


@dataclass(frozen=True)
class Contact:
    """An earlier ticket of the caller in a few words; ``link``: within the reader's reach."""

    ticket: Ticket
    need: str
    state: str
    outcome: str
    advice: Sequence[str]
    link: bool


@dataclass(frozen=True)
class Relative:
    """Somebody else of the caller's household."""

    name: str
    relation: str


@dataclass(frozen=True)
class Person:
    """What the ledger says of somebody; ``hearing``: normal, hard or deaf."""

    name: str
    relation: str
    age: int | None
    hearing: str
    dialect: str
    situation: str
    paired: str
    family: Sequence[Relative]


@dataclass(frozen=True)
class Card:
    """A caller: several ``people`` where a telephone is shared, none where the ledger does not know the number."""

    ticket: Ticket
    people: Sequence[Person]
    place: str
    number: str
    need: str
    urgent: bool
    open: Sequence[Contact]
    past: Sequence[Contact]
    link: bool
    standing: Standing | None = None
    started_at: datetime | None = None

    @property
    def title(self) -> str:
        """The name, or all of those who share the telephone."""
        return (" / " if language() == "en" else "或").join(person.name for person in self.people[:3]) or self.number


def of_call(session: Session, vault: Vault, reach: Reach, call: Call, legs: Sequence[Leg], now: datetime) -> Card:
    """Return the card of a call that goes on."""
    ticket = session.get_one(Ticket, call.ticket_id)
    return _card(session, vault, reach, ticket, now, standing(call, legs), call)


def of_ticket(session: Session, vault: Vault, reach: Reach, ticket: Ticket, now: datetime) -> Card:
    """Return the card of a ticket's caller."""
    return _card(session, vault, reach, ticket, now, None, None)


def _card(
    session: Session, vault: Vault, reach: Reach, ticket: Ticket, now: datetime,
    stands: Standing | None, call: Call | None,
) -> Card:  # fmt: skip
    survivors = _survivors(session, ticket)
    contacts = _contacts(session, reach, ticket, survivors)
    station = session.get_one(Station, ticket.station_id)
    villages = [survivors[0].village] if survivors and survivors[0].village else []
    return Card(
        ticket=ticket,
        people=_people(session, survivors, local(now).date()),
        place=" · ".join(dict.fromkeys([*villages, short_name(station, language())])),
        number=masked(vault, ticket.caller_sealed),
        need=need_words(ticket),
        urgent=ticket.priority == "urgent" or bool(call and call.urgent),
        open=[one for one in contacts if State(one.ticket.state) not in _DONE][:OPEN],
        past=[one for one in contacts if State(one.ticket.state) in _DONE][:PAST],
        link=reach.includes(ticket.tenant_id, ticket.station_id),
        standing=stands,
        started_at=call.started_at if call else None,
    )


def _survivors(session: Session, ticket: Ticket) -> Sequence[Survivor]:
    """The caller; everybody who may ring from the number where it is not known who of them it is."""
    if ticket.survivor_id:
        return [session.get_one(Survivor, ticket.survivor_id)]
    if ticket.caller_hash is None:
        return ()
    mine = select(Survivor).join(SurvivorPhone).where(SurvivorPhone.number_hash == ticket.caller_hash)
    mine = mine.where(Survivor.tenant_id == ticket.tenant_id, Survivor.active)
    return session.scalars(mine.order_by(SurvivorPhone.priority, Survivor.code)).all()


def _people(session: Session, survivors: Sequence[Survivor], today: date) -> Sequence[Person]:
    ids = {person.id for person in survivors}
    homes = {person.household_id for person in survivors if person.household_id}
    others = select(Survivor).where(Survivor.household_id.in_(homes), Survivor.id.not_in(ids), Survivor.active)
    family = session.scalars(others.order_by(Survivor.code)).all() if homes else ()
    paired = {person.paired_staff_id for person in survivors if person.paired_staff_id}
    named = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(paired))) if paired else ()
    staff: Mapping[UUID, str] = {row.id: row.name for row in named}
    return [
        Person(
            name=one.name,
            relation=one.relation,
            age=_age(one.born, today),
            hearing=one.hearing,
            dialect=one.dialect,
            situation=one.situation,
            paired=staff.get(one.paired_staff_id, "") if one.paired_staff_id else "",
            family=[Relative(other.name, other.relation) for other in family if other.household_id == one.household_id],
        )
        for one in survivors
    ]


def _age(born: date | None, today: date) -> int | None:
    return None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _contacts(session: Session, reach: Reach, ticket: Ticket, survivors: Sequence[Survivor]) -> Sequence[Contact]:
    whose: list[ColumnElement[bool]] = (
        [Ticket.survivor_id.in_([person.id for person in survivors])] if survivors else []
    )
    if ticket.caller_hash is not None:
        whose.append(Ticket.caller_hash == ticket.caller_hash)
    if not whose:
        return ()
    earlier = select(Ticket).where(Ticket.tenant_id == ticket.tenant_id, Ticket.id != ticket.id, or_(*whose))
    earlier = earlier.where(Ticket.state != State.CANCELLED.value)
    found = session.scalars(earlier.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(4 * (OPEN + PAST))).all()
    given: dict[UUID, list[str]] = {}
    told = select(GuidanceGiven).where(GuidanceGiven.ticket_id.in_([one.id for one in found]))
    for row in session.scalars(told.order_by(GuidanceGiven.at, GuidanceGiven.id)) if found else ():
        given.setdefault(row.ticket_id, []).append(row.advice)
    return [
        Contact(
            ticket=one,
            need=need_words(one),
            state=words(STATE_WORDS[State(one.state)]),
            outcome=words(OUTCOMES[one.outcome]) if one.outcome in OUTCOMES else "",
            advice=given.get(one.id, ()),
            link=reach.includes(one.tenant_id, one.station_id),
        )
        for one in found
    ]
