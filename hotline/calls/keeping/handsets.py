"""Handset health: who has not pressed a key for days is rung as a test, spaced; who is out of reach is reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, or_, select

from hotline.calls.keeping import telephones
from hotline.calls.keeping.rules import within
from hotline.calls.keeping.telling import once, send
from hotline.calls.kinds.base import Work
from hotline.calls.models import Errand
from hotline.clock import local
from hotline.directory.models import Handset, Station
from hotline.directory.words import short_name
from hotline.notifications import recipients
from hotline.notifications.rules import Event
from hotline.numbers import from_stored, mask

PACE = timedelta(minutes=5)
"""Tests under one number are so far apart: never many short calls in a row (telephony.md)."""
_TEMPLATES = {"suspect": "handset_demoted", "dead": "handset_dead"}


def test_the_silent(work: Work, tenant_id: UUID, since: datetime) -> int:
    """Order the next tests, one a line at most; return how many. Each handset is tested once a day at most.

    One on which no key was ever pressed counts from ``since``, when we began to look.
    """
    if not within(work.now, work.x.settings.handset_test_hours):
        return 0
    lines, busy = telephones.lines_of(work.session, tenant_id), set(_tested_lately(work, tenant_id))
    ordered = 0
    for handset in _unconfirmed(work, tenant_id, since):
        line = lines.get(handset.station_id)
        if line is None or line in busy:
            continue
        if once(work.session, f"handset_test:{handset.id}:{local(work.now):%Y-%m-%d}", work.now):
            telephones.ring(work, "handset_test", handset, work.now)
            busy.add(line)
            ordered += 1
    return ordered


def report(work: Work, tenant_id: UUID) -> int:
    """Tell the station's head (and of a dead handset the coordinators) once of each that was demoted."""
    demoted = select(Handset).where(Handset.tenant_id == tenant_id, Handset.active, Handset.state != "ok")
    told = 0
    for handset in work.session.scalars(demoted):
        key = f"handset_{handset.state}:{handset.id}:{_since(handset.confirmed_at)}"
        if once(work.session, key, work.now):
            _tell(work, handset, key)
            told += 1
    return told


def _unconfirmed(work: Work, tenant_id: UUID, watched: datetime) -> Sequence[Handset]:
    """Those in doubt first, then those without a key for the longest time."""
    limit = work.now - timedelta(days=work.x.settings.handset_test_days)
    silent = or_(Handset.state != "ok", func.coalesce(Handset.confirmed_at, watched) <= limit)
    today = local(work.now).replace(hour=0, minute=0, second=0, microsecond=0)
    tested = select(Errand.target_id).where(Errand.kind == "handset_test", Errand.created_at >= today)
    return work.session.scalars(
        select(Handset)
        .where(Handset.tenant_id == tenant_id, Handset.active, silent, Handset.id.not_in(tested))
        .order_by(case((Handset.state == "ok", 1), else_=0), Handset.confirmed_at.asc().nulls_first(), Handset.code)
    ).all()


def _tested_lately(work: Work, tenant_id: UUID) -> Sequence[UUID]:
    recent = (Errand.kind == "handset_test", Errand.created_at > work.now - PACE)
    return work.session.scalars(select(Errand.line_id).where(*recent, Errand.tenant_id == tenant_id)).all()


def _tell(work: Work, handset: Handset, key: str) -> None:
    station = work.session.get_one(Station, handset.station_id)
    number = mask(from_stored(work.x.vault.open(handset.number_sealed)).value)
    words = {"station": short_name(station, "zh-CN"), "number": number}
    to = [recipients.head(work.session, station.id, work.now)]
    if handset.state == "dead":
        to.append(recipients.coordinators(work.session, handset.tenant_id, work.now))
    send(work, Event(_TEMPLATES[handset.state], key, handset.tenant_id, words), to)


def _since(confirmed: datetime | None) -> str:
    return confirmed.isoformat() if confirmed else "never"
