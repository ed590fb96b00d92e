"""Addresses for calendars: made, revoked, and what they show. The secret is in the address and nowhere else."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.roster.board_models import RosterFeed
from hotline.roster.changes import RosterError
from hotline.roster.duty import ROLES
from hotline.roster.queries import load_rosters
from hotline.roster.slots import slots
from hotline.roster.turns import read_turns

BEHIND, AHEAD = timedelta(days=31), timedelta(days=100)
"""How much of the past and of the future a calendar is given."""
MOST = 20
"""Addresses of one station that may be in use."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Duty:
    """One turn as a calendar shows it, in aware UTC; ``name`` empty where the calendar is the person's own."""

    station_id: UUID
    role: str
    staff_id: UUID
    name: str
    start: datetime
    end: datetime


def make(session: Session, row: RosterFeed, now: datetime, by: str) -> str:
    """Keep a new address; return its secret, which cannot be had a second time. Raises RosterError."""
    used = select(RosterFeed.id).where(RosterFeed.station_id == row.station_id, RosterFeed.revoked_at.is_(None))
    if len(session.scalars(used).all()) >= MOST:
        raise RosterError(f"一个站最多 {MOST} 个日历地址，请先停用不用的 (at most {MOST} addresses: revoke one first)")
    secret = secrets.token_urlsafe(32)
    row.token_hash, row.made_at, row.made_by = _hash(secret), now, by
    session.add(row)
    session.flush()
    return secret


def revoke(row: RosterFeed, now: datetime, by: str) -> None:
    """Let an address answer nothing any more; the first time counts."""
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, by


def find(session: Session, secret: str, now: datetime) -> RosterFeed | None:
    """Return the address with this secret, None when there is none, it was revoked, or the person has left."""
    query = select(RosterFeed).where(RosterFeed.token_hash == _hash(secret), RosterFeed.revoked_at.is_(None))
    row = session.scalars(query).first()
    if row is None or not session.scalar(_ACTIVE, {"station": row.station_id, "staff": row.staff_id}):
        return None
    if row.read_at is None or row.read_at < now - _HOUR:
        row.read_at = now
    return row


def duties(session: Session, row: RosterFeed, now: datetime) -> Sequence[Duty]:
    """Return what the calendar of an address shows."""
    since, until = now - BEHIND, now + AHEAD
    if row.staff_id:
        turns = read_turns(session, row.staff_id, since, until)
        return [Duty(one.station_id, one.role, one.staff_id, "", one.start, one.end) for one in turns]
    roster = load_rosters(session, [row.station_id], since, until)[row.station_id]
    return [
        Duty(row.station_id, role, one.staff_id, roster.names.get(one.staff_id, ""), one.start, one.end)
        for role in ROLES
        for one in slots(roster.role(role), role, since, until)
        if one.staff_id
    ]


_ACTIVE = text("""
SELECT station.active AND (CAST(:staff AS uuid) IS NULL OR EXISTS
       (SELECT 1 FROM staff WHERE staff.id = CAST(:staff AS uuid) AND staff.active))
  FROM station WHERE station.id = :station
""")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
