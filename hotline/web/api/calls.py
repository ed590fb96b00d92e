"""Calls for other systems: the list, and one with every telephone that was rung or passed over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.accounts.access import What
from hotline.accounts.roles import Permission
from hotline.calls import listing
from hotline.calls.listing import Found, seconds_to_human
from hotline.calls.models import Leg
from hotline.calls.queries import legs_of
from hotline.vault import Vault
from hotline.web import people
from hotline.web.api.access import api, noted, reach, scope
from hotline.web.api.document import answers, spec
from hotline.web.api.places import cursor_of
from hotline.web.api.problems import refuse
from hotline.web.api.schema import Place
from hotline.web.api.schema_calls import CallOut, CallPage, CallsAsked, CallStory, LegOut, TicketNamed
from hotline.web.webhooks import exchange


@api.get("/calls")
@scope(Permission.TICKETS_SEE)
@spec.validate(resp=answers(CallPage), tags=["calls"])
def calls(query: CallsAsked) -> CallPage:
    """Calls whose ticket is within the token's subtree, newest first."""
    x, before = exchange(), cursor_of(query.cursor)
    with x.sessions() as session:
        rows, older = listing.began(
            session, reach(), since=query.since, until=query.until, outcome=query.outcome, ticket_id=query.ticket,
            before=before, limit=query.limit,
        )  # fmt: skip
        shown = [CallOut(**fields) for fields in _fields(session, rows, x.vault)]
    return CallPage(calls=shown, next=str(older) if older else None)


@api.get("/calls/<uuid:call_id>")
@scope(Permission.TICKETS_SEE)
@spec.validate(resp=answers(CallStory, 404), tags=["calls"])
def call(call_id: UUID) -> CallStory:
    """One call with its legs."""
    x = exchange()
    with x.sessions.begin() as session:
        found = listing.find(session, reach(), call_id) or refuse(404)
        legs = [_leg(leg, x.vault) for leg in legs_of(session, [call_id]).get(call_id, ())]
        noted(session, What.TICKET_SEEN, station_id=found[1].station_id, ticket_id=found[1].id)
        return CallStory(**_fields(session, [found], x.vault)[0], legs=legs)


def _fields(session: Session, rows: list[Found] | Any, vault: Vault) -> list[dict[str, Any]]:
    names = people.read(session, stations=[c.station_id for c, _, _ in rows], lines=[c.line_id for c, _, _ in rows])
    same = ("id", "direction", "need", "domain", "urgent", "started_at", "accepted_at", "ended_at", "outcome")
    return [
        {name: getattr(call, name) for name in same}
        | {
            "ticket": TicketNamed(id=ticket.id, number=ticket.number),
            "line": names.lines[call.line_id].name,
            "station": Place(code=names.stations[call.station_id].code, name=names.stations[call.station_id].name),
            "caller": people.masked(vault, call.from_sealed),
            "seconds_to_human": seconds_to_human(call),
            "answered_tier": leg.tier if leg else None,
            "answered_by": leg.tier_kind if leg else None,
        }
        for call, ticket, leg in rows
    ]


def _leg(leg: Leg, vault: Vault) -> LegOut:
    same = set(LegOut.model_fields) - {"number"}
    return LegOut(**{name: getattr(leg, name) for name in same}, number=people.masked(vault, leg.number_sealed))
