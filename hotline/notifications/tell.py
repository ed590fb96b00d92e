"""Tell somebody something: outbox rows in the caller's transaction, and the telephone calls that are still to be made.

Everything is told once: an event has a key, and what follows from it a row that only one transaction can insert.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.db import new_id
from hotline.directory.models import Station, Survivor
from hotline.notifications import recipients, words
from hotline.notifications.models import CONSOLE, TELEPHONE, ChannelSetting, Notification
from hotline.notifications.quiet import PERSONAL
from hotline.notifications.rules import Channel, Draft, Event, Recipient, TelephoneRequest
from hotline.notifications.rules import tell as by_the_rules
from tickets.clocks import Escalation
from tickets.models import Ticket

FAILED = "work_failed"
"""Template of what could not be done."""
_TEMPLATES = {"holder": "clock_half", "head": "clock_due", "up": "clock_up"}


def tell(session: Session, event: Event, to: Iterable[Recipient], now: datetime) -> tuple[TelephoneRequest, ...]:
    """Write what is to be sent and shown; return the calls the caller is to order in the same transaction.

    A call is returned once, however often its event is told. Raises KeyError for a template without rules or words.
    """
    told = by_the_rules(event, to, _channels(session, event), now)
    for draft in told.drafts:
        words.render(event.template, draft.payload, draft.language)
        _insert(session, event, draft, now)
    return tuple(call for call in told.calls if _insert(session, event, _handed_over(call), now))


def escalated(session: Session, escalation: Escalation, now: datetime) -> tuple[TelephoneRequest, ...]:
    """Tell whom a clock calls for (跟踪督办): the holder, the station's head, then level after level."""
    ticket = escalation.ticket
    if escalation.who == "holder":
        to = recipients.works_on(session, ticket.station_id, ticket.staff_id, now)
    else:
        to = recipients.head(session, ticket.station_id, now, escalation.up)
    event = about_ticket(
        session,
        ticket,
        _TEMPLATES[escalation.who],
        escalation.key,
        urgent=escalation.kind == "call_back" or None,
        clock=escalation.kind.value,
        due=escalation.due.isoformat(),
    )
    return tell(session, event, [to], now)


def about_ticket(
    session: Session,
    ticket: Ticket,
    template: str,
    key: str,
    *,
    urgent: bool | None = None,
    clock: str = "",
    **more: Any,
) -> Event:
    """Return an event that concerns a ticket, with its number, its station and its survivor's name.

    ``urgent`` (told at night too): None takes it from the ticket. ``more`` are further words of the template.
    """
    station = session.get_one(Station, ticket.station_id)
    survivor = session.get(Survivor, ticket.survivor_id) if ticket.survivor_id else None
    said = {"ticket": ticket.number, "station": station.name, **more}
    return Event(
        template=template,
        key=key,
        tenant_id=ticket.tenant_id,
        words={**said, "clock": clock} if clock else said,
        person=survivor.name if survivor else "",
        ticket_id=ticket.id,
        urgent=ticket.priority == "urgent" if urgent is None else urgent,
        clock=clock,
    )


def work_failed(session: Session, tenant_id: UUID, key: str, what: str, error: str, now: datetime) -> None:
    """Tell the coordinators that something was given up after several attempts; ``key`` names it for good."""
    event = Event(FAILED, f"{FAILED}:{key}", tenant_id, {"what": what, "error": error}, urgent=True)
    tell(session, event, [recipients.coordinators(session, tenant_id, now)], now)


def errand_data(request: TelephoneRequest) -> dict[str, Any]:
    """Return the data of the errand that carries a request out: of a reminder, or the sentences of a notice.

    What is spoken names no survivor: a voicemail may be listening.
    """
    event = request.event
    if request.errand == "reminder":
        late = event.template != "clock_half"
        holder = {"holder": event.words["station"]} if late else {}
        return {"late": late, "clock": event.clock, "due": event.words["due"], **holder}
    payload = {**event.words, "person": ""}
    return {language: words.render(event.template, payload, language).body for language in words.LANGUAGES}


def _channels(session: Session, event: Event) -> list[Channel]:
    rows = session.scalars(
        select(ChannelSetting)
        .where(ChannelSetting.tenant_id == event.tenant_id, ChannelSetting.active)
        .order_by(ChannelSetting.code)
    )
    return [
        Channel(
            id=row.id,
            code=row.code,
            personal=PERSONAL[row.personal],
            station_id=row.station_id,
            urgent_only=row.urgent_only,
            quiet=row.quiet,
            workdays_only=row.workdays_only,
            language=row.language,
        )
        for row in rows
    ]


def _handed_over(call: TelephoneRequest) -> Draft:
    """A call leaves its trace beside the other ways; what is spoken is the errand's."""
    words_without_person = {**call.event.words, "person": ""}
    return Draft(TELEPHONE, None, call.recipient, words_without_person, "zh-CN", call.not_before, call.dedupe)


def _insert(session: Session, event: Event, draft: Draft, now: datetime) -> bool:
    """Insert a row; False when what it tells was told before."""
    at_once = draft.channel in (CONSOLE, TELEPHONE)
    statement = insert(Notification).values(
        id=new_id(),
        tenant_id=event.tenant_id,
        channel=draft.channel,
        channel_id=draft.channel_id,
        recipient_kind=draft.recipient.kind,
        recipient=draft.recipient.id,
        station_id=draft.recipient.station_id,
        ticket_id=event.ticket_id,
        template=event.template,
        payload=dict(draft.payload),
        language=draft.language,
        urgent=event.urgent,
        clock=event.clock,
        dedupe=draft.dedupe,
        state="sent" if at_once else "pending",
        sent_at=now if at_once else None,
        next_at=draft.next_at,
        created_at=now,
    )
    inserted = session.scalar(statement.on_conflict_do_nothing(index_elements=["dedupe"]).returning(Notification.id))
    return inserted is not None
