"""What must be asked of the database before a new call can be taken, in one question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from hotline.calls import holds
from hotline.calls.facts import Phone
from hotline.calls.opening import SAME_MISSED
from hotline.calls.prompts import live
from hotline.calls.standby import changes
from hotline.calls.standby.snapshot import Person
from hotline.numbers import from_stored
from hotline.telephony.events import CallEvent
from hotline.vault import Vault
from tickets.level_models import levels_in
from tickets.levels import ServiceLevels

_LATELY = timedelta(hours=1)
"""No policy takes a call for the continuation of one that ended longer ago."""

_QUESTION = f"""
WITH phone AS MATERIALIZED (SELECT survivor_id, priority FROM survivor_phone WHERE number_hash = %(caller)s),
     mine AS MATERIALIZED (SELECT id, tenant_id, state, opened_at FROM ticket
                            WHERE caller_hash = %(caller)s AND opened_at >= %(missed_since)s),
     called AS MATERIALIZED (SELECT ticket_id, tenant_id, ended_at, accepted_leg_id FROM call
                              WHERE from_hash = %(caller)s AND started_at >= %(begun_lately)s
                                AND ended_at >= %(lately)s)
SELECT ({changes.COUNT}) AS routing, ({live.NEWEST}) AS prompts,
       EXISTS (SELECT FROM call WHERE sid = %(sid)s) OR EXISTS (SELECT FROM errand WHERE sid = %(sid)s) AS begun,
       EXISTS (SELECT FROM handset WHERE number_hash = %(caller)s AND active AND tenant_id = %(tenant)s)
       OR EXISTS (SELECT FROM branch_line WHERE number_hash = %(caller)s AND active AND tenant_id = %(tenant)s)
       AS ours,
       ARRAY(SELECT number_hash FROM hold WHERE until > %(now)s) AS busy,
       ARRAY(SELECT ARRAY[id::text, state] FROM handset WHERE state <> 'ok') AS states,
       ARRAY(SELECT ARRAY[station_id, staff_id] FROM duty_confirmation
              WHERE role = 'first' AND state IN ('missed', 'unable') AND starts <= %(now)s AND ends > %(now)s)
       AS missing,
       (SELECT data::text FROM service_level_setting WHERE tenant_id = %(tenant)s) AS levels,
       ARRAY(SELECT {Person.JSON}
               FROM phone JOIN survivor ON survivor.id = phone.survivor_id
              WHERE survivor.tenant_id = %(tenant)s AND survivor.active
              ORDER BY phone.priority, survivor.code) AS people,
       (SELECT id FROM mine WHERE tenant_id = %(tenant)s AND state = 'open' ORDER BY opened_at DESC LIMIT 1) AS missed,
       (SELECT json_build_array(ticket_id, ended_at) FROM called
         WHERE tenant_id = %(tenant)s ORDER BY ended_at DESC LIMIT 1)::text AS last,
       (SELECT json_build_array(c.ended_at, l.target_kind, l.target_id, l.label, encode(l.number_sealed, 'escape'),
                                l.own_queue, l.station_id)
          FROM called c JOIN leg l ON l.id = c.accepted_leg_id
         WHERE c.tenant_id = %(tenant)s AND c.ended_at <= %(now)s
         ORDER BY c.ended_at DESC LIMIT 1)::text AS took
"""  # noqa: S608  (a constant of ours)
"""MATERIALIZED where a number is looked for, so that whoever plans without statistics does not read a whole tenant."""


@dataclass(frozen=True)
class Known:
    """What the database knows of a call that comes in; ``caller`` is the keyed hash of the number, if it is shown."""

    caller: bytes | None
    routing: int
    """How many changes there were of whom to ring."""
    prompts: int | None
    """Number of the newest change of the words."""
    begun: bool
    """The carrier's webhook came before."""
    ours: bool
    """The caller rings from a duty handset or a branch's telephone."""
    busy: frozenset[bytes]
    states: dict[UUID, str]
    missing: frozenset[tuple[UUID, UUID | None]]
    levels: ServiceLevels
    people: tuple[Person, ...]
    missed: UUID | None
    """The caller's ticket that nobody has answered yet."""
    last: tuple[UUID, datetime] | None
    """Ticket and end of the caller's last call."""
    took: tuple[datetime, Phone] | None
    """End of the caller's last call that a human took, and on which telephone."""

    def cut_off(self, within: timedelta, now: datetime) -> Phone | None:
        """Return the telephone that took this caller's last call, if that ended a short while ago."""
        return self.took[1] if self.took and within and self.took[0] >= now - within else None

    def ticket(self, cut_off: timedelta, now: datetime) -> UUID | None:
        """Return the ticket that this call belongs to; None: it gets a new one."""
        if self.missed:
            return self.missed
        return self.last[0] if self.last and self.last[1] >= now - cut_off else None


def ask(connection: Connection, vault: Vault, event: CallEvent, tenant_id: UUID, now: datetime) -> Known:
    """Return what the database knows of a call on a line of this tenant. Raises sqlalchemy.exc.DBAPIError."""
    caller = vault.fingerprint(event.caller.value) if event.caller else None
    given = {"sid": event.sid, "caller": caller, "tenant": tenant_id, "now": now, "lately": now - _LATELY,
             "begun_lately": now - _LATELY - holds.LONGEST_CALL, "missed_since": now - SAME_MISSED}  # fmt: skip
    row = connection.exec_driver_sql(_QUESTION, given).one()
    return Known(
        caller=caller,
        routing=int(row.routing),
        prompts=row.prompts,
        begun=row.begun,
        ours=row.ours,
        busy=frozenset(bytes(one) for one in row.busy),
        states={UUID(id_): state for id_, state in row.states},
        missing=frozenset((station, staff) for station, staff in row.missing),
        levels=levels_in(row.levels),
        people=tuple(Person.read(one) for one in row.people),
        missed=row.missed,
        last=_last(json.loads(row.last)) if row.last else None,
        took=_took(vault, json.loads(row.took)) if row.took else None,
    )


def _last(told: list[Any]) -> tuple[UUID, datetime]:
    return UUID(told[0]), datetime.fromisoformat(told[1])


def _took(vault: Vault, told: list[Any]) -> tuple[datetime, Phone]:
    ended, kind, id_, label, sealed, own_queue, station = told
    number = from_stored(vault.open(sealed.encode()))
    phone = Phone(kind, UUID(id_), number.value, label, number.extension or "", own_queue=own_queue,
                  station_id=UUID(station) if station else None)  # fmt: skip
    return datetime.fromisoformat(ended), phone
