"""The look-out of each tenant: every minute it sees what begins, what is late and what was changed.

It only writes rows (errands with their timers, marks, notices), each at most once by a key of its own, so that two
beats or two workers do no harm, an emptied broker loses nothing, and what a dead worker did not see is seen a minute
later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.keeping import duty, handsets, late, shifts
from hotline.calls.keeping.rules import LATE
from hotline.calls.keeping.telling import first
from hotline.calls.kinds.base import Work
from hotline.directory.models import Station, Tenant
from hotline.roster import swap_requests
from hotline.roster.duty import HORIZON, Roster
from hotline.roster.models import Override, Pattern, Shift
from hotline.roster.queries import load_rosters

log = logging.getLogger(__name__)

_AHEAD = HORIZON + timedelta(days=2)
"""Rosters are read so far ahead: tomorrow's duty, to its end."""


@dataclass(frozen=True)
class Sight:
    """What a look-out sees before it acts."""

    tenant_id: UUID
    rosters: Mapping[UUID, Roster]
    since: datetime
    """When this tenant was first looked out for: what was before then is nobody's fault."""


_PARTS: Mapping[str, Callable[[Work, Sight], int]] = {
    "asked": lambda work, seen: duty.ask_those_who_begin(work, seen.tenant_id, seen.rosters.values(), seen.since),
    "settled": lambda work, seen: late.settle(work, seen.tenant_id, seen.rosters),
    "changes": lambda work, seen: shifts.tell_changes(work, seen.tenant_id),
    "tomorrow": lambda work, seen: shifts.tell_tomorrow(work, seen.tenant_id, seen.rosters.values()),
    "swaps": lambda work, seen: swap_requests.expire(work.session, seen.tenant_id, work.now),
    "tests": lambda work, seen: handsets.test_the_silent(work, seen.tenant_id, seen.since),
    "demoted": lambda work, seen: handsets.report(work, seen.tenant_id),
}
"""What is looked out for; each in a transaction of its own, so that one that fails does not hinder the others."""


def tenants(session: Session) -> Sequence[UUID]:
    """Return whom to look out for."""
    return session.scalars(select(Tenant.id).order_by(Tenant.code)).all()


def look(x: Exchange, tenant_id: UUID) -> dict[str, int]:
    """Look once and return how much each part found to do. A part under way elsewhere is left to that worker."""
    with x.sessions.begin() as session:
        now = x.clock()
        rosters = load_rosters(session, _on_a_roster(session, tenant_id), now - LATE, now + _AHEAD)
        seen = Sight(tenant_id, rosters, first(session, f"watch:{tenant_id}", now))
    return {name: _part(x, name, seen) for name in _PARTS}


def _part(x: Exchange, name: str, seen: Sight) -> int:
    try:
        with x.sessions.begin() as session:
            mine = select(Tenant.id).where(Tenant.id == seen.tenant_id)
            if session.scalar(mine.with_for_update(key_share=True, skip_locked=True)) is None:
                return 0
            return _PARTS[name](Work(x, session, x.clock()), seen)
    except Exception:  # whatever it is, the others are looked out for, and this one again in a minute
        log.exception("look-out %s of tenant %s failed", name, seen.tenant_id)
        return 0


def _on_a_roster(session: Session, tenant_id: UUID) -> Collection[UUID]:
    """Return the active stations for which anybody was ever put on duty."""
    of = (select(model.station_id).where(model.tenant_id == tenant_id) for model in (Pattern, Shift, Override))
    on_duty = union(*of)
    return session.scalars(select(Station.id).where(Station.active, Station.id.in_(on_duty))).all()
