"""What an import did to the roster, station by station: kept in the history like any change, with whom to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from hotline.roster.changes import note, told
from hotline.roster.duty import ROLES, Segment, segments
from hotline.roster.notices import moves
from hotline.roster.queries import load_rosters
from hotline.sheets.store import Store

AHEAD = timedelta(days=31)
"""How far ahead people are told of what an import moved; what lies later is told the day before."""
BY = "导入 import"

Duties = Mapping[tuple[UUID, str], list[Segment]]


@dataclass
class _Seen:
    """The duties as they were when last looked at."""

    duties: Duties = field(default_factory=dict)


def look(store: Store) -> None:
    """Remember the roster before anything of a file is written."""
    store.once("roster", lambda: _Seen(_duties(store)))


def keep(store: Store) -> None:
    """Note what has moved since the last look. A first roster moves nobody: there was none to change."""
    seen, now = store.once("roster", _Seen), store.now
    after = _duties(store)
    for (station_id, role), before in seen.duties.items():
        moved = moves(before, after.get((station_id, role), ()))
        if moved and any(one.staff_id for one in before):
            data = {"role": role, "moves": [told(move) for move in moved]}
            note(store.session, station_id, "imported", {move.staff_id for move in moved}, now, BY, **data)
    seen.duties = after


def _duties(store: Store) -> Duties:
    if store.tenant_id is None:
        return {}
    since, until = _period(store.now)
    stations = store.session.scalars(text("SELECT id FROM station WHERE tenant_id = :id"), {"id": store.tenant_id})
    rosters = load_rosters(store.session, stations.all(), since, until)
    return {(id_, role): segments(r.role(role), since, until) for id_, r in rosters.items() for role in ROLES}


def _period(now: datetime) -> tuple[datetime, datetime]:
    return now, now + AHEAD
