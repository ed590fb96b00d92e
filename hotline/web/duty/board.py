"""What the duty page shows: who rings, what is still to be noted, what is open at the station, the late first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls import queries as calls
from hotline.calls.models import Call, Errand, Leg
from hotline.calls.states import LIVE
from hotline.calls.statistics import wall
from hotline.clock import local
from hotline.directory.models import Staff, Station
from hotline.directory.words import short_name
from hotline.notifications import console
from hotline.notifications.console import Notice
from hotline.reach import Reach
from hotline.roster import notes
from hotline.roster.models import Handover
from hotline.roster.note_models import HandoverNote
from hotline.vault import Vault
from hotline.web import board, live, people
from hotline.web.board import Row
from hotline.web.duty import caller, shifts
from hotline.web.duty.caller import Card
from hotline.web.duty.me import Me
from hotline.web.duty.shifts import Asked
from hotline.web.language import N_, _, language
from hotline.web.live import Standing
from hotline.web.people import Who
from tickets import queries
from tickets.models import Ticket

MOST = 30
"""Open tickets that the page lists; how many there are is said above them."""
TO_NOTE = 5
"""Calls to be wrapped up that the page offers at once."""
NOTICES = 5
"""Unread notices that the page lists; how many there are is said above them."""
LONGEST_CALL = timedelta(hours=6)
"""A call that was accepted in a turn began no longer before it."""
TAKEN_WITHIN = timedelta(hours=12)
"""A handover that nobody has acknowledged for so long is not taken by a click any more."""
_KINDS: Mapping[str, str] = {
    "wrap_up": N_("通话小结"), "call_back": N_("回电"), "ring_back": N_("回电"), "reminder": N_("催办提醒"),
    "duty_check": N_("到岗确认"), "duty_handover": N_("到岗确认与交接"), "handover": N_("交接班"),
    "handset_test": N_("手机测试"), "notice": N_("通知"), "staff_menu": N_("值班菜单"), "referral_case": N_("转办事项"),
}  # fmt: skip
"""What the calls are about that the system makes to staff."""


@dataclass(frozen=True)
class Elsewhere:
    """A call within reach that does not ring here."""

    ticket_id: UUID
    who: Who
    urgent: bool
    started_at: datetime
    standing: Standing


@dataclass(frozen=True)
class SystemCall:
    """A call between the system and one of the reader's telephones."""

    what: str
    about: str
    picked_up: bool
    since: datetime


@dataclass(frozen=True)
class Line:
    """An open ticket in the list. ``late``: something that was promised is overdue."""

    row: Row
    late: bool


@dataclass(frozen=True)
class Desk:
    """Everything on the page. ``place``: the station whose duty it is, or one's own."""

    me: Me
    place: str
    stations: Mapping[UUID, str]
    phones: Sequence[str]
    health: str
    """State of the handset carried: ok, suspect or dead."""
    cards: Sequence[Card]
    system: Sequence[SystemCall]
    elsewhere: Sequence[Elsewhere]
    to_note: Sequence[Row]
    asked: Sequence[Asked]
    """Swap requests that wait for the reader's answer."""
    notices: Sequence[Notice]
    """What the system has told the station and nobody has read, the urgent first."""
    notices_count: int
    notes: Sequence[HandoverNote]
    notes_read: Sequence[HandoverNote]
    handover: Handover | None
    """What the reader is to take over and has not acknowledged yet."""
    giver: str
    open: Sequence[Line]
    count: int


def read(session: Session, vault: Vault, reach: Reach, me: Me, now: datetime) -> Desk:
    """Return the page of one person at ``now``."""
    mine = calls_of(session, me)
    handover = _handover(session, me, now)
    giver = session.get(Staff, handover.from_staff_id) if handover and handover.from_staff_id else None
    legs = calls.legs_of(session, [call.id for call in mine])
    listed = wall.open_tickets(session, _inside(reach, me), now, MOST)
    tickets = queries.by_id(session, [one.id for one in listed])
    late = {one.id for one in listed if one.late}
    rows = board.rows_of(session, vault, [tickets[one.id] for one in listed], now)
    return Desk(
        me=me,
        place=_place(session, me),
        stations=_stations(session, me),
        phones=[people.masked(vault, phone.number_sealed) for phone in me.phones],
        health=getattr(me.phone, "state", "ok"),
        cards=[caller.of_call(session, vault, reach, call, legs.get(call.id, ()), now) for call in mine],
        system=_system(session, me),
        elsewhere=_elsewhere(session, vault, reach, me, {call.id for call in mine}),
        to_note=board.rows_of(session, vault, to_note(session, me, now), now),
        asked=[one for one in shifts.read_asked(session, me, now) if one.waits_for(me)],
        notices=console.unread(session, me.place_ids, language(), NOTICES),
        notices_count=console.unread_count(session, me.place_ids),
        notes=notes.unread(session, me.place_ids),
        notes_read=notes.latest_read(session, me.place_ids),
        handover=handover,
        giver=giver.name if giver else "",
        open=[Line(row, row.ticket.id in late) for row in rows],
        count=listed[0].count if listed else 0,
    )


