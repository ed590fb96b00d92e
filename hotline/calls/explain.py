"""What would happen if somebody rang now, or at any other minute: the plan with its reasons, nothing written."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls.facts import Facts
from hotline.calls.lookup import Inquiry, facts_for
from hotline.calls.routing import Plan, make_plan
from hotline.directory.models import Line, Survivor
from hotline.directory.queries import find_callers, find_line
from hotline.numbers import Number
from hotline.vault import Vault


class UnknownLineError(LookupError):
    """The number is none of the published lines."""


def explain(
    session: Session,
    vault: Vault,
    caller: Number | None,
    line: Number,
    at: datetime,
    *,
    need: str = "",
    domain: str = "",
    urgent: bool = False,
) -> Plan:
    """Return the plan of a call from ``caller`` (None: withheld) on ``line`` at ``at``. Raises UnknownLineError."""
    published = find_line(session, vault, line)
    if published is None:
        raise UnknownLineError(f"{line} 不是已公布的热线号码 (is not a published line)")
    return make_plan(facts_from(session, vault, published, at, caller, need=need, domain=domain, urgent=urgent))


def facts_from(
    session: Session,
    vault: Vault,
    line: Line,
    at: datetime,
    caller: Number | None = None,
    *,
    survivor: Survivor | None = None,
    home: UUID | None = None,
    need: str = "",
    domain: str = "",
    urgent: bool = False,
) -> Facts:
    """Return what the plan of such a call depends on.

    ``survivor``: who rings, where the number alone does not say. ``home``: the station of a caller whom nobody knows.
    """
    found = find_callers(session, vault, line.tenant_id, caller) if caller and survivor is None else []
    people = [survivor] if survivor else found
    inquiry = Inquiry(
        tenant_id=line.tenant_id,
        home=people[0].station_id if people else home or line.station_id,
        flow=line.flow,
        survivor_id=people[0].id if len(people) == 1 else None,
        from_hash=vault.fingerprint(caller.value) if caller else None,
        caller=caller.value if caller else None,
        need=need,
        domain=domain,
        urgent=urgent,
        called_owner=line.team_id or line.partner_id,
    )
    return facts_for(session, vault, inquiry, at)
