"""What a caller decides by key, written down on the call and its ticket."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls.lookup import duty_station
from hotline.calls.models import Call
from hotline.directory.models import Survivor
from ivr_flows.engine.steps import Effect
from tickets import desk
from tickets.models import Ticket


def choose(session: Session, call: Call, effect: Effect, now: datetime) -> bool:
    """Apply a decision of the caller; return whether it changes who is sought."""
    ticket = session.get_one(Ticket, call.ticket_id, with_for_update=True)
    match effect.kind:
        case "language":
            call.language = effect.value
        case "station":
            call.station_id = call.home_id = ticket.station_id = UUID(effect.value)
            call.station_chosen = True
        case "need":
            call.need = ticket.need = effect.value
        case "domain":
            call.domain = ticket.domain = effect.value
        case "urgent":
            call.urgent = True
            desk.urgent(session, ticket, now)
        case "survivor":
            survivor = session.get_one(Survivor, UUID(effect.value))
            call.survivor_id = ticket.survivor_id = survivor.id
            if not call.station_chosen:
                call.home_id = survivor.station_id
                call.station_id = ticket.station_id = duty_station(session, survivor.station_id)
        case _:
            return False
    session.expire(call, ["station", "survivor"])  # they follow their ids when next asked for
    desk.note(session, ticket.id, "chosen", now, actor="caller", what=effect.kind, value=effect.value)
    return True
