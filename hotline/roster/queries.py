"""Reads rosters of any number of stations in two round trips: the pieces of all layers, then the names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from hotline.roster.duty import HORIZON, PatternFact, RoleRoster, Roster, ShiftFact, StationDuty, SwapFact, on_duty

# Read as text: one statement for all layers, and roster needs nothing of directory (they are siblings).
_PIECES = text("""
SELECT 'shift' AS layer, station_id, role, ARRAY[staff_id] AS staff, starts, ends, handset_id,
       NULL::date AS since, NULL::date AS until, NULL::time AS at, NULL::bigint AS hours, NULL::bigint AS every
  FROM shift WHERE station_id = ANY(:stations) AND during && tstzrange(:since, :until)
UNION ALL
SELECT kind, station_id, role, ARRAY[staff_id], lower(during), upper(during), NULL, NULL, NULL, NULL, NULL, NULL
  FROM override WHERE station_id = ANY(:stations) AND during && tstzrange(:since, :until)
UNION ALL
SELECT 'swap', station_id, role, ARRAY[giver_id, taker_id], lower(during), upper(during),
       NULL, NULL, NULL, NULL, NULL, NULL
  FROM swap WHERE station_id = ANY(:stations) AND state = 'agreed' AND during && tstzrange(:since, :until)
UNION ALL
SELECT 'swap', station_id, role, ARRAY[taker_id, giver_id], lower(in_return), upper(in_return),
       NULL, NULL, NULL, NULL, NULL, NULL
  FROM swap WHERE station_id = ANY(:stations) AND state = 'agreed' AND in_return && tstzrange(:since, :until)
UNION ALL
SELECT 'pattern', station_id, role, staff_ids, NULL, NULL, handset_id, starts, until, at, hours, every
  FROM pattern WHERE station_id = ANY(:stations)
   AND valid && daterange((:since AT TIME ZONE 'Asia/Shanghai')::date - 8,
                          (:until AT TIME ZONE 'Asia/Shanghai')::date + 1)
""")
"""A pattern's last shift may reach a week beyond its dates, hence the eight days."""

_NAMES = text("SELECT id, name FROM staff WHERE active AND id = ANY(:staff)")


_STATIONS = text("""
SELECT station.id, station.code, station.name
  FROM station JOIN tenant ON tenant.id = station.tenant_id
 WHERE station.active AND (:tenant = '' OR tenant.code = :tenant)
   AND (:villages OR station.level < GREATEST(2, cardinality(tenant.levels) - 1)
        OR EXISTS (SELECT 1 FROM pattern WHERE pattern.station_id = station.id)
        OR EXISTS (SELECT 1 FROM shift WHERE shift.station_id = station.id))
 ORDER BY tenant.code, station.level, station.code
""")
"""The lowest tier (villages) keeps no roster as a rule."""


class StationName(NamedTuple):
    """A station as it is listed."""

    id: UUID
    code: str
    name: str


def stations_shown(session: Session, tenant: str = "", *, villages: bool = False) -> list[StationName]:
    """Return the stations that a roster is expected of, of one tenant (its code) or all; and ``villages``."""
    rows = session.execute(_STATIONS, {"tenant": tenant, "villages": villages})
    return [StationName(*row) for row in rows]


def duty_at(session: Session, station_ids: Collection[UUID], at: datetime) -> dict[UUID, StationDuty]:
    """Return who is on duty at each of the stations at ``at``. Two round trips: it runs on every incoming call."""
    rosters = load_rosters(session, station_ids, at, at + HORIZON)
    return {id_: on_duty(roster, at) for id_, roster in rosters.items()}


def load_rosters(
    session: Session, station_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, Roster]:
    """Return the rosters of stations, complete for ``[since, until)``.

    Somebody who has left (``active: no``) is nobody: their shifts count as not made, so that the gap is seen.
    """
    ids = list(station_ids)
    rows = session.execute(_PIECES, {"stations": ids, "since": since, "until": until}).all()
    staff = sorted({person for row in rows for person in row.staff})
    names = {row.id: row.name for row in session.execute(_NAMES, {"staff": staff})}
    found = _grouped(rows)
    return {id_: _roster(id_, found[id_, "first"], found[id_, "backup"], names) for id_ in ids}


def _roster(id_: UUID, first: Collection[Row[Any]], backup: Collection[Row[Any]], names: Mapping[UUID, str]) -> Roster:
    """Each with the names of its own people only: a snapshot writes them with every roster."""
    people = {person for row in (*first, *backup) for person in row.staff if person in names}
    return Roster(id_, _role(first, names), _role(backup, names), {person: names[person] for person in people})


def _grouped(rows: Collection[Row[Any]]) -> defaultdict[tuple[UUID, str], list[Row[Any]]]:
    found: defaultdict[tuple[UUID, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.station_id, row.role].append(row)
    return found


def _role(rows: Collection[Row[Any]], names: Mapping[UUID, str]) -> RoleRoster:
    def pieces(*layers: str) -> tuple[ShiftFact, ...]:
        return tuple(
            ShiftFact(row.staff[0], row.starts, row.ends, row.layer, row.handset_id)
            for row in rows
            if row.layer in layers and row.staff[0] in names
        )

    patterns = tuple(
        PatternFact(
            tuple(person if person in names else None for person in row.staff),
            row.since, row.until, row.at, row.hours, row.every, row.handset_id,
        )
        for row in rows
        if row.layer == "pattern"
    )  # fmt: skip
    swaps = tuple(
        SwapFact(row.staff[0], row.staff[1], row.starts, row.ends)
        for row in rows
        if row.layer == "swap" and row.staff[1] in names
    )
    return RoleRoster(patterns, pieces("shift"), pieces("override", "takeover"), swaps)
