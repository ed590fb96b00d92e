"""Telling those concerned: on consoles and channels by the rules of notifications, by telephone as spaced notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.calls.keeping import telephones
from hotline.calls.keeping.models import KeepingMark
from hotline.calls.kinds.base import Work
from hotline.notifications import recipients, tell
from hotline.notifications.rules import Event, Recipient
from hotline.roster.models import RosterChange

KEPT = timedelta(days=180)
"""How long it is known what was done once: the roster's history shows who was told, and when."""
PASSING = ("roster_change:", "handset_test:", "shift_tomorrow:")
"""Names of what belongs to a day; nobody asks for them again after a few."""


def send(work: Work, event: Event, to: Iterable[Recipient]) -> None:
    """Tell an event once, however often this is called with its key."""
    for request in tell.tell(work.session, event, to, work.now):
        phone = telephones.find(work.session, request.telephone.kind, request.telephone.id)
        if phone is not None:
            telephones.ring(work, "notice", phone, request.not_before, **tell.errand_data(request))


def person(session: Session, staff_id: UUID, now: datetime) -> Recipient:
    """Return a member of staff, rung on their own telephone, else on their station's duty handset."""
    found = recipients.person(session, staff_id)
    if found.telephone or found.station_id is None:
        return found
    return replace(found, telephone=recipients.holder(session, found.station_id, now).telephone)


def once(session: Session, key: str, now: datetime) -> bool:
    """Return True for the first transaction that asks with this key, False ever after."""
    statement = insert(KeepingMark).values(key=key, at=now).on_conflict_do_nothing().returning(KeepingMark.key)
    return session.scalar(statement) is not None


def tidy(session: Session, now: datetime) -> int:
    """Forget what was done once, long ago; return how much.

    Kept are when each county was first looked out for, how far the carrier's books are read, and what was told of a
    handset that is still as it was: those are told once, however long it lasts.
    """
    passing = or_(*(KeepingMark.key.startswith(name, autoescape=True) for name in PASSING))
    gone = delete(KeepingMark).where(KeepingMark.at < now - KEPT, passing)
    return len(session.scalars(gone.returning(KeepingMark.key)).all())


def change_mark(change: RosterChange, staff_id: UUID) -> str:
    """Return the name under which a change of the roster is told to somebody once."""
    return f"roster_change:{change.id}:{staff_id}"


def known(session: Session, station_id: UUID, now: datetime) -> None:
    """What was changed on a station's roster at this moment is known to those concerned: they did it themselves."""
    session.flush()
    for change in session.scalars(
        select(RosterChange).where(RosterChange.station_id == station_id, RosterChange.at == now)
    ):
        for staff_id in change.concerned:
            once(session, change_mark(change, staff_id), now)


def first(session: Session, key: str, now: datetime) -> datetime:
    """Return when something was done for the first time; that is now, if it never was."""
    once(session, key, now)
    return session.get_one(KeepingMark, key).at
