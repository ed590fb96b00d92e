"""What would happen if somebody rang now, or at any other minute: the plan with its reasons, nothing written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.calls.lookup import Inquiry, facts_for
from hotline.calls.routing import Plan, make_plan
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
    people = find_callers(session, vault, published.tenant_id, caller) if caller else []
    inquiry = Inquiry(
        tenant_id=published.tenant_id,
        home=people[0].station_id if people else published.station_id,
        flow=published.flow,
        survivor_id=people[0].id if len(people) == 1 else None,
        from_hash=vault.fingerprint(caller.value) if caller else None,
        caller=caller.value if caller else None,
        need=need,
        domain=domain,
        urgent=urgent,
        called_owner=published.team_id or published.partner_id,
    )
    return make_plan(facts_for(session, vault, inquiry, at))