def calls_of(session: Session, me: Me) -> Sequence[Call]:
    """Return the calls that ring one of the person's telephones or are talked on one, the oldest first."""
    in_use = [state.value for state in LIVE]
    rings = select(Leg.call_id).where(Leg.target_id.in_(me.phone_ids), Leg.state.in_(in_use), Leg.call_id == Call.id)
    found = select(Call).where(Call.ended_at.is_(None), rings.exists()).order_by(Call.started_at)
    return session.scalars(found).all() if me.phones else ()


def to_note(session: Session, me: Me, now: datetime, most: int = TO_NOTE) -> Sequence[Ticket]:
    """Return the tickets whose call the person took in this turn and has not wrapped up, the newest first."""
    since = me.turn.start if me.turn else board.span_of(local(now).date())[0]
    if me.station is None or not me.phones:
        return ()
    took = select(Call.ticket_id).join(Leg, Leg.id == Call.accepted_leg_id)
    took = took.where(Call.tenant_id == me.station.tenant_id, Call.started_at >= since - LONGEST_CALL)
    took = took.where(Leg.target_id.in_(me.phone_ids), Call.accepted_at >= since, Call.ended_at.is_not(None))
    mine = select(Ticket).where(
        Ticket.id.in_(took), Ticket.wrapped_at.is_(None), Ticket.state.in_(("answered", "reopened"))
    )
    return session.scalars(mine.order_by(Ticket.opened_at.desc()).limit(most)).all()


def _inside(reach: Reach, me: Me) -> list[UUID]:
    """The stations whose open tickets are listed: all within reach; for the whole installation one's own."""
    return sorted(reach.stations) if reach.tenant_id else [me.station.id] if me.station else []


def _handover(session: Session, me: Me, now: datetime) -> Handover | None:
    if me.staff is None:
        return None
    mine = select(Handover).where(Handover.to_staff_id == me.staff.id, Handover.acknowledged_at.is_(None))
    mine = mine.where(Handover.made_at > now - TAKEN_WITHIN)
    return session.scalars(mine.order_by(Handover.made_at.desc()).limit(1)).first()


def _place(session: Session, me: Me) -> str:
    station = session.get(Station, me.turn.station_id) if me.turn else me.station
    return short_name(station, language()) if station else ""


def _stations(session: Session, me: Me) -> Mapping[UUID, str]:
    ids = {turn.station_id for turn in (*([me.turn] if me.turn else []), *me.to_come)}
    found = session.scalars(select(Station).where(Station.id.in_(ids))) if ids else ()
    return {station.id: short_name(station, language()) for station in found}


def _system(session: Session, me: Me) -> Sequence[SystemCall]:
    if not me.phones:
        return ()
    going = select(Errand).where(Errand.target_id.in_(me.phone_ids), Errand.ended_at.is_(None))
    going = going.where(Errand.state.in_(("placing", "ringing", "talking"))).order_by(Errand.placed_at)
    found = session.scalars(going).all()
    numbers = queries.by_id(session, [errand.ticket_id for errand in found if errand.ticket_id])
    return [
        SystemCall(
            what=_(_KINDS.get(errand.kind, N_("系统来电"))),
            about=numbers[errand.ticket_id].label if errand.ticket_id else "",
            picked_up=errand.picked_up_at is not None,
            since=errand.picked_up_at or errand.placed_at or errand.created_at,
        )
        for errand in found
    ]


def _elsewhere(session: Session, vault: Vault, reach: Reach, me: Me, mine: set[UUID]) -> Sequence[Elsewhere]:
    if me.station is None:
        return ()
    found = [call for call in calls.live_calls(session, reach, me.station.tenant_id) if call.id not in mine]
    legs = calls.legs_of(session, [call.id for call in found])
    tickets = queries.by_id(session, [call.ticket_id for call in found])
    names = people.read(session, tickets.values())
    return [
        Elsewhere(
            call.ticket_id, names.who(tickets[call.ticket_id], vault), call.urgent, call.started_at,
            live.standing(call, legs.get(call.id, ())),
        )
        for call in found
    ]  # fmt: skip
